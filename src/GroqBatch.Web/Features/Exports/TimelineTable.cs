using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Every move of a run, its passes and its batches, the first one first.</summary>
internal static class TimelineTable
{
    private static readonly string[] Columns = ["at", "who", "subject", "pass", "batch", "from", "to", "reason"];

    /// <summary>Where the page's table is had as a file; it has the moves that the page leaves out as well.</summary>
    public static string Address(Guid runId) => $"runs/{runId}/timeline.csv";

    public static async Task<IResult> ExportAsync(HttpContext context, IRunReader runs, Guid run)
    {
        if (await runs.FindAsync(run, context.RequestAborted) is null)
        {
            return Results.NotFound();
        }

        var events = await runs.ListEventsAsync(run, int.MaxValue, context.RequestAborted);
        return ExportEndpoints.Download(
            context,
            $"run-{RunWords.ShortId(run)}-timeline",
            "run_event",
            run.ToString(),
            Columns,
            events.Select(RowOf).ToAsyncEnumerable()
        );
    }

    private static IReadOnlyList<object?> RowOf(RunEvent moved) =>
        [moved.At, moved.Actor, moved.Subject, moved.Pass, moved.BatchId, moved.From, moved.To, moved.Reason];
}
