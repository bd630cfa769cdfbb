using System.Runtime.CompilerServices;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Web.Features.Exports;

/// <summary>What each model has done on each rung, over the runs that the page looks at.</summary>
internal static class MeasuredModelTable
{
    private static readonly string[] Columns =
    [
        "model",
        "rung",
        "format",
        "runs",
        "requests",
        "succeeded",
        "successRate",
        "successRateLow",
        "successRateHigh",
        "promptTokensPerSummary",
        "completionTokensPerSummary",
        "costPerSummaryUsd",
        "failuresByCode",
        "failureRateLimitLow",
        "failureRateLimitHigh",
        "runsOutsideLimits",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public const string Address = "models.csv";

    public static IResult Export(HttpContext context, IPastReader past, IBatchProvider provider) =>
        ExportEndpoints.Download(context, "models", "model", "all", Columns, RowsAsync(past, provider.Name, context.RequestAborted));

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IPastReader past,
        string provider,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var model in ModelFigures.Of(await past.ReadAsync(provider, ModelFigures.RunsBack, cancellationToken)))
        {
            yield return
            [
                model.Model,
                model.Rung,
                model.Format?.ToString(),
                model.Runs,
                model.Requests,
                model.Succeeded,
                model.SuccessRate,
                model.SuccessInterval.Low,
                model.SuccessInterval.High,
                model.PromptTokensPerSummary,
                model.CompletionTokensPerSummary,
                model.CostPerSummary,
                string.Join(
                    "; ",
                    model.FailuresByCode.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key.ToWire()} {pair.Value}")
                ),
                model.NextLimits?.Low,
                model.NextLimits?.High,
                model.Chart.Count(run => run.IsOutside),
            ];
        }
    }
}
