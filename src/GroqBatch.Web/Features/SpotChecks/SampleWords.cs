using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.SpotChecks;

/// <summary>What pages say of a sample.</summary>
internal static class SampleWords
{
    /// <summary>What it is of: <c>Cal.com</c>, <c>Cal.com, run 0199a3f2</c>, <c>openai/gpt-oss-20b</c>.</summary>
    public static string Name(Sample sample) =>
        sample.Scope switch
        {
            SampleScope.Team => sample.TeamName ?? "",
            SampleScope.Run => $"{sample.TeamName}, {Run(sample.RunId!.Value)}",
            SampleScope.Model => sample.Model ?? "",
            _ => throw new ArgumentOutOfRangeException(nameof(sample), sample.Scope, "Unknown scope."),
        };

    /// <summary><c>run 0199a3f2</c>: enough of its id to be the only one.</summary>
    public static string Run(Guid id) => $"run {id.ToString()[..13]}";

    /// <summary><c>at least 95 % good, 95 % sure</c>.</summary>
    public static string Target(SampleTerms terms) => $"at least {Figures.Goal(terms.Target)} good, {Figures.Goal(terms.Confidence)} sure";

    /// <summary>How it was drawn.</summary>
    public static string Draw(Sample sample) =>
        $"{(sample.Strata.Count > 1 ? "by rung" : "all rungs")}; sample of {Figures.Count(sample.Drawn)} drawn {sample.DrawnAt.UtcDateTime:d MMM yyyy} by {sample.DrawnBy} with seed {sample.Seed}; {Target(sample.Terms)}; minor counts as good enough";

    /// <summary><c>91.4 to 100 %</c>, rounded away from what it would promise.</summary>
    public static string Band(Core.Statistics.Interval band) =>
        $"{Math.Floor((band.Low * 1_000) + 1e-6) / 10:0.#} to {Math.Ceiling((band.High * 1_000) - 1e-6) / 10:0.#} %";

    /// <summary>How it ended, or how far it is.</summary>
    public static string Outcome(Sample sample) =>
        sample.Settlement switch
        {
            Settlement.Good => "settled: good enough",
            Settlement.NotGood => "settled: not good enough",
            Settlement.Open when sample.Read == 0 => "not begun",
            Settlement.Open => "open",
            _ => throw new ArgumentOutOfRangeException(nameof(sample), sample.Settlement, "Unknown settlement."),
        };

    /// <summary>What is still to be read: how many, and how long that takes at a reader's pace.</summary>
    /// <param name="pace">Seconds for each read; null: not known yet.</param>
    public static string Ahead(SampleReport report, double? pace)
    {
        var judgement = report.Judgement;
        if (judgement.Settlement is not Settlement.Open)
        {
            return "Nothing more is asked.";
        }

        if (judgement.MoreReads is not { } more)
        {
            return report.Sample.Read >= report.Sample.Drawn
                ? "All of this sample is read, and it is not settled: what was read is too near to the target. Another sample may settle it."
                : "This sample is not likely to settle it: what was read so far is too near to the target.";
        }

        var time = pace is { } seconds
            ? $", about {Figures.Duration(TimeSpan.FromSeconds(Math.Max(60, seconds * more)))} at your pace"
            : "";
        return (judgement.Wrong, more) switch
        {
            (0, 1) => "settles it if it is not wrong.",
            (0, _) => $"settle it if none of them is wrong{time}.",
            (_, 1) => "is likely to settle it.",
            _ => $"are likely to settle it{time}.",
        };
    }
}
