using System.Security.Cryptography;
using System.Text;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Files;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Batches;

/// <summary>A batch as a caller sees it now.</summary>
internal sealed record BatchView(
    BatchRecord Record,
    BatchMoment Moment,
    long ExpiresAt,
    AnswerResult? Result,
    string? OutputFileId,
    string? ErrorFileId,
    IReadOnlyList<Fault> LaterFaults
)
{
    public Fault? Fault(FaultKind kind) => Record.Fault(kind) ?? LaterFaults.FirstOrDefault(fault => fault.Kind == kind);
}

/// <summary>
/// Tells what a batch looks like at a moment. An end is shown only once its files can be served: until then the batch is shown as still
/// running, and whoever asks waits a moment for what is nearly ready.
/// </summary>
internal sealed class BatchReader(BatchStore batches, FileStore files, AnswerProduction production, FaultStore faults, TimeProvider clock)
{
    /// <summary>How long a caller waits for answers that are due; small batches are then never shown late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The batch; null when there is none, or when a fault hides it.</summary>
    /// <param name="id">As the caller gave it.</param>
    /// <param name="isPatient">Whether to wait a moment for answers that are due.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<BatchView?> FindAsync(string id, bool isPatient, CancellationToken cancellationToken)
    {
        if (batches.Find(id) is not { } record)
        {
            return null;
        }

        var later = faults.OfExistingBatches()[id].ToList();
        return IsHidden(record, later, inList: false)
            ? null
            : await ReadAsync(record, later, isPatient ? Patience : TimeSpan.Zero, cancellationToken);
    }

    /// <summary>The next batches, newest first.</summary>
    /// <param name="after">Only batches created before this one; null: from the newest.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<(IReadOnlyList<BatchView> Page, bool HasMore)> PageAsync(
        string? after,
        int count,
        CancellationToken cancellationToken
    )
    {
        var existing = faults.OfExistingBatches();
        var page = new List<BatchView>();
        var deadline = clock.GetTimestamp();
        foreach (var id in batches.Ids())
        {
            if (after is not null && string.CompareOrdinal(id, after) >= 0)
            {
                continue;
            }

            if (batches.Find(id) is not { } record)
            {
                continue;
            }

            var later = existing[id].ToList();
            if (IsHidden(record, later, inList: true))
            {
                continue;
            }

            if (page.Count == count)
            {
                return (page, true);
            }

            var left = Patience - clock.GetElapsedTime(deadline);
            page.Add(await ReadAsync(record, later, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken));
        }

        return (page, false);
    }

    public async Task<IReadOnlyList<BatchView>> NamedAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var existing = faults.OfExistingBatches();
        var found = new List<BatchView>();
        var began = clock.GetTimestamp();
        foreach (var id in ids)
        {
            var later = existing[id].ToList();
            if (batches.Find(id) is { } record && !IsHidden(record, later, inList: false))
            {
                var left = Patience - clock.GetElapsedTime(began);
                found.Add(await ReadAsync(record, later, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken));
            }
        }

        return found;
    }

    /// <summary>Starts the production of the answers that the batch will end with.</summary>
    public void Begin(BatchRecord record)
    {
        if (new BatchTimeline(record, null, []).Cut is { } cut)
        {
            _ = production.Ensure(record, cut);
        }
    }

    /// <summary>Starts the production of what a cancelled batch ends with.</summary>
    public void BeginCut(BatchRecord record, AnswerCut cut) => _ = production.Ensure(record, cut);

    /// <summary>Whether the batch may still need its input.</summary>
    public bool NeedsInput(BatchRecord record)
    {
        var timeline = new BatchTimeline(record, batches.FindCancel(record.Id), faults.OfExistingBatches()[record.Id]);
        return timeline.Cut is { } cut
            && (!timeline.At(clock.GetUtcNow().ToUnixTimeMilliseconds()).IsOver || production.Find(record, cut) is null);
    }

    /// <summary>Whether a fault has made the batch disappear for good.</summary>
    public bool IsVanished(string id) =>
        batches.Find(id) is { } record
        && record
            .Faults.Concat(faults.OfExistingBatches()[id])
            .Any(fault => fault.Kind == FaultKind.Vanished && AgeOf(record) >= (fault.Seconds ?? 0) * 1000);

    public static string ResultFileId(BatchRecord record, AnswerCut cut, string which) =>
        TypeId.Derived(
            StoredFile.IdPrefix,
            record.CreatedAt,
            SHA256.HashData(Encoding.UTF8.GetBytes($"{record.Seed}\n{record.Id}\n{cut.Name}\n{which}"))
        );

    private async Task<BatchView> ReadAsync(BatchRecord record, List<Fault> later, TimeSpan patience, CancellationToken cancellationToken)
    {
        var timeline = new BatchTimeline(record, batches.FindCancel(record.Id), later);
        var moment = timeline.At(clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (timeline.Cut is not { } cut || (moment.IsOver && moment.Status == "failed"))
        {
            return new BatchView(record, moment, timeline.ExpiresAt, null, null, null, later);
        }

        var result = production.Find(record, cut);
        if (result is null)
        {
            var producing = production.Ensure(record, cut);
            if (moment.IsOver || moment.Status == "finalizing")
            {
                result = await WaitAsync(producing, patience, cancellationToken);
                if (result is null)
                {
                    moment = timeline.HeldBack(moment);
                }
            }
        }

        if (!moment.IsOver)
        {
            return new BatchView(record, moment, timeline.ExpiresAt, result, null, null, later);
        }

        var output = Publish(record, cut, "output", AnswerResult.OutputName, result!.OutputLines, result.OutputBytes, moment);
        var error = Publish(record, cut, "error", AnswerResult.ErrorName, result.ErrorLines, result.ErrorBytes, moment);
        return new BatchView(record, moment, timeline.ExpiresAt, result, output, error, later);
    }

    private static async Task<AnswerResult?> WaitAsync(Task<AnswerResult> producing, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            // By the real clock: what is waited for is work, not simulated time.
            return await producing.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Logged where it happened; the batch stays as it is, and the next question tries again.
            return null;
        }
    }

    private string? Publish(BatchRecord record, AnswerCut cut, string which, string name, int lines, long bytes, BatchMoment moment)
    {
        if (lines == 0)
        {
            return null;
        }

        var id = ResultFileId(record, cut, which);
        var created = moment.FinalizingAt ?? moment.CompletedAt ?? moment.ExpiredAt ?? moment.CancelledAt ?? record.CreatedAt;
        files.AddResult(
            new StoredFile
            {
                Id = id,
                Purpose = "batch_output",
                Filename = $"{record.Id}_{which}.jsonl",
                Bytes = bytes,
                CreatedAt = created / 1000,
                Content = Path.Combine("answers", record.Id, cut.Name, name),
                BatchId = record.Id,
            }
        );
        return id;
    }

    private long AgeOf(BatchRecord record) => clock.GetUtcNow().ToUnixTimeMilliseconds() - record.CreatedAt;

    private bool IsHidden(BatchRecord record, IReadOnlyList<Fault> later, bool inList)
    {
        var age = AgeOf(record);
        foreach (var fault in record.Faults.Concat(later))
        {
            if (
                (fault.Kind == FaultKind.Vanished && age >= (fault.Seconds ?? 0) * 1000)
                || (fault.Kind == FaultKind.NotFoundGrace && (!inList || fault.Value == "list") && age < (fault.Seconds ?? 2) * 1000)
            )
            {
                return true;
            }
        }

        return false;
    }
}
