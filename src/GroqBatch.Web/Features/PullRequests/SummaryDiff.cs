using GroqBatch.Core.Summaries;

namespace GroqBatch.Web.Features.PullRequests;

/// <summary>A part of a summary that is not the same in two of them.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Pieces">Word by word.</param>
public sealed record SummaryChange(string Label, IReadOnlyList<DiffPiece> Pieces);

/// <summary>What is different between two summaries of a pull request.</summary>
public static class SummaryDiff
{
    /// <summary>Part by part; empty where they say the same.</summary>
    public static IReadOnlyList<SummaryChange> Of(SummaryDocument before, SummaryDocument after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return
        [
            .. Parts(before)
                .Zip(Parts(after))
                .Where(pair => pair.First.Text != pair.Second.Text)
                .Select(pair => new SummaryChange(pair.First.Label, TextDiff.Of(pair.First.Text, pair.Second.Text))),
        ];
    }

    private static IEnumerable<(string Label, string Text)> Parts(SummaryDocument document)
    {
        var (ai, tech, synopsis, health) = document;
        yield return ("Title", synopsis.Title);
        yield return ("Description", synopsis.Description);
        yield return ("Type", SummaryWords.Of(synopsis.Type));
        yield return (
            "AI",
            ai.IsAssisted
                ? $"assisted: {SummaryWords.Of(ai.UsageType)}{(ai.Tools.Count == 0 ? "" : $" with {string.Join(", ", ai.Tools)}")}, {ai.Confidence:0.##} sure"
                : $"not assisted, {ai.Confidence:0.##} sure"
        );
        yield return ("Technology", SummaryWords.Of(tech));
        yield return (
            "Health",
            $"scope {SummaryWords.Of(health.Scope)}, review friction {SummaryWords.Of(health.ReviewFriction)}, risk {SummaryWords.Of(health.RiskLevel)}"
        );
        yield return ("Insights", string.Join("; ", health.Insights));
    }
}
