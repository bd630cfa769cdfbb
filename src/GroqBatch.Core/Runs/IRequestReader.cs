using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Runs;

/// <summary>Reads the requests of a run page by page, through its index: by pass, and in each in the order of import.</summary>
public interface IRequestReader
{
    /// <summary>One page; empty when nothing matches or there is no such run.</summary>
    Task<RequestListPage> ReadAsync(RequestListQuery query, CancellationToken cancellationToken);
}

/// <summary>Which requests of a run.</summary>
public enum RequestSelection
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>With a summary.</summary>
    Succeeded,

    /// <summary>With a summary by a later rung than the first.</summary>
    Recovered,

    /// <summary>Failed on their rung.</summary>
    Failed,

    /// <summary>Failed, and no later rung tries.</summary>
    FinalFailures,

    /// <summary>Without an outcome: waiting to be sent, or in flight.</summary>
    Open,
}

/// <summary>Which page of which requests.</summary>
public sealed record RequestListQuery
{
    /// <summary>
    /// A search looks through this many requests at most and says how far it came: it reads titles one by one, and a page must not wait for
    /// fifty thousand of them.
    /// </summary>
    public const int SearchBudget = 10_000;

    public required Guid RunId { get; init; }
    public RequestSelection Selection { get; init; }

    /// <summary>Only of this pass, counted from 1; null: of all.</summary>
    public int? Pass { get; init; }

    /// <summary>Only with this code; null: with any.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>With <see cref="Code"/>: only with this message, see <see cref="FailureGroupKey"/>; null: with any.</summary>
    public Guid? Message { get; init; }

    /// <summary>A number, or part of a title; empty: no search.</summary>
    public string Search { get; init; } = "";

    /// <summary>Those after this one; null: from the first.</summary>
    public RequestCursor? After { get; init; }

    /// <summary>Those before this one, the nearest to it; wins over <see cref="After"/>. Null: no such wish.</summary>
    public RequestCursor? Before { get; init; }

    public int Take { get; init; } = 50;
}

/// <summary>A place in the order of requests.</summary>
/// <param name="Pass">Counted from 1.</param>
/// <param name="PullRequestId">Within the pass.</param>
public sealed record RequestCursor(int Pass, long PullRequestId)
{
    /// <summary>As it stands in addresses: <c>1.4711</c>.</summary>
    public override string ToString() => $"{Pass}.{PullRequestId}";

    /// <summary>Reads the form of <see cref="ToString"/>; null when it is none.</summary>
    public static RequestCursor? Parse(string? text)
    {
        var parts = (text ?? "").Split('.');
        return parts.Length == 2 && short.TryParse(parts[0], out var pass) && long.TryParse(parts[1], out var id)
            ? new RequestCursor(pass, id)
            : null;
    }
}

/// <summary>One page of requests, at one instant.</summary>
/// <param name="Rows">In order.</param>
/// <param name="Total">Those that the query selects without its search, from the ledger's counters.</param>
/// <param name="Previous">The page before this one is before it; null: this is the first.</param>
/// <param name="Next">The page after this one is after it; null: this is the last.</param>
/// <param name="IsUnfinished">
/// A search came to its <see cref="RequestListQuery.SearchBudget"/> before the page was full: what else there is lies beyond <paramref name="Next"/>
/// (or <paramref name="Previous"/>).
/// </param>
/// <param name="ReadAt">By the database's clock.</param>
public sealed record RequestListPage(
    IReadOnlyList<RequestListRow> Rows,
    int Total,
    RequestCursor? Previous,
    RequestCursor? Next,
    bool IsUnfinished,
    DateTimeOffset ReadAt
);

/// <summary>One request of a run. Title, url and message are written by strangers.</summary>
public sealed record RequestListRow
{
    public required int Pass { get; init; }
    public required string Model { get; init; }
    public required long PullRequestId { get; init; }
    public required string Repository { get; init; }
    public required long Number { get; init; }
    public required string Title { get; init; }

    /// <summary>As the source gave it; may be anything.</summary>
    public required string Url { get; init; }

    /// <summary>Whether it has a summary; null while it has no outcome.</summary>
    public bool? HasSucceeded { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>What was said of its failure; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Failed, and no later rung tries.</summary>
    public bool IsFinal { get; init; }

    /// <summary>In a batch under way, without an outcome.</summary>
    public bool IsInFlight { get; init; }

    /// <summary>Sendings, those that did not run among them.</summary>
    public required int Attempts { get; init; }

    /// <summary>Of all its attempts; null when no answer told.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>Of all its attempts, reasoning included; null when no answer told.</summary>
    public long? CompletionTokens { get; init; }

    /// <summary>Dollars booked for its attempts; null when nothing is known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Some attempt's cost is unknown, so that <see cref="Cost"/> is a lower bound.</summary>
    public bool IsCostUnknown { get; init; }

    /// <summary>When it got its outcome; null while it has none.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Its place in the order.</summary>
    public RequestCursor Cursor => new(Pass, PullRequestId);
}
