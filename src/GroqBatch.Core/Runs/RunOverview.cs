using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Runs;

/// <summary>A run as people look at it: every figure from the ledger's counters at one instant.</summary>
public sealed record RunOverview
{
    public required Guid Id { get; init; }

    /// <summary>The run whose failures this one retries; otherwise null.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    public required string TeamName { get; init; }

    /// <summary><c>groq</c> or <c>simulator</c>.</summary>
    public required string Provider { get; init; }

    public required RunState State { get; init; }

    /// <summary>Why it is in its state, fit to show; null when there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Newest first, at most this many; null: everything missing.</summary>
    public int? Limit { get; init; }

    public required bool WithFallback { get; init; }
    public bool IncludeStale { get; init; }

    /// <summary>Whether it was started over failures: those of <see cref="ParentRunId"/>, or of several runs.</summary>
    public bool IsOfFailures { get; init; }

    /// <summary>Whether it was started over one pull request, whatever its state.</summary>
    public bool IsOfOne { get; init; }

    /// <summary>The set it was started over, chosen by what its pull requests are; null: what was missing in the team.</summary>
    public PullRequestFilter? Filter { get; init; }
    public required string PromptVersion { get; init; }

    /// <summary>Where it comes from.</summary>
    public RunProvenance Provenance { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its pull requests were claimed; null before.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the database was asked, by its own clock: the base for every age.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>It is held once this pass is over; null: not asked for, or it has been held for it.</summary>
    public int? HoldAfterPass { get; init; }

    /// <summary>Pull requests it claimed; 0 before it is planned.</summary>
    public required int Selected { get; init; }

    /// <summary>Pull requests with a summary of this run.</summary>
    public required int Succeeded { get; init; }

    /// <summary>In order of their rungs; empty before the run is planned.</summary>
    public required IReadOnlyList<PassOverview> Passes { get; init; }

    /// <summary>
    /// The pass that is under way; the last one where none is; null before the run is planned. What fails climbs into the next pass at once, which is
    /// there, and waits, until every request of the one before has its outcome.
    /// </summary>
    public PassOverview? CurrentPass => Passes.FirstOrDefault(pass => pass.Open > 0) ?? (Passes.Count == 0 ? null : Passes[^1]);

    /// <summary>The estimate that was shown at the start; null when there was none.</summary>
    public Estimate? Estimate { get; init; }

    /// <summary>Requests that failed in pass 1.</summary>
    public int FirstPassFailures => Passes.Count == 0 ? 0 : Passes[0].Failed;

    /// <summary>Failed on one rung, succeeded on a later one.</summary>
    public int Recovered => Passes.Skip(1).Sum(pass => pass.Succeeded);

    /// <summary>Pull requests that no later rung will try in this run; at its end, those without a summary.</summary>
    public int FinalFailures => FailuresByCode.Values.Sum();

    /// <summary><see cref="FinalFailures"/> by code; codes without one are absent.</summary>
    public required IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; }

    /// <summary>Tokens of the requests that were answered.</summary>
    public long PromptTokens => Passes.Sum(pass => pass.PromptTokens);

    /// <summary>Tokens of the answers, reasoning included.</summary>
    public long CompletionTokens => Passes.Sum(pass => pass.CompletionTokens);

    /// <summary>Dollars booked, once per attempt.</summary>
    public decimal Booked => Passes.Sum(pass => pass.Cost);

    /// <summary>Attempts whose cost is unknown, so that <see cref="Booked"/> is a lower bound.</summary>
    public int UnknownRequests => Passes.Sum(pass => pass.UnknownRequests);
}

/// <summary>A run's requests on one rung.</summary>
public sealed record PassOverview
{
    /// <summary>Counted from 1, as its rung is.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What its requests are sent to, or, once it is over, were sent to last.</summary>
    public required string Model { get; init; }

    /// <summary>The configured model that <see cref="Model"/> stands in for; null when it is the configured one.</summary>
    public string? Replaced { get; init; }

