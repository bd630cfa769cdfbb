using System.Security.Cryptography;
using System.Text.Json;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Samples;
using GroqBatch.Data.Batches;
using GroqBatch.Data.Runs;
using RunJson = GroqBatch.Data.Runs.RunJson;

namespace GroqBatch.Data.Samples;

/// <summary>An attempt of a sample run.</summary>
internal sealed record SampleAttempt(int Pass, BatchEntity Batch, int Line, int Position, SampleOutcome Outcome)
{
    public bool HasFailed => Pass == 1 && Outcome.Failure is not null;
}

/// <summary>
/// The ledger of a completed sample run, as the pipeline would have left it: every figure of run, passes and batches is a sum of its attempts.
/// </summary>
internal sealed class SampleLedger
{
    private const string Actor = "pipeline";
    private const int LineBytes = 7_000; // about what a request line has
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BatchTime = TimeSpan.FromMinutes(11);

    private readonly SampleRun _run;
    private readonly List<SampleAttempt> _attempts = [];
    private readonly List<BatchEntity> _batches = [];
    private readonly List<PassEntity> _passes = [];
    private readonly List<RunEventEntity> _events = [];
    private readonly RunEntity _entity;

    public SampleLedger(SampleRun run, int teamId, string startedBy)
    {
        _run = run;
        var inOrder = run.Outcomes.Select((outcome, index) => (Outcome: outcome, Position: index + 1)).ToList();
        AddEvent(run.StartedAt, "run", null, nameof(RunState.Queued), startedBy, $"Started by {startedBy}.");
        var at = run.StartedAt + StepTime;
        AddEvent(at, "run", nameof(RunState.Queued), nameof(RunState.Running), Actor, $"Claimed {inOrder.Count} pull requests.");
        var plannedAt = at;
        at = AddPass(1, inOrder, at);
        var failed = inOrder.Where(entry => entry.Outcome.Failure is not null).ToList();
        at = failed.Count > 0 ? AddPass(2, failed, at + StepTime) : at;
        AddEvent(at, "run", nameof(RunState.Running), nameof(RunState.Completed), Actor, "Every request has its final outcome.");
        _entity = new RunEntity
        {
            Id = RunId,
            TeamId = teamId,
            Provider = run.Provider,
            State = nameof(RunState.Completed),
            Reason = "Every request has its final outcome.",
            ScopeLimit = inOrder.Count,
            WithFallback = true,
            Ladder = JsonSerializer.Serialize(run.Ladder, RunJson.Default.Ladder),
            PromptVersion = run.PromptVersion,
            Settings = JsonSerializer.Serialize(run.Settings, RunJson.Default.RunSettings),
            StartedBy = startedBy,
            CreatedAt = run.StartedAt,
            PlannedAt = plannedAt,
            EndedAt = at,
            Selected = inOrder.Count,
            Succeeded = inOrder.Count,
        };
    }

    public Guid RunId { get; } = Guid.CreateVersion7();

    /// <summary>In the order of the ledger.</summary>
    public IReadOnlyList<SampleAttempt> Attempts => _attempts;

    /// <summary>Dollars, to the place that is stored, so that sums of attempts are exact; null where a provider tells no usage.</summary>
    public decimal? CostOf(SampleAttempt attempt) =>
        !attempt.HasFailed && _run.Ladder.Rungs[attempt.Pass - 1].CostOf(attempt.Outcome.Usage) is { } cost ? decimal.Round(cost, 9) : null;

    /// <summary>Everything but requests, attempts and summaries, which are too many for EF.</summary>
    public void AddTo(GroqBatchDbContext context)
    {
        context.Runs.Add(_entity);
        context.Passes.AddRange(_passes);
        context.Batches.AddRange(_batches);
        context.RunEvents.AddRange(_events.OrderBy(moved => moved.At)); // batches ran side by side
        context.PassFailures.AddRange(
            _attempts
                .Where(attempt => attempt.HasFailed)
                .GroupBy(attempt => attempt.Outcome.Failure!.Code)
                .Select(failures => new PassFailureEntity
                {
                    RunId = RunId,
                    Ordinal = 1,
                    Code = failures.Key.ToWire(),
                    Requests = failures.Count(),
                    Final = 0,
                })
        );
    }

    /// <returns>When its last batch was ingested.</returns>
    private DateTimeOffset AddPass(int pass, IReadOnlyList<(SampleOutcome Outcome, int Position)> entries, DateTimeOffset startedAt)
    {
        var rung = _run.Ladder.Rungs[pass - 1];
        var endedAt = startedAt;
        foreach (var (index, part) in entries.Chunk(_run.Settings.MaxRequestsPerBatch).Index())
        {
            // Batches run side by side; each is ready a little after the one before it.
            var createdAt = startedAt + StepTime * (index + 1);
            var batch = MakeBatch(pass, index + 1, part.Length, createdAt, createdAt + BatchTime + TimeSpan.FromSeconds(40) * index);
            var attempts = part.Select((entry, line) => new SampleAttempt(pass, batch, line + 1, entry.Position, entry.Outcome)).ToList();
            Complete(batch, attempts);
            _attempts.AddRange(attempts);
            _batches.Add(batch);
            endedAt = batch.IngestedAt!.Value;
        }

        var mine = _attempts.FindAll(attempt => attempt.Pass == pass);
        var answered = mine.FindAll(attempt => !attempt.HasFailed);
        _passes.Add(
            new PassEntity
            {
                RunId = RunId,
                Ordinal = (short)pass,
                Model = rung.Model,
                Replaced = rung.Replaced,
                Requests = mine.Count,
                Succeeded = answered.Count,
                Failed = mine.Count - answered.Count,
                PromptTokens = answered.Sum(attempt => (long)attempt.Outcome.Usage.PromptTokens),
                CompletionTokens = answered.Sum(attempt => (long)attempt.Outcome.Usage.CompletionTokens),
                Cost = mine.Sum(attempt => CostOf(attempt) ?? 0),
                UnknownRequests = mine.Count(attempt => CostOf(attempt) is null),
                StartedAt = startedAt,
                EndedAt = endedAt,
            }
        );
        return endedAt;
    }

