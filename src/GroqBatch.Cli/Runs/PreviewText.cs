using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using Spectre.Console;

namespace GroqBatch.Cli.Runs;

/// <summary>What a start would do, as text.</summary>
internal static class PreviewText
{
    private const int FirstShown = 10;

    /// <summary>Writes a preview.</summary>
    public static void Write(IAnsiConsole console, Team team, StartRun request, RunPreview preview)
    {
        var estimate = preview.Estimate;
        Line(
            $"{team.Name} ({team.Slug}), {RunJson.ScopeOf(request.Limit)}, {(request.WithFallback ? "with" : "without")} fallback. Nothing is started."
        );
        if (preview.Selected == 0)
        {
            Line(
                "Nothing to do: no pull request is without a summary"
                    + (preview.ClaimedElsewhere > 0 ? $" except {preview.ClaimedElsewhere:N0} that another run has." : ".")
            );
            return;
        }

        Line(
            Figures.PullRequests(preview.Selected)
                + (preview.ClaimedElsewhere > 0 ? $" ({preview.ClaimedElsewhere:N0} more are in another run)" : "")
        );
        if (preview.Ladder.Owner is not null)
        {
            Line("  on the team's own ladder");
        }

        foreach (var rung in preview.Ladder.Rungs)
        {
            Line(
                $"  rung {rung.Ordinal}: {Figures.Model(rung.Model, rung.Replaced)}, "
                    + (
                        rung.PromptPrice is { } prompt && rung.CompletionPrice is { } completion
                            ? $"${prompt:0.####} and ${completion:0.####} per million tokens in a batch (as of {rung.PricesReadOn:yyyy-MM-dd})"
                            : "price unknown"
                    )
            );
        }

        var table = new Table().Border(TableBorder.None).AddColumns("estimate", "low", "expected", "high");
        Row("requests", estimate.Requests, Count);
        Row("prompt tokens", estimate.PromptTokens, Count);
        Row("completion tokens", estimate.CompletionTokens, Count);
        Row("fail in pass 1", estimate.FirstPassFailures, Count);
        Row("without a summary at the end", estimate.FinalFailures, Count);
        Row("cost", estimate.Cost, Figures.Dollars);
        Row("time", estimate.Seconds, seconds => Figures.Time(TimeSpan.FromSeconds(seconds)));
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        console.Write(table);
        foreach (var pass in estimate.Passes ?? [])
        {
            if (pass is { CoverageAfter: { } after, ChanceToReachGoal: { } chance })
            {
                Line(
                    $"After pass {pass.Ordinal}: coverage {Math.Floor(after.Expected * 1_000) / 10:0.0} %, goal {team.Goal * 100:0.##} % reached with a chance of {Figures.Chance(chance)}."
                );
            }
        }

        if (estimate is { Seconds: null, LatestSeconds: { } latest })
        {
            Line($"It ends within {Figures.Time(TimeSpan.FromSeconds(latest))} at the latest: the completion window of each pass.");
        }

        Line($"Basis: {estimate.Basis}");
        Line(preview.Selected > FirstShown ? $"The first {Math.Min(FirstShown, preview.First.Count)} of them:" : "They are:");
        foreach (var first in preview.First.Take(FirstShown))
        {
            Line($"  {first.Repository}#{first.Number}  {first.CreatedAt:yyyy-MM-dd}  {first.Title}");
        }

        static string Count(double value) => $"{Math.Round(value):N0}";

        void Line(string text) => Terminal.Line(console, text);

        void Row(string name, Core.Estimates.Range? range, Func<double, string> format) =>
            table.AddRow(
                Terminal.Cell(name),
                Terminal.Cell(range is null ? "unknown" : format(range.Low)),
                Terminal.Cell(range is null ? "" : format(range.Expected)),
                Terminal.Cell(range is null ? "" : format(range.High))
            );
    }
}
