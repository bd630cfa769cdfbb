using System.Runtime.CompilerServices;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Runs, newest first, with the filter of the page.</summary>
internal static class RunTable
{
    private const int PageSize = 100;

    private static readonly string[] Columns =
    [
        "run",
        "team",
        "state",
        "reason",
        "takes",
        "models",
        "selected",
        "succeeded",
        "firstPassFailures",
        "recovered",
        "finalFailures",
        "costBookedUsd",
        "requestsOfUnknownCost",
        "costEstimatedLowUsd",
        "costEstimatedHighUsd",
        "startedBy",
        "createdAt",
        "endedAt",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(RunsView view) => $"runs.csv{(view with { Page = 1 }).ToAddress()["runs".Length..]}";

    public static IResult Export(
        HttpContext context,
        IRunReader reader,
        IBatchProvider provider,
        [FromQuery] string? team,
        [FromQuery] string? state,
        [FromQuery] string? model,
        [FromQuery] string? who
    ) =>
        ExportEndpoints.Download(
            context,
            "runs",
            "run",
            "all",
            Columns,
            RowsAsync(
                reader,
                RunsView.Read(team, state, model, who, page: null).ToFilter(provider.Name, context.ToActor().Name),
                context.RequestAborted
            )
        );

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IRunReader reader,
        RunFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        (DateTimeOffset At, Guid Id)? last = null;
        for (var skip = 0; ; skip += PageSize)
        {
            var runs = await reader.ListAsync(filter with { Skip = skip, Take = PageSize }, cancellationToken);
            foreach (var run in runs)
            {
                // A run that was started meanwhile has moved those that are written already onto this page.
                if (
                    last is { } written
                    && (run.CreatedAt > written.At || (run.CreatedAt == written.At && run.Id.CompareTo(written.Id) <= 0))
                )
                {
                    continue;
                }

                last = (run.CreatedAt, run.Id);
                yield return
                [
                    run.Id,
                    run.Team,
                    run.State.ToString(),
                    run.Reason,
                    RunWords.Scope(run),
                    string.Join("; ", run.Passes.Select(pass => pass.Model)),
                    run.Selected,
                    run.Succeeded,
                    run.FirstPassFailures,
                    run.Recovered,
                    run.FinalFailures,
                    run.Booked,
                    run.UnknownRequests,
                    run.Estimate?.Cost?.Low,
                    run.Estimate?.Cost?.High,
                    run.StartedBy,
                    run.CreatedAt,
                    run.EndedAt,
                ];
            }

            if (runs.Count < PageSize)
            {
                yield break;
            }
        }
    }
}
