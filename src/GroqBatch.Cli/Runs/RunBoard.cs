using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GroqBatch.Cli.Runs;

/// <summary>Runs as they move: one row for each pass, with a bar, for a terminal that somebody watches.</summary>
internal static class RunBoard
{
    private const int BarWidth = 16;
    private const int BatchesNamed = 3;

    /// <summary>The board at one instant.</summary>
    public static IRenderable Of(IReadOnlyList<RunOverview> runs)
    {
        var rows = new List<IRenderable>();
        foreach (var run in runs)
        {
            rows.Add(Terminal.Cell($"{run.Team}  {Figures.Short(run.Id)}  {run.State}{(run.Reason is null ? "" : $": {run.Reason}")}"));
            rows.Add(
                Terminal.Cell(
                    $"  {run.Succeeded:N0} of {run.Selected:N0} succeeded, {run.Recovered:N0} recovered, {run.FinalFailures:N0} failed, "
                        + Figures.Booked(run.Booked, run.UnknownRequests)
                        + (run.Estimate?.Cost is { } cost ? $" of about {Figures.DollarsBetween(cost)}" : "")
                        + $", {Figures.Time(Figures.Age(run))}"
                )
            );
            foreach (var pass in run.Passes)
            {
                rows.Add(
                    new Markup(
                        $"  pass {pass.Ordinal} {Bar(pass)} {pass.Answered:N0}/{pass.Requests:N0}  "
                            + $"[green]{pass.Succeeded:N0}[/] succeeded  [red]{pass.Failed:N0}[/] failed  "
                            + Markup.Escape(Terminal.Safe(Figures.Model(pass.Model, pass.Replaced)))
                    )
                );
                foreach (var batch in pass.Batches.Where(batch => batch.State is not BatchState.Ingested).Take(BatchesNamed))
                {
                    rows.Add(new Markup("    [grey]" + Markup.Escape(Terminal.Safe(RunLines.Describe(batch, run.ReadAt))) + "[/]"));
                }
            }
        }

        return rows.Count == 0 ? new Text("No live run.") : new Rows(rows);
    }

    private static string Bar(PassOverview pass)
    {
        var filled = pass.Requests == 0 ? 0 : (int)((long)pass.Answered * BarWidth / pass.Requests);
        return $"[green]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/]";
    }
}
