using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.Exports;

/// <summary>A team's coverage over time, all of it that was noted, the first point first.</summary>
internal static class CoverageHistoryTable
{
    private static readonly string[] Columns = ["team", "at", "goal", "coverage", .. CountCells.Columns];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(string slug) => $"teams/{slug}/coverage.csv";

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        ITeamStore teams,
        ICoverageHistory history,
        IBatchProvider provider,
        string slug
    )
    {
        if (await teams.FindAsync(slug, context.RequestAborted) is not { } team)
        {
            return Results.NotFound();
        }

        var points = await history.ReadAsync(provider.Name, team.Id, DateTimeOffset.UnixEpoch, context.RequestAborted);
        return ExportEndpoints.Download(
            context,
            $"{team.Slug}-coverage",
            "coverage",
            team.Slug,
            Columns,
            points.Select(point => RowOf(team, point)).ToAsyncEnumerable()
        );
    }

    private static IReadOnlyList<object?> RowOf(Team team, CoveragePoint point) =>
        [team.Slug, point.At, point.Goal, point.Counts.Share, .. CountCells.Of(point.Counts)];
}
