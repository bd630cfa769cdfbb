using GroqBatch.Cli.Shell;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using Spectre.Console;

namespace GroqBatch.Cli.Runs;

/// <summary>Whether a run adds up, as text: one line when it does, and every difference with the ids behind it when it does not.</summary>
internal static class ReconciliationText
{
    /// <summary>Writes a reconciliation.</summary>
    public static void Write(IAnsiConsole console, RunReconciliation run)
    {
        if (run.Batches.Count > 0)
        {
            console.WriteLine();
            BatchesOf(run).Write(console);
        }

        if (run.AddsUp)
        {
            Terminal.Line(
                console,
                $"It adds up: {run.Planned:N0} planned = {run.Succeeded:N0} succeeded + {run.Failed:N0} failed"
                    + (run.Open > 0 ? $" + {run.Open:N0} open" : "")
                    + (run.Batches.Any(batch => batch.State is BatchState.Ingested) ? ", as the provider's files say." : ".")
            );
            return;
        }

        Terminal.Line(console, "DOES NOT ADD UP");
        foreach (var difference in run.Differences)
        {
            Terminal.Line(console, $"  {difference}");
        }

        foreach (var batch in run.Batches.Where(batch => batch.Difference is not null))
        {
            Terminal.Line(
                console,
                $"  Pass {batch.Pass}, batch {batch.Ordinal}: {batch.Difference}"
                    + (batch.OffendingIds.Count > 0 ? $" Ids: {string.Join(", ", batch.OffendingIds)}" : "")
            );
        }
    }

    private static FittedTable BatchesOf(RunReconciliation run)
    {
        var table = new FittedTable(
            new("pass"),
            new("batch"),
            new("planned", Fit.Figure),
            new("succeeded", Fit.Figure),
            new("failed", Fit.Figure),
            new("not run", Fit.Figure, Rank: 2),
            new("open", Fit.Figure, Rank: 3),
            new("theirs", Fit.Text),
            new("by code", Fit.Text, Rank: 1)
        );
        foreach (var batch in run.Batches)
        {
            table.AddRow(
                $"{batch.Pass}",
                $"{batch.Ordinal}{(batch.Difference is null ? "" : " (!)")}",
                $"{batch.Planned:N0}",
                $"{batch.Succeeded:N0}",
                $"{batch.Failed:N0}",
                $"{batch.NotRun:N0}",
                $"{batch.Open:N0}",
                batch.Theirs is { } theirs ? $"{theirs.Completed:N0} completed, {theirs.Failed:N0} failed" : "-",
                Figures.Codes(batch.FailuresByCode)
            );
        }

        return table;
    }
}
