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

    private static readonly string[] Columns =
    [
        "team",
        "name",
        "goal",
        "coverage",
        "missingToGoal",
        .. CountCells.Columns,
        "lastRun",
        "lastRunState",
        "lastRunAt",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(CoverageView view) => $"teams.csv{(view with { Page = 1, Selected = view.Selected.Clear() }).ToAddress()}";

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
            foreach (var ((team, counts), run) in page.Rows.Select(row => ((row.Coverage.Team, row.Coverage.Counts), row.LastRun)))
            {
                yield return
                [
                    team.Slug,
                    team.Name,
                    team.Goal,
                    counts.Share,
                    counts.MissingTo(team.Goal),
                    .. CountCells.Of(counts),
                    run?.Id,
                    run?.State.ToString(),
                    run?.At,
                ];
            }

            if (page.Rows.Count < PageSize)
            {
                yield break;
            }
        }
    }
}
