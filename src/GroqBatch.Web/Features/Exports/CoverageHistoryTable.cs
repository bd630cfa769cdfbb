using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.Exports;

/// <summary>A team's coverage over time, all of it that was noted, the first point first.</summary>
internal static class CoverageHistoryTable
{
    private static readonly string[] Columns = ["team", "at", "goal", "coverage", .. CountCells.Columns];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(string slug) => $"teams/{slug}/coverage.csv";

    public static Task<IResult> ExportAsync(HttpContext context, ICoverageHistory history, string slug) =>
        ExportEndpoints.DownloadOfTeamAsync(
            context,
            slug,
            "coverage",
            Columns,
            (team, provider, cancellationToken) => history.ReadAsync(provider, team.Id, DateTimeOffset.UnixEpoch, cancellationToken),
            RowOf
        );

    private static IReadOnlyList<object?> RowOf(Team team, CoveragePoint point) =>
        [team.Slug, point.At, point.Goal, point.Counts.Share, .. CountCells.Of(point.Counts)];
}
