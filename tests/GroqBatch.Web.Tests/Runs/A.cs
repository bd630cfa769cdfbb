using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Tests.Live;

namespace GroqBatch.Web.Tests.Runs;

/// <summary>Runs of every shape, with figures that a test can add up by hand.</summary>
internal static class A
{
    private static readonly string[] Models = ["openai/gpt-oss-20b", "openai/gpt-oss-120b", "moonshotai/kimi-k2-instruct"];

    /// <summary>A ladder of so many rungs, and usual limits.</summary>
    public static FrozenRun Frozen(int rungs, int? canary = null) =>
        new()
        {
            PromptVersion = "1.0",
            Settings = new RunSettings
            {
                MaxRequestsPerBatch = 1_000,
                MaxBatchBytes = 100_000_000,
                CompletionWindow = "24h",
                MaxAttemptsPerRequest = 2,
                Canary = canary,
            },
            Ladder = new Ladder([
                .. Enumerable
                    .Range(1, rungs)
                    .Select(ordinal => new Rung
                    {
                        Ordinal = ordinal,
                        Model = Models[ordinal - 1],
                        Replaced = ordinal == 2 ? "llama-3.3-70b-versatile" : null,
                        ResponseFormat = ResponseFormat.JsonSchema,
                        MaxCompletionTokens = 4_096,
                        ContextTokens = 131_072,
                        PromptPrice = 0.0375m,
                        CompletionPrice = 0.15m,
                    }),
            ]),
        };

    /// <summary>A pass whose batches are all ingested, unless others are given.</summary>
    public static PassOverview Pass(int ordinal, int requests, int succeeded, int failed, params BatchOverview[] batches) =>
        new()
        {
            Ordinal = ordinal,
            Model = Models[ordinal - 1],
            Requests = requests,
            Succeeded = succeeded,
            Failed = failed,
            FailuresByCode = failed == 0 ? new Dictionary<FailureCode, int>() : new() { [FailureCode.JsonValidateFailed] = failed },
            PromptTokens = 0,
            CompletionTokens = 0,
            Cost = 0.25m * succeeded / 1_000,
            UnknownRequests = 0,
            StartedAt = new DateTimeOffset(2026, 11, 24, 11, 50, 0, TimeSpan.Zero),
            Batches = batches.Length > 0 ? batches : [Batch(1, requests, BatchState.Ingested, succeeded, failed)],
        };

    /// <summary>A batch whose counts are theirs alone until it is ingested, and the same as ours then.</summary>
    public static BatchOverview Batch(int ordinal, int requests, BatchState state, int? completed = null, int? failed = null) =>
        new()
        {
            Id = Guid.NewGuid(),
            Ordinal = ordinal,
            State = state,
            Status = state switch
            {
                BatchState.Submitted => "in_progress",
                BatchState.Ended or BatchState.Ingested => "completed",
                _ => null,
            },
            ProviderBatchId = state is BatchState.Planned or BatchState.Uploaded ? null : $"batch_01kb2v9m0000000000{ordinal:000}vep2a",
            InputFileId = state == BatchState.Planned ? null : "file_01kb2tpy8",
            OutputFileId = state == BatchState.Ingested ? "file_01kb2abvh4" : null,
            ErrorFileId = state == BatchState.Ingested && failed > 0 ? "file_01kb24w2nq" : null,
            Requests = requests,
            ProviderTotal = requests,
            ProviderCompleted = completed,
            ProviderFailed = failed,
            Succeeded = state == BatchState.Ingested ? completed : null,
            Failed = state == BatchState.Ingested ? failed : null,
            PolledAt = new DateTimeOffset(2026, 11, 24, 11, 59, 56, TimeSpan.Zero),
            SubmittedAt = new DateTimeOffset(2026, 11, 24, 11, 51, 0, TimeSpan.Zero),
            EndedAt = state is BatchState.Ended or BatchState.Ingested ? new DateTimeOffset(2026, 11, 24, 11, 58, 6, TimeSpan.Zero) : null,
        };

    /// <summary>A run with these passes; final failures are those of the last.</summary>
    public static RunOverview Run(RunState state, params PassOverview[] passes) =>
        FakeRuns.Running() with
        {
            State = state,
            Passes = passes,
            Selected = passes.Length == 0 ? 0 : passes[0].Requests,
            Succeeded = passes.Sum(pass => pass.Succeeded),
            PlannedAt = passes.Length == 0 ? null : new DateTimeOffset(2026, 11, 24, 11, 50, 0, TimeSpan.Zero),
            EndedAt = state.IsFinal() ? new DateTimeOffset(2026, 11, 24, 11, 59, 0, TimeSpan.Zero) : null,
            FailuresByCode =
                passes.Length == 0 || passes[^1].Failed == 0
                    ? new Dictionary<FailureCode, int>()
                    : new Dictionary<FailureCode, int> { [FailureCode.MaxTokens] = passes[^1].Failed },
        };
}
