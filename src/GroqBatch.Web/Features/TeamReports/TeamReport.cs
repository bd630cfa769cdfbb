using System.Globalization;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SpotChecks;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.TeamReports;

/// <summary>A team at a time, for paper: read once, and not moving afterwards. Its times are in UTC, since paper is read anywhere.</summary>
public sealed record TeamReport
{
    /// <summary>How far back runs, failures and cost are looked at, in days.</summary>
    public const int Days = 90;

    /// <summary>So many runs have a row; the others are in the sums.</summary>
    public const int MostRuns = 60;

    /// <summary>So many repositories have a row; the others share one.</summary>
    public const int MostRepositories = 100;

    /// <summary>So many reasons have a row; the others share one.</summary>
    public const int MostReasons = 20;

    /// <summary>When it was read.</summary>
    public required DateTimeOffset At { get; init; }

    public required TeamCoverage Coverage { get; init; }

    /// <summary>What coverage was, oldest first.</summary>
    public required IReadOnlyList<CoveragePoint> History { get; init; }

    public required IReadOnlyList<ReportedRepository> Repositories { get; init; }

    /// <summary>What spot checks say; null: it was not checked.</summary>
    public required Quality? Quality { get; init; }

    /// <summary>What its runs came to.</summary>
    public required TeamRunTotals Totals { get; init; }

    /// <summary>Its runs, newest first.</summary>
    public required IReadOnlyList<RunOverview> Runs { get; init; }

    /// <summary>Why pull requests are parked, the most frequent reason first.</summary>
    public required IReadOnlyList<ParkedReason> Parked { get; init; }

    /// <summary>The team.</summary>
    public Team Team => Coverage.Team;

    /// <summary>Where its pull requests stand.</summary>
    public CoverageCounts Counts => Coverage.Counts;

    /// <summary>With a summary, stale ones included.</summary>
    public int Covered => Counts.Summarised + Counts.Stale;

    /// <summary>In one sentence: <c>Cal.com is at 94.1 %; 127 to 95 %</c>.</summary>
    public string Sentence =>
        Counts.Eligible == 0 ? $"{Team.Name} has no eligible pull request; nothing is missing"
        : Coverage.IsReached
            ? $"{Team.Name} is at {Figures.Percent(Covered, Counts.Eligible)}; the goal of {Figures.Goal(Team.Goal)} is reached"
        : $"{Team.Name} is at {Figures.Percent(Covered, Counts.Eligible)}; {Figures.Count(Coverage.MissingToGoal)} to {Figures.Goal(Team.Goal)}";

    /// <summary>What spot checks show, in a sentence or two.</summary>
    public string QualityInWords =>
        Quality is not { Read: > 0 } read
            ? "Not checked: nobody has read a sample of this team's summaries."
            : $"With 95 % confidence {SampleWords.Band(read.Interval)} of its summaries are good (Wilson's interval): {Figures.Count(read.Read)} read, "
                + $"{Figures.Count(read.Good)} good, {Figures.Count(read.Minor)} minor, {Figures.Count(read.Wrong)} wrong. Minor counts as good; "
                + $"without the minor ones it is {SampleWords.Band(read.Strict)}."
                + read.Settlement switch
                {
                    Settlement.Good => " The check is settled: good enough.",
                    Settlement.NotGood => " The check is settled: not good enough.",
                    _ => " The check is open: more may be read.",
                };

    /// <summary>Such as <c>28 November 2026, 19:04 UTC</c>.</summary>
    public static string Long(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>28 Nov 2026 19:04</c>: for cells.</summary>
    public static string Short(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>A repository over all months.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Counts">Where its pull requests stand.</param>
public sealed record ReportedRepository(string Repository, CoverageCounts Counts)
{
    /// <summary>Eligible without a summary.</summary>
    public int Missing => Counts.Eligible - Counts.Summarised - Counts.Stale;

    /// <summary>Of a team's cells, by what is missing, most first.</summary>
    public static IReadOnlyList<ReportedRepository> Of(IReadOnlyList<CoverageCell> cells) =>
        [
            .. cells
                .GroupBy(cell => cell.Repository, StringComparer.Ordinal)
                .Select(group => new ReportedRepository(group.Key, group.Aggregate(new CoverageCounts(), (sum, cell) => sum + cell.Counts)))
                .OrderByDescending(repository => repository.Missing)
                .ThenByDescending(repository => repository.Counts.Eligible)
                .ThenBy(repository => repository.Repository, StringComparer.Ordinal),
        ];
}
