using System.Runtime.CompilerServices;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>A run's requests, by pass and in the order of import, with the filter and search of the tab.</summary>
internal static class RequestTable
{
    private const int PageSize = 500;

    private static readonly string[] Columns =
    [
        "run",
        "pass",
        "model",
        "customId",
        "repository",
        "number",
        "title",
        "url",
        "outcome",
        "failureCode",
        "message",
        "isFinal",
        "attempts",
        "promptTokens",
        "completionTokens",
        "costUsd",
        "isCostUnknown",
        "resolvedAt",
    ];

    /// <summary>Where the tab's table is had as a file.</summary>
    public static string Address(Guid runId, RequestView view)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in (view with { After = null, Before = null }).ToQuery())
        {
            if (value is not null)
            {
                query.Add(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
            }
        }

        return $"runs/{runId}/requests.csv{query}";
    }

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        IRunReader runs,
        IRequestReader reader,
        Guid run,
        [FromQuery] string? outcome,
        [FromQuery] string? pass,
        [FromQuery] string? code,
        [FromQuery] string? message,
        [FromQuery] string? q
    )
    {
        if (await runs.FindAsync(run, context.RequestAborted) is null)
        {
            return Results.NotFound();
        }

        var view = RequestView.Read(
            outcome,
            int.TryParse(pass, out var ordinal) ? ordinal : null,
            code,
            message,
            q,
            after: null,
            before: null
        );
        return ExportEndpoints.Download(
            context,
            $"run-{RunWords.ShortId(run)}-requests",
            "request",
            run.ToString(),
            Columns,
            RowsAsync(reader, view.ToQuery(run) with { Take = PageSize }, context.RequestAborted)
        );
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IRequestReader reader,
        RequestListQuery query,
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
                    query.RunId,
                    row.Pass,
                    row.Model,
                    Core.Batches.CustomId.Format(row.PullRequestId),
                    row.Repository,
                    row.Number,
                    row.Title,
                    row.Url,
                    row.HasSucceeded switch
                    {
                        true => "succeeded",
                        false => "failed",
                        null => row.IsInFlight ? "in_flight" : "waiting",
                    },
                    row.Code?.ToWire(),
                    row.Message,
                    row.IsFinal,
                    row.Attempts,
                    row.PromptTokens,
                    row.CompletionTokens,
                    row.Cost,
                    row.IsCostUnknown,
                    row.ResolvedAt,
                ];
            }

            if (page.Next is null)
            {
                yield break;
            }

            // Also where a search came to the end of what it looks through at a time: it goes on from there.
            query = query with
            {
                After = page.Next,
            };
        }
    }
}
