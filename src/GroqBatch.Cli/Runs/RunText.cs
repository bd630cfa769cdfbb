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
        Terminal.Line(
            console,
            $"Run {run.Id}: {run.TeamName} ({run.Team}), {RunJson.ScopeOf(run)}, {(run.WithFallback ? "with" : "without")} fallback"
        );
        Terminal.Line(
            console,
            $"{run.State}{(run.Reason is null ? "" : $": {run.Reason}")} ({run.Provider}, started by {run.StartedBy}, "
                + $"{(run.EndedAt is null ? "for" : "took")} {Figures.Time(Figures.Age(run))})"
        );
        if (run.State is RunState.NeedsAttention or RunState.Held)
        {
            Terminal.Line(console, Figures.WaysOn(run));
        }

        if (run.Provenance != RunProvenance.Own)
        {
            Terminal.Line(
                console,
                run.Provenance == RunProvenance.Imported
                    ? "Imported from the bundle of another installation, which carried it out"
                    : "Made of a finished batch that another process had sent"
            );
        }

        if (run.HoldAfterPass is { } held && run.State.IsLive())
        {
            Terminal.Line(console, $"To be held after pass {held}");
        }

        if (run.ParentRunId is { } parent)
        {
            Terminal.Line(console, $"Retries failures of {parent}");
        }

        if (run.Passes.Count > 0)
        {
            PassesOf(run).Write(console);
        }

        var open = run.Selected - run.Succeeded - run.FinalFailures;
        Terminal.Line(
            console,
            $"{run.Selected:N0} selected = {run.Succeeded:N0} succeeded + {run.FinalFailures:N0} failed"
                + (open > 0 ? $" + {open:N0} under way" : "")
                + $"; {run.FirstPassFailures:N0} failed in pass 1, {run.Recovered:N0} recovered"
        );
        if (run.FinalFailures > 0)
        {
            Terminal.Line(console, $"Final failures: {Figures.Codes(run.FailuresByCode)}");
        }

        Terminal.Line(
            console,
            $"Cost: {Figures.Booked(run.Booked, run.UnknownRequests)}"
                + (run.Estimate?.Cost is { } cost ? $", estimated {Figures.DollarsBetween(cost)}" : "")
                + $"; tokens: {run.PromptTokens:N0} prompt, {run.CompletionTokens:N0} completion"
        );
        var batches = run.Passes.SelectMany(pass => pass.Batches.Select(batch => (pass.Ordinal, Batch: batch))).ToList();
        if (batches.Count > 0)
        {
            BatchesOf(batches, run.ReadAt).Write(console);
        }

        foreach (var (pass, batch) in batches.Where(row => withDifferences && row.Batch.Difference is not null))
        {
            Terminal.Line(console, $"Difference in pass {pass}, batch {batch.Ordinal}: {batch.Difference}");
        }
    }

    /// <summary>What happened to a run, with who and why.</summary>
    public static void WriteTimeline(IAnsiConsole console, IReadOnlyList<RunEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        var table = new FittedTable(new("time"), new("who"), new("what", Fit.Text), new("why", Fit.Text));
        foreach (var moved in events)
        {
            table.AddRow(
                $"{moved.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}",
                moved.Actor,
                moved.Subject
                    + (moved.Pass is null ? "" : $" (pass {moved.Pass})")
                    + (
                        moved.To is null ? ""
                        : moved.From is null ? $" {moved.To}"
                        : $" {moved.From} → {moved.To}"
                    ),
                moved.Reason
            );
        }

        console.WriteLine();
        table.Write(console);
    }

    private static FittedTable PassesOf(RunOverview run)
    {
        var table = new FittedTable(
            new("pass"),
            new("model", Fit.Text),
            new("requests", Fit.Figure),
            new("succeeded", Fit.Figure),
            new("failed", Fit.Figure),
            new("open", Fit.Figure, Rank: 2),
            new("cost", Fit.Figure),
            new("failures by code", Fit.Text, Rank: 1)
        );
        foreach (var pass in run.Passes)
        {
            table.AddRow(
                $"{pass.Ordinal}",
                Figures.Model(pass.Model, pass.Replaced)
                    + (pass.EarlierModels.Count == 0 ? "" : $", before it {string.Join(", ", pass.EarlierModels)}"),
                $"{pass.Requests:N0}",
                $"{pass.Succeeded:N0}",
                $"{pass.Failed:N0}",
                $"{pass.Open:N0}",
                Figures.Dollars(pass.Cost),
                Figures.Codes(pass.FailuresByCode)
            );
        }

        return table;
    }

    private static FittedTable BatchesOf(List<(int Pass, BatchOverview Batch)> batches, DateTimeOffset now)
    {
        var table = new FittedTable(
            new("pass"),
            new("batch"), // to be copied whole
            new("state"),
            new("provider says", Fit.Text),
            new("requests", Fit.Figure),
            new("their counts", Fit.Text, Rank: 1),
            new("asked", Rank: 2)
        );
        foreach (var (pass, batch) in batches)
        {
            table.AddRow(
                $"{pass}",
                batch.ProviderBatchId ?? $"(batch {batch.Ordinal})",
                $"{batch.State}",
                (batch.Status ?? "-") + (batch.Trouble is null ? "" : $" ({batch.Trouble})"),
                $"{batch.Requests:N0}",
                batch.ProviderTotal is null ? "-" : $"{batch.ProviderCompleted ?? 0:N0} completed, {batch.ProviderFailed ?? 0:N0} failed",
                batch.PolledAt is { } polled ? $"{Figures.Time(now - polled)} ago" : "-"
            );
        }

        return table;
    }
}