    /// <summary>
    /// Models that some of its batches were sent to before <see cref="Model"/> took their place, in that order; empty when it never changed.
    /// </summary>
    public IReadOnlyList<string> EarlierModels =>
        [
            .. Batches
                .Where(batch => batch.State != BatchState.Abandoned && batch.Model is not null && batch.Model != Model)
                .Select(batch => batch.Model!)
                .Distinct(StringComparer.Ordinal),
        ];

    public required int Requests { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }

    /// <summary>Requests without their final outcome on this rung.</summary>
    public int Open => Math.Max(0, Requests - Succeeded - Failed);

    /// <summary><see cref="Failed"/> by code; codes without one are absent.</summary>
    public required IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; }

    public required long PromptTokens { get; init; }
    public required long CompletionTokens { get; init; }

    /// <summary>Dollars booked.</summary>
    public required decimal Cost { get; init; }

    public required int UnknownRequests { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>In the order they were planned.</summary>
    public required IReadOnlyList<BatchOverview> Batches { get; init; }

    /// <summary>
    /// Requests that have an answer, ours where a batch is ingested and the provider's own count where it is not: for progress, not for sums.
    /// </summary>
    public int Answered =>
        Math.Min(
            Requests,
            Succeeded
                + Failed
                + Batches
                    .Where(batch => batch.State is BatchState.Submitted or BatchState.Ended)
                    .Sum(batch => (batch.ProviderCompleted ?? 0) + (batch.ProviderFailed ?? 0))
        );
}

/// <summary>One batch: <see cref="State"/> is ours, <see cref="Status"/>, ids and the provider's counts are theirs.</summary>
public sealed record BatchOverview
{
    public required Guid Id { get; init; }

    /// <summary>Counted from 1 within its pass.</summary>
    public required int Ordinal { get; init; }

    public required BatchState State { get; init; }

    /// <summary>The model that its lines were written for; null where it was not noted.</summary>
    public string? Model { get; init; }

    /// <summary>The provider's word, or <c>lost</c>; null before its first answer.</summary>
    public string? Status { get; init; }

    /// <summary>The id that the provider's console shows; null before it is submitted.</summary>
    public string? ProviderBatchId { get; init; }

    public string? InputFileId { get; init; }
    public string? OutputFileId { get; init; }
    public string? ErrorFileId { get; init; }

    /// <summary>Requests in it.</summary>
    public required int Requests { get; init; }

    /// <summary>The provider's count; null before its first answer.</summary>
    public int? ProviderTotal { get; init; }

    /// <summary>The provider's count; null before its first answer.</summary>
    public int? ProviderCompleted { get; init; }

    /// <summary>The provider's count; null before its first answer.</summary>
    public int? ProviderFailed { get; init; }

    /// <summary>Ours; null until it is ingested.</summary>
    public int? Succeeded { get; init; }

    /// <summary>Ours; null until it is ingested.</summary>
    public int? Failed { get; init; }

    /// <summary>Where the provider's counts or files and ours differ, in words; null: nowhere, or not ingested.</summary>
    public string? Difference { get; init; }

    /// <summary>When the provider last answered a question about it; null: never.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    /// <summary>Why the last poll or step failed, fit to show; null when it did not.</summary>
    public string? Trouble { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its answers were taken into the ledger; null before.</summary>
    public DateTimeOffset? IngestedAt { get; init; }
}

/// <summary>A move of a run, a pass or a batch.</summary>
/// <param name="At">By the database's clock.</param>
/// <param name="Actor">Who, such as <c>cli:ada</c> or <c>pipeline</c>.</param>
/// <param name="Subject"><c>run</c>, <c>pass</c> or <c>batch</c>.</param>
/// <param name="BatchId">Our id of the batch; null for other subjects.</param>
/// <param name="Pass">The pass; null where it concerns none.</param>
/// <param name="From">The state it left; null: none.</param>
/// <param name="To">The state it reached; null: none.</param>
/// <param name="Reason">Fit to show.</param>
public sealed record RunEvent(
    DateTimeOffset At,
    string Actor,
    string Subject,
    Guid? BatchId,
    int? Pass,
    string? From,
    string? To,
    string Reason
);
