using System.Globalization;

namespace GroqBatch.Core.SpotChecks;

/// <summary>What a spot check shows, in one plain sentence.</summary>
public static class SampleSentence
{
    /// <summary>
    /// Says what is known and by which right. A share with "confidence" is either the exact bound at the size fixed beforehand, or the bound that
    /// holds however often one looks.
    /// </summary>
    /// <param name="subject">Whose summaries, such as <c>Cal.com's</c> or <c>this run's</c>.</param>
    public static string Say(SampleTerms terms, SampleJudgement judgement, string subject)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(judgement);
        var all = $"{subject} {Count(judgement.Population)} {(judgement.Population == 1 ? "summary" : "summaries")}";
        var are = judgement.Population == 1 ? "is" : "are";
        var read = $"{Count(judgement.Read)} read, {Wrong(judgement.Wrong)}";
        var planned = terms.PlannedReads(judgement.Population);
        if (judgement.IsCensus)
        {
            return judgement.Population == 0
                ? "There is no summary to read."
                : $"{Percent(1 - (judgement.Wrong / (double)judgement.Population))} of {all} {are} good enough: all {read}.";
        }

        return judgement switch
        {
            { Settlement: Settlement.Good } =>
                $"Settled: at least {Percent(terms.Target)} of {all} {are} good enough, {Percent(terms.Confidence)} sure: {read}.",
            { Settlement: Settlement.NotGood } =>
                $"Settled: fewer than {Percent(terms.Target)} of {all} {are} good enough, {Percent(terms.Confidence)} sure: {read}.",
            { Read: 0 } =>
                $"{Count(planned)} reads without a wrong one show that at least {Percent(terms.Target)} of {all} {are} good enough.",
            { PlannedAtLeast: { } bound } =>
                $"With {Percent(terms.Confidence)} confidence at least {Percent(bound)} of {all} {are} good enough: {Count(planned)} read as planned, {Wrong(judgement.PlannedWrong)}.",
            { AtLeast: > 0 } =>
                $"With {Percent(terms.Confidence)} confidence at least {Percent(judgement.AtLeast)} of {all} {are} good enough: {read}.",
            _ => $"Too few of {all} were read to say how many are good enough: {read}.",
        };
    }

    /// <summary>A share in per cent with at most one place, rounded down: a bound promises no more than it holds.</summary>
    public static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((share * 1_000) + 1e-6) / 10:0.#} %");

    private static string Wrong(int count) => count == 0 ? "none wrong" : $"{Count(count)} wrong";

    private static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
