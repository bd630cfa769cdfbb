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
            console.Write(BatchesOf(run));
        }

        if (run.AddsUp)
        {
            Line(
                console,
                $"It adds up: {run.Planned:N0} planned = {run.Succeeded:N0} succeeded + {run.Failed:N0} failed"
                    + (run.Open > 0 ? $" + {run.Open:N0} open" : "")
                    + (run.Batches.Any(batch => batch.State is BatchState.Ingested) ? ", as the provider's files say." : ".")
            );
            return;
        }

        Line(console, "DOES NOT ADD UP");
        foreach (var difference in run.Differences)
        {
            Line(console, $"  {difference}");
        }

        foreach (var batch in run.Batches.Where(batch => batch.Difference is not null))
        {
            Line(
                console,
                $"  Pass {batch.Pass}, batch {batch.Ordinal}: {batch.Difference}"
                    + (batch.OffendingIds.Count > 0 ? $" Ids: {string.Join(", ", batch.OffendingIds)}" : "")
            );
        }
    }

    private static Table BatchesOf(RunReconciliation run)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("pass", "batch", "planned", "succeeded", "failed", "not run", "open", "theirs", "by code");
        foreach (var column in table.Columns.Skip(2).Take(5))
        {
            column.RightAligned().NoWrap();
        }

        foreach (var batch in run.Batches)
        {
            table.AddRow(
                Terminal.Cell($"{batch.Pass}"),
                Terminal.Cell($"{batch.Ordinal}{(batch.Difference is null ? "" : " (!)")}"),
                Terminal.Cell($"{batch.Planned:N0}"),
                Terminal.Cell($"{batch.Succeeded:N0}"),
                Terminal.Cell($"{batch.Failed:N0}"),
                Terminal.Cell($"{batch.NotRun:N0}"),
                Terminal.Cell($"{batch.Open:N0}"),
                Terminal.Cell(batch.Theirs is { } theirs ? $"{theirs.Completed:N0} completed, {theirs.Failed:N0} failed" : "-"),
                Terminal.Cell(Figures.Codes(batch.FailuresByCode))
            );
        }

        return table;
    }

    private static void Line(IAnsiConsole console, string text) => console.WriteLine(Terminal.Safe(text).ReplaceLineEndings(" "));
}
