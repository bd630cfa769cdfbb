using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.PullRequests;

/// <summary>One pull request with everything that was ever done about it. Every method takes <see cref="Right.View"/>.</summary>
public interface IPullRequestReader
{
    /// <summary>The pull request, where it stands, its summaries and its attempts; null when there is none with this key.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<PullRequestDetails?> FindAsync(string provider, long pullRequestId, Actor actor, CancellationToken cancellationToken);

    /// <summary>The line of a result file that answered an attempt, as it came, cut after <paramref name="most"/> characters.</summary>
    /// <returns>Null when there is no such attempt, or nothing came back.</returns>
    Task<CutText?> FindAnswerAsync(long attemptId, int most, Actor actor, CancellationToken cancellationToken);
}

/// <summary>A text that may be shown in part.</summary>
/// <param name="Text">Its beginning, or all of it.</param>
/// <param name="Length">Of all of it, in characters.</param>
public sealed record CutText(string Text, int Length)
{
    /// <summary>Whether something is left out.</summary>
    public bool IsCut => Text.Length < Length;
}

/// <summary>A pull request and what was done about it.</summary>
public sealed record PullRequestDetails
{
    public required long Id { get; init; }
    public required Team Team { get; init; }
    public required PullRequest PullRequest { get; init; }
    public required CoverageState State { get; init; }

    /// <summary>The last failure's code in its wire form; null when it has not failed since its last summary.</summary>
    public string? FailureCode { get; init; }

    public string? ParkedBy { get; init; }
    public string? ParkedReason { get; init; }

    /// <summary>The live run that has claimed it; null: none.</summary>
    public Guid? ClaimedBy { get; init; }

    /// <summary>Summaries of this provider, the current one first, then the newest; empty: it has none.</summary>
    public required IReadOnlyList<PullRequestSummary> Summaries { get; init; }

    /// <summary>Attempts of this provider, the latest first.</summary>
    public required IReadOnlyList<PullRequestAttempt> Attempts { get; init; }

    /// <summary>When this was read, by the database's clock.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The current summary; null: it has none.</summary>
    public PullRequestSummary? Current => Summaries.FirstOrDefault(summary => summary.IsCurrent);
}

/// <summary>A summary with its provenance.</summary>
public sealed record PullRequestSummary
{
    public required long Id { get; init; }
    public required bool IsCurrent { get; init; }

    /// <summary>Of what the pull request is now, whatever the prompt's version.</summary>
    public required bool IsOfThisContent { get; init; }

    public required SummaryDocument Document { get; init; }
    public required Guid RunId { get; init; }
    public required string Model { get; init; }

    /// <summary>Of the ladder; after the first it is a recovery.</summary>
    public required int Rung { get; init; }

    public required int Pass { get; init; }
    public required string PromptVersion { get; init; }
    public int? PromptTokens { get; init; }
    public int? CompletionTokens { get; init; }

    /// <summary>Dollars; null: unknown.</summary>
    public decimal? Cost { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One sending of it.</summary>
public sealed record PullRequestAttempt
{
    public required long Id { get; init; }
    public required Guid RunId { get; init; }
    public required int Pass { get; init; }

    /// <summary>Counted from 1 on its rung.</summary>
    public required int Number { get; init; }

    public required string Model { get; init; }

    /// <summary>The provider's id of its batch; null when it was never submitted.</summary>
    public string? ProviderBatchId { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c>, <c>not_run</c>; null while it is open.</summary>
    public string? Outcome { get; init; }

    /// <summary>In its wire form; null: it has not failed.</summary>
    public string? FailureCode { get; init; }

    /// <summary>Why it failed, fit to show as text.</summary>
    public string? Message { get; init; }

    public int? HttpStatus { get; init; }
    public int? PromptTokens { get; init; }
    public int? CompletionTokens { get; init; }

    /// <summary>Dollars; null: unknown.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether something came back.</summary>
    public required bool HasAnswer { get; init; }

    /// <summary>When its batch was taken in, or submitted, or written, whichever is known.</summary>
    public required DateTimeOffset At { get; init; }
}
