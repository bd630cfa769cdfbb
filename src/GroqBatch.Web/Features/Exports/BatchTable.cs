using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;

namespace GroqBatch.Web.Features.Exports;

/// <summary>The batches of a run: what the provider counts beside what was read.</summary>
internal static class BatchTable
{
    private static readonly string[] Columns =
    [
        "pass",
        "batch",
        "ordinal",
        "model",
        "state",
        "providerStatus",
        "providerBatchId",
        "inputFileId",
        "outputFileId",
        "errorFileId",
        "requests",
        "providerCompleted",
        "providerFailed",
        "succeeded",
        "failed",
        "difference",
        "trouble",
        "submittedAt",
        "endedAt",
        "ingestedAt",
        "polledAt",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(Guid runId) => $"runs/{runId}/batches.csv";

    public static async Task<IResult> ExportAsync(HttpContext context, IRunReader runs, Guid run) =>
        await runs.FindAsync(run, context.RequestAborted) is { } found
            ? ExportEndpoints.Download(
                context,
                $"run-{RunWords.ShortId(run)}-batches",
                "batch",
                run.ToString(),
                Columns,
                found
                    .Passes.SelectMany(pass => pass.Batches.Select(batch => RowOf(pass.Ordinal, batch.Model ?? pass.Model, batch)))
                    .ToAsyncEnumerable()
            )
            : Results.NotFound();

    private static IReadOnlyList<object?> RowOf(int pass, string model, BatchOverview batch) =>
        [
            pass,
            batch.Id,
            batch.Ordinal,
            model,
            batch.State.ToString(),
            batch.Status,
            batch.ProviderBatchId,
            batch.InputFileId,
            batch.OutputFileId,
            batch.ErrorFileId,
            batch.Requests,
            batch.ProviderCompleted,
            batch.ProviderFailed,
            batch.Succeeded,
            batch.Failed,
            batch.Difference,
            batch.Trouble,
            batch.SubmittedAt,
            batch.EndedAt,
            batch.IngestedAt,
            batch.PolledAt,
        ];
}
