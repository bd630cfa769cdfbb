using System.Runtime.CompilerServices;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Coverage;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Teams with their coverage, in the order and with the search of the page.</summary>
internal static class TeamTable
{
    private const int PageSize = 500;

    /// <summary>A team and where it stands.</summary>
    public static readonly string[] CoverageColumns = ["team", "name", "goal", "coverage", "missingToGoal", .. CountCells.Columns];

    private static readonly string[] Columns = [.. CoverageColumns, "lastRun", "lastRunState", "lastRunAt"];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(CoverageView view) => $"teams.csv{(view with { Page = 1, Selected = view.Selected.Clear() }).ToAddress()}";

    /// <summary>Cells of <see cref="CoverageColumns"/>.</summary>
    public static object?[] CellsOf(TeamCoverage coverage) =>
        [
            coverage.Team.Slug,
            coverage.Team.Name,
            coverage.Team.Goal,
            coverage.Counts.Share,
            coverage.MissingToGoal,
            .. CountCells.Of(coverage.Counts),
        ];

    public static IResult Export(
        HttpContext context,
        ICoverageListReader reader,
        IBatchProvider provider,
        [FromQuery] string? sort,
        [FromQuery] string? q
    ) =>
        ExportEndpoints.Download(
            context,
            "teams",
            "team",
            "all",
            Columns,
            RowsAsync(reader, CoverageView.Read(sort, q, page: null, selected: null).ToQuery(provider.Name), context.RequestAborted)
        );

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        ICoverageListReader reader,
        CoverageListQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var skip = 0; ; skip += PageSize)
        {
            var page = await reader.ReadAsync(query with { Skip = skip, Take = PageSize }, cancellationToken);
            foreach (var (coverage, run) in page.Rows.Select(row => (row.Coverage, row.LastRun)))
            {
                yield return [.. CellsOf(coverage), run?.Id, run?.State.ToString(), run?.At];
            }

            if (page.Rows.Count < PageSize)
            {
                yield break;
            }
        }
    }
}
