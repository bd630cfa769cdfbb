namespace GroqBatch.Core.FailureGroups;

/// <summary>Reads what failed, by code and folded message: figures from counters, examples through an index, never by counting requests.</summary>
public interface IFailureReader
{
    /// <summary>The groups of one run, by pass, most failures first; empty when it had none, or there is no such run.</summary>
    Task<RunFailureReport> ReadRunAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>A few requests of a group of a run, with what the provider said of each.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="pass">Counted from 1.</param>
    /// <param name="key">The group.</param>
    /// <param name="take">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<FailureExample>> ListExamplesAsync(
        Guid runId,
        int pass,
        FailureGroupKey key,
        int take,
        CancellationToken cancellationToken
    );

    /// <summary>One page of groups over runs.</summary>
    Task<FailureList> ReadAsync(FailureListQuery query, CancellationToken cancellationToken);

    /// <summary>What is behind a group over runs: its latest passes, its pull requests that are open, a few examples.</summary>
    /// <param name="query">Whose filter narrows it; its page means nothing here.</param>
    /// <param name="key">The group.</param>
    /// <param name="open">At most this many pull requests.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<FailureGroupDetail> ReadGroupAsync(FailureListQuery query, FailureGroupKey key, int open, CancellationToken cancellationToken);
}

/// <summary>What failed in a run, at one instant.</summary>
/// <param name="IsFinal">Whether the run has ended, so that its final failures can be retried.</param>
/// <param name="Passes">In order; those without a failure as well.</param>
public sealed record RunFailureReport(bool IsFinal, IReadOnlyList<PassFailures> Passes);

/// <summary>What failed in one pass.</summary>
/// <param name="Ordinal">Counted from 1.</param>
/// <param name="Model">Its model.</param>
/// <param name="Requests">All of its requests.</param>
/// <param name="Failed">Those that failed on this rung.</param>
/// <param name="Groups">Most failures first.</param>
public sealed record PassFailures(int Ordinal, string Model, int Requests, int Failed, IReadOnlyList<RunFailureGroup> Groups);

/// <summary>The failures of a pass with one code and one folded message.</summary>
/// <param name="Key">What makes them one group.</param>
/// <param name="Message">The folded message; empty when there was none.</param>
/// <param name="Requests">Requests that failed like this.</param>
/// <param name="Final">Of them, those that no later rung tried.</param>
/// <param name="Open">
/// Of those, pull requests that have had no summary since, are not parked and in no live run: what a retry takes. <see cref="MostOpen"/> may mean
/// more.
/// </param>
public sealed record RunFailureGroup(FailureGroupKey Key, string Message, int Requests, int Final, int Open)
{
    /// <summary>Open ones are counted up to this: a page does not wait for the rest, and the retry's dialog says how many it takes.</summary>
    public const int MostOpen = 500;
}

/// <summary>One failed request. Title, message and answer are written by strangers: to be shown as text.</summary>
public sealed record FailureExample
{
    /// <summary>Answers are read to this many characters: the rest is in the raw files.</summary>
    public const int AnswerLength = 4_000;

    public required Guid RunId { get; init; }
    public required int Pass { get; init; }
    public required string Model { get; init; }
    public required long PullRequestId { get; init; }
    public required string Repository { get; init; }
    public required long Number { get; init; }
    public required string Title { get; init; }

    /// <summary>As the source gave it; may be anything.</summary>
    public required string Url { get; init; }

    /// <summary>As the provider said it, unfolded; null when it said nothing.</summary>
    public string? Message { get; init; }

    /// <summary>The whole line as it came, at most <see cref="AnswerLength"/> characters of it; null when nothing came.</summary>
    public string? RawAnswer { get; init; }

    /// <summary>Characters of the whole line.</summary>
    public int RawLength { get; init; }

    /// <summary>Of the line; null where there was no call.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>When it got its outcome.</summary>
    public required DateTimeOffset At { get; init; }
}
