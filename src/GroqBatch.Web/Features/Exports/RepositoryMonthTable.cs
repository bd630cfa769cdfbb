using System.Globalization;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.Exports;

/// <summary>A team's coverage by repository and month of creation.</summary>
internal static class RepositoryMonthTable
{
    private static readonly string[] Columns = ["team", "repository", "month", "coverage", .. CountCells.Columns];

    /// <summary>Where the page's table is had as a file; it has all months, not only those in view.</summary>
    public static string Address(string slug) => $"teams/{slug}/repositories.csv";

    public static Task<IResult> ExportAsync(HttpContext context, ICoverageGridReader grid, string slug) =>
        ExportEndpoints.DownloadOfTeamAsync(
            context,
            slug,
            "repositories",
            Columns,
            (team, provider, cancellationToken) => grid.ReadAsync(provider, team.Id, cancellationToken),
            RowOf
        );

    private static IReadOnlyList<object?> RowOf(Team team, CoverageCell cell) =>
        [
            team.Slug,
            cell.Repository,
            cell.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            cell.Counts.Share,
            .. CountCells.Of(cell.Counts),
        ];
}
