using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Coverage;

/// <summary>Teams as a list: sorted, searched and cut into pages by the database, on counters only.</summary>
public interface ICoverageListReader
{
    /// <summary>One page of teams with their coverage and latest run.</summary>
    Task<CoverageListPage> ReadAsync(CoverageListQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// What coverage of all teams was at the end of each day (UTC), oldest first. A team counts from its first row of history on; a day before any
    /// row is absent, so a young installation has few points and not a line that was never measured.
    /// </summary>
    /// <param name="provider">The active one.</param>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<CoverageDay>> ReadDaysAsync(string provider, DateOnly first, DateOnly last, CancellationToken cancellationToken);
}

/// <summary>What a list of teams can be sorted by.</summary>
public enum CoverageSort
{
    /// <summary>Summaries missing to the goal.</summary>
    Missing,
    Name,

    /// <summary>The share of eligible pull requests that are covered.</summary>
    Share,
    Eligible,
    Excluded,
    Total,

    /// <summary>Failed and parked.</summary>
    Failed,

    /// <summary>When the latest run was started.</summary>
    LastRun,
}

/// <summary>Which teams, and in which order.</summary>
public sealed record CoverageListQuery
{
    /// <summary>The active provider: summaries of another never count.</summary>
    public required string Provider { get; init; }

    /// <summary>Part of a name or slug, in any case; null or blank: all teams.</summary>
    public string? Search { get; init; }

    public CoverageSort Sort { get; init; } = CoverageSort.Missing;
    public bool IsDescending { get; init; } = true;

    /// <summary>Teams before the page.</summary>
    public int Skip { get; init; }

    /// <summary>Teams on the page at most.</summary>
    public int Take { get; init; } = 25;
}

/// <summary>A page of teams.</summary>
/// <param name="Rows">In the order asked for.</param>
/// <param name="Matching">Teams on all pages together.</param>
/// <param name="ReadAt">By the database's clock: the base for every age.</param>
public sealed record CoverageListPage(IReadOnlyList<CoverageRow> Rows, int Matching, DateTimeOffset ReadAt);

/// <summary>A team in a list.</summary>
/// <param name="Coverage">Where it stands.</param>
/// <param name="LastRun">Its latest run on this provider; null when it has had none.</param>
public sealed record CoverageRow(TeamCoverage Coverage, LastRun? LastRun);

/// <summary>A team's latest run in a few figures.</summary>
/// <param name="Id">The run.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it is in it; null: nothing to say.</param>
/// <param name="At">When it ended, or was started if it has not.</param>
/// <param name="Selected">Pull requests it claimed.</param>
/// <param name="Pass">The pass it came to; null before the first.</param>
/// <param name="PassRequests">Requests of that pass.</param>
/// <param name="PassSucceeded">Of those, succeeded.</param>
/// <param name="PassFailed">Of those, failed.</param>
public sealed record LastRun(
    Guid Id,
    RunState State,
    string? Reason,
    DateTimeOffset At,
    int Selected,
    int? Pass,
    int PassRequests,
    int PassSucceeded,
    int PassFailed
);

/// <summary>What coverage was at the end of a day.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Covered">Pull requests with a summary, stale ones included.</param>
/// <param name="Eligible">Of so many.</param>
/// <param name="Teams">Teams that had a row of history by then.</param>
public sealed record CoverageDay(DateOnly Day, long Covered, long Eligible, int Teams);
