using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using Spectre.Console;

namespace GroqBatch.Cli.Runs;

/// <summary>A run as text: what <c>status</c> answers, and what is said at its end.</summary>
internal static class RunText
{
    /// <summary>Writes a run.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="run">The run.</param>
    /// <param name="withDifferences">False where <see cref="ReconciliationText"/> tells them.</param>
    public static void Write(IAnsiConsole console, RunOverview run, bool withDifferences = true)
    {
        Line(
            console,
            $"Run {run.Id}: {run.TeamName} ({run.Team}), {RunJson.ScopeOf(run)}, {(run.WithFallback ? "with" : "without")} fallback"
        );
        Line(
            console,
            $"{run.State}{(run.Reason is null ? "" : $": {run.Reason}")} ({run.Provider}, started by {run.StartedBy}, "
                + $"{(run.EndedAt is null ? "for" : "took")} {Figures.Time(Figures.Age(run))})"
        );
        if (run.Provenance != RunProvenance.Own)
        {
            Line(
                console,
                run.Provenance == RunProvenance.Imported
                    ? "Imported from the bundle of another installation, which carried it out"
                    : "Made of a finished batch that another process had sent"
            );
        }

        if (run.HoldAfterPass is { } held && run.State.IsLive())
        {
            Line(console, $"To be held after pass {held}");
        }

        if (run.ParentRunId is { } parent)
        {
            Line(console, $"Retries failures of {parent}");
        }

        if (run.Passes.Count > 0)
        {
            console.Write(PassesOf(run));
        }

        var open = run.Selected - run.Succeeded - run.FinalFailures;
        Line(
            console,
            $"{run.Selected:N0} selected = {run.Succeeded:N0} succeeded + {run.FinalFailures:N0} failed"
                + (open > 0 ? $" + {open:N0} under way" : "")
                + $"; {run.FirstPassFailures:N0} failed in pass 1, {run.Recovered:N0} recovered"
        );
        if (run.FinalFailures > 0)
        {
            Line(console, $"Final failures: {Figures.Codes(run.FailuresByCode)}");
        }

        Line(
            console,
            $"Cost: {Figures.Booked(run.Booked, run.UnknownRequests)}"
                + (run.Estimate?.Cost is { } cost ? $", estimated {Figures.DollarsBetween(cost)}" : "")
                + $"; tokens: {run.PromptTokens:N0} prompt, {run.CompletionTokens:N0} completion"
        );
        var batches = run.Passes.SelectMany(pass => pass.Batches.Select(batch => (pass.Ordinal, Batch: batch))).ToList();
        if (batches.Count > 0)
        {
            console.Write(BatchesOf(batches, run.ReadAt));
        }

        foreach (var (pass, batch) in batches.Where(row => withDifferences && row.Batch.Difference is not null))
        {
            Line(console, $"Difference in pass {pass}, batch {batch.Ordinal}: {batch.Difference}");
        }
    }

    /// <summary>What happened to a run, with who and why.</summary>
    public static void WriteTimeline(IAnsiConsole console, IReadOnlyList<RunEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        var table = Plain("time", "who", "what", "why");
        foreach (var moved in events)
        {
            table.AddRow(
                Terminal.Cell($"{moved.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}"),
                Terminal.Cell(moved.Actor),
                Terminal.Cell(
                    moved.Subject
                        + (moved.Pass is null ? "" : $" (pass {moved.Pass})")
                        + (
                            moved.To is null ? ""
                            : moved.From is null ? $" {moved.To}"
                            : $" {moved.From} → {moved.To}"
                        )
                ),
                Terminal.Cell(moved.Reason)
            );
        }

        console.WriteLine();
        console.Write(table);
    }

    private static Table PassesOf(RunOverview run)
    {
        var table = Plain("pass", "model", "requests", "succeeded", "failed", "open", "cost", "failures by code");
        table.Columns[1].NoWrap();
        foreach (var column in table.Columns.Skip(2).Take(5))
        {
            column.RightAligned().NoWrap();
        }

        foreach (var pass in run.Passes)
        {
            table.AddRow(
                Terminal.Cell($"{pass.Ordinal}"),
                Terminal.Cell(
                    Figures.Model(pass.Model, pass.Replaced)
                        + (pass.EarlierModels.Count == 0 ? "" : $", before it {string.Join(", ", pass.EarlierModels)}")
                ),
                Terminal.Cell($"{pass.Requests:N0}"),
                Terminal.Cell($"{pass.Succeeded:N0}"),
                Terminal.Cell($"{pass.Failed:N0}"),
                Terminal.Cell($"{pass.Open:N0}"),
                Terminal.Cell(Figures.Dollars(pass.Cost)),
                Terminal.Cell(Figures.Codes(pass.FailuresByCode))
            );
        }

        return table;
    }

    private static Table BatchesOf(List<(int Pass, BatchOverview Batch)> batches, DateTimeOffset now)
    {
        var table = Plain("pass", "batch", "state", "provider says", "requests", "their counts", "asked");
        // To be copied whole.
        table.Columns[1].NoWrap();
        foreach (var (pass, batch) in batches)
        {
            table.AddRow(
                Terminal.Cell($"{pass}"),
                Terminal.Cell(batch.ProviderBatchId ?? $"(batch {batch.Ordinal})"),
                Terminal.Cell($"{batch.State}"),
                Terminal.Cell((batch.Status ?? "-") + (batch.Trouble is null ? "" : $" ({batch.Trouble})")),
                Terminal.Cell($"{batch.Requests:N0}"),
                Terminal.Cell(
                    batch.ProviderTotal is null
                        ? "-"
                        : $"{batch.ProviderCompleted ?? 0:N0} completed, {batch.ProviderFailed ?? 0:N0} failed"
                ),
                Terminal.Cell(batch.PolledAt is { } polled ? $"{Figures.Time(now - polled)} ago" : "-")
            );
        }

        return table;
    }

    private static Table Plain(params string[] columns) => new Table().Border(TableBorder.None).AddColumns(columns);

    private static void Line(IAnsiConsole console, string text) => console.WriteLine(Terminal.Safe(text).ReplaceLineEndings(" "));
}