    private BatchEntity MakeBatch(int pass, int ordinal, int requests, DateTimeOffset createdAt, DateTimeOffset endedAt)
    {
        var id = Guid.CreateVersion7();
        return new BatchEntity
        {
            Id = id,
            RunId = RunId,
            PassOrdinal = (short)pass,
            Ordinal = ordinal,
            State = nameof(BatchState.Ingested),
            Provider = _run.Provider,
            Nonce = Guid.NewGuid(),
            Requests = requests,
            Bytes = (long)requests * LineBytes,
            PromptVersion = _run.PromptVersion,
            RequestFileHash = SHA256.HashData(id.ToByteArray()),
            Status = "completed",
            ProviderBatchId = $"batch_sample{id:N}",
            InputFileId = $"file_samplein{id:N}",
            CreatedAt = createdAt,
            UploadedAt = createdAt + StepTime,
            IntentAt = createdAt + StepTime,
            SubmittedAt = createdAt + StepTime,
            EndedAt = endedAt,
            IngestedAt = endedAt + StepTime,
            PolledAt = endedAt,
            ExpiresAt = createdAt + TimeSpan.FromDays(1),
        };
    }

    private void Complete(BatchEntity batch, List<SampleAttempt> attempts)
    {
        batch.Failed = attempts.Count(attempt => attempt.HasFailed);
        batch.Succeeded = attempts.Count - batch.Failed;
        batch.Unanswered = 0;
        batch.Cost = attempts.Sum(attempt => CostOf(attempt) ?? 0);
        batch.ProviderTotal = attempts.Count;
        batch.ProviderCompleted = batch.Succeeded;
        batch.ProviderFailed = batch.Failed;
        batch.OutputFileId = batch.Succeeded > 0 ? $"file_sampleout{batch.Id:N}" : null;
        batch.ErrorFileId = batch.Failed > 0 ? $"file_sampleerr{batch.Id:N}" : null;
        batch.Raw = JsonSerializer.Serialize(
            new Dictionary<string, object?>
            {
                ["id"] = batch.ProviderBatchId,
                ["object"] = "batch",
                ["endpoint"] = "/v1/chat/completions",
                ["errors"] = null,
                ["input_file_id"] = batch.InputFileId,
                ["completion_window"] = _run.Settings.CompletionWindow,
                ["status"] = batch.Status,
                ["output_file_id"] = batch.OutputFileId,
                ["error_file_id"] = batch.ErrorFileId,
                ["created_at"] = batch.SubmittedAt!.Value.ToUnixTimeSeconds(),
                ["completed_at"] = batch.EndedAt!.Value.ToUnixTimeSeconds(),
                ["expires_at"] = batch.ExpiresAt!.Value.ToUnixTimeSeconds(),
                ["request_counts"] = new Dictionary<string, int>
                {
                    ["total"] = attempts.Count,
                    ["completed"] = batch.Succeeded.Value,
                    ["failed"] = batch.Failed.Value,
                },
            }
        );

        AddBatchEvent(batch, batch.CreatedAt, null, BatchState.Planned, $"{attempts.Count} requests.");
        AddBatchEvent(batch, batch.UploadedAt!.Value, BatchState.Planned, BatchState.Uploaded, "Uploaded.");
        AddBatchEvent(batch, batch.SubmittedAt!.Value, BatchState.Uploaded, BatchState.Submitted, $"Submitted as {batch.ProviderBatchId}.");
        AddBatchEvent(batch, batch.EndedAt!.Value, BatchState.Submitted, BatchState.Ended, "The provider reports completed.");
        AddBatchEvent(
            batch,
            batch.IngestedAt!.Value,
            BatchState.Ended,
            BatchState.Ingested,
            $"{batch.Succeeded} succeeded, {batch.Failed} failed."
        );
    }

    private void AddBatchEvent(BatchEntity batch, DateTimeOffset at, BatchState? from, BatchState to, string what)
    {
        AddEvent(at, "batch", from?.ToString(), to.ToString(), Actor, $"Batch {batch.Ordinal} of pass {batch.PassOrdinal}: {what}");
        _events[^1].BatchId = batch.Id;
        _events[^1].Pass = batch.PassOrdinal;
    }

    private void AddEvent(DateTimeOffset at, string subject, string? from, string? to, string actor, string reason) =>
        _events.Add(
            new RunEventEntity
            {
                RunId = RunId,
                At = at,
                Actor = actor,
                Subject = subject,
                FromState = from,
                ToState = to,
                Reason = reason,
            }
        );
}
