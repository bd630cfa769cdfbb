using System.Runtime.CompilerServices;
using GroqBatch.Core.Batches;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.FailureGroups;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Groups of failures over runs, most failed first, with the filter of the page.</summary>
internal static class FailureTable
{
    private const int PageSize = 200;

    private static readonly string[] Columns =
    [
        "failureCode",
        "message",
        "models",
        "failed",
        "final",
        "open",
        "runs",
        "teams",
        "firstSeenAt",
        "lastSeenAt",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(FailureView view)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in (view with { Page = 1, Open = null }).ToQuery())
        {
            if (value is not null)
            {
                query.Add(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
            }
        }

        return $"failures.csv{query}";
    }

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        IFailureReader reader,
        ITeamStore teams,
        IBatchProvider provider,
        TimeProvider time,
        [FromQuery] string? team,
        [FromQuery] string? model,
        [FromQuery] string? code,
        [FromQuery] string? since
    )
    {
        var view = FailureView.Read(team, model, code, since, page: null, open: null);
        var of = view.Team.Length == 0 ? null : await teams.FindAsync(view.Team, context.RequestAborted);
        if (view.Team.Length > 0 && of is null)
        {
            return Results.NotFound();
        }

        var query = new FailureListQuery
        {
            Provider = provider.Name,
            TeamId = of?.Id,
            Filter = view.ToFilter(time.GetUtcNow()),
            Take = PageSize,
        };
        return ExportEndpoints.Download(
            context,
            "failures",
            "failure",
            of?.Slug ?? "all",
            Columns,
            RowsAsync(reader, query, context.RequestAborted)
        );
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IFailureReader reader,
        FailureListQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var page = await reader.ReadAsync(query, cancellationToken);
            foreach (var row in page.Rows)
            {
                yield return
                [
                    row.Key.Code.ToWire(),
                    row.Message,
                    string.Join("; ", row.Models),
                    row.Requests,
                    row.Final,
                    row.Open,
                    row.Runs,
                    row.Teams,
                    row.FirstAt,
                    row.LastAt,
                ];
            }

            query = query with { Skip = query.Skip + PageSize };
            if (page.Rows.Count == 0 || query.Skip >= page.Matching)
            {
                yield break;
            }
        }
    }
}
