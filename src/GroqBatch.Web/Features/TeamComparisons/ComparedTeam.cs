using GroqBatch.Core.Coverage;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.TeamComparisons;

/// <summary>A column of a comparison.</summary>
/// <param name="Letter">What its line is marked with: <c>A</c> for the first.</param>
/// <param name="Coverage">The team and where it stands.</param>
/// <param name="History">Where it stood at the end of days, oldest first.</param>
/// <param name="Quality">What spot checks say; null: it was not checked.</param>
/// <param name="Runs">What its runs came to.</param>
public sealed record ComparedTeam(
    char Letter,
    TeamCoverage Coverage,
    IReadOnlyList<CoveragePoint> History,
    Quality? Quality,
    TeamRunTotals Runs
)
{
    /// <summary>The team.</summary>
    public Team Team => Coverage.Team;

    /// <summary>Where its pull requests stand.</summary>
    public CoverageCounts Counts => Coverage.Counts;

    /// <summary>With a summary, stale ones included.</summary>
    public int Covered => Counts.Summarised + Counts.Stale;
}
