using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Runs;

/// <summary>One backfill of one team. What it runs with is frozen at its start.</summary>
public sealed record Run
{
    public required Guid Id { get; init; }
    public required int TeamId { get; init; }
    public required string TeamSlug { get; init; }

    /// <summary><c>groq</c> or <c>simulator</c>.</summary>
    public required string Provider { get; init; }

    public required RunState State { get; init; }

    /// <summary>Newest first, at most this many; null: everything missing.</summary>
    public int? Limit { get; init; }

    public required bool WithFallback { get; init; }

    /// <summary>Whether stale summaries are refreshed too.</summary>
    public bool IncludeStale { get; init; }

    /// <summary>The set it was started over, chosen by what its pull requests are; null: what was missing in the team.</summary>
    public PullRequestFilter? Filter { get; init; }

    public required Ladder Ladder { get; init; }
    public required string PromptVersion { get; init; }
    public required RunSettings Settings { get; init; }

    /// <summary>The estimate that was shown at the start; null when there was none.</summary>
    public Estimate? Estimate { get; init; }

    /// <summary>The run whose failures this one retries; otherwise null.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its pull requests were claimed; null before.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Pull requests it claimed; 0 before it is planned.</summary>
    public int Selected { get; init; }

    /// <summary>Why it is in its state, fit to show.</summary>
    public string? Reason { get; init; }

    /// <summary>Held by the pipeline itself once this pass is done; null: not asked for.</summary>
    public int? HoldAfterPass { get; init; }

    /// <summary>Whether the canary has been judged, by its figures or by a person; true as well where there is none.</summary>
    public bool IsCanaryDecided { get; init; } = true;
}

/// <summary>The limits a run is frozen with.</summary>
public sealed record RunSettings
{
    /// <summary>Lines in a batch's file at most.</summary>
    public required int MaxRequestsPerBatch { get; init; }

    /// <summary>Bytes in a batch's file at most.</summary>
    public required long MaxBatchBytes { get; init; }

    /// <summary>Such as <c>24h</c>.</summary>
    public required string CompletionWindow { get; init; }

    /// <summary>Attempts of one request on one rung at most.</summary>
    public required int MaxAttemptsPerRequest { get; init; }

    /// <summary>Dollars this run may cost, committed and booked; null: no cap.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>Requests of the canary that goes first; null: none.</summary>
    public int? Canary { get; init; }

    /// <summary>The share of the canary that may fail.</summary>
    public double CanaryMaxFailure { get; init; } = 0.10;

    /// <summary>Whether the run waits for a person after its canary whatever it shows.</summary>
    public bool CanaryWait { get; init; }
}

/// <summary>A batch as the pipeline works on it.</summary>
public sealed record Batch
{
    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required int Pass { get; init; }

    /// <summary>Counted from 1 within its pass.</summary>
    public required int Ordinal { get; init; }

    public required BatchState State { get; init; }
    public required string Provider { get; init; }

    /// <summary>Travels in the batch's metadata, so that a batch whose creation was never confirmed is found again.</summary>
    public required Guid Nonce { get; init; }

    public required int Requests { get; init; }
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the request file.</summary>
    public required byte[] RequestFileHash { get; init; }

    /// <summary>Of the prompts in its file.</summary>
    public required string PromptVersion { get; init; }

    /// <summary>
    /// What its lines were written for: the ladder of a run that was stopped may have got another model since. Null: as the run's ladder says.
    /// </summary>
    public Rung? Rung { get; init; }

    /// <summary>
    /// Dollars it will probably cost; once its answers are taken, only the share of those attempts whose cost is unknown. Null: unknown, or all of
    /// it is booked.
    /// </summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>When it was written down that the batch is about to be created; null: no creation can be under way.</summary>
    public DateTimeOffset? IntentAt { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }
    public string? ProviderBatchId { get; init; }
    public string? InputFileId { get; init; }
    public string? OutputFileId { get; init; }
    public string? ErrorFileId { get; init; }

    /// <summary>The provider's word, or <c>lost</c> for one that vanished; null before the first answer.</summary>
    public string? Status { get; init; }

    /// <summary>The provider's object as it last came; null before the first answer.</summary>
    public string? RawJson { get; init; }

    /// <summary>What the provider's validation found; empty when it found nothing, or has not ended.</summary>
    public IReadOnlyList<ProviderBatchError> ProviderErrors { get; init; } = [];

    /// <summary>The provider's own counts as they last came; null before.</summary>
    public RequestCounts? ProviderCounts { get; init; }

    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When its answers were taken; null before.</summary>
    public DateTimeOffset? IngestedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When a step on this batch is to be tried again; null: at once.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Attempts of the current step that went wrong.</summary>
    public int Troubles { get; init; }

    /// <summary>When the database last looked at its own clock for this row: the base for every duration here.</summary>
    public required DateTimeOffset Now { get; init; }
}
