using GroqBatch.Core.Estimates;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Core.Backfills;

/// <summary>The estimates of several runs that are started together.</summary>
public static class BackfillEstimate
{
    /// <summary>
    /// Their sum. Ends of ranges are added, which makes the range of the sum wider than it need be and never narrower; they run side by side, so that
    /// the slowest gives the time. Coverage and chance are each team's own and are not in it.
    /// </summary>
    /// <param name="estimates">At least one. A pass is the sum of those that have it: ladders may differ.</param>
    public static Estimate Sum(IReadOnlyList<Estimate> estimates)
    {
        ArgumentNullException.ThrowIfNull(estimates);
        if (estimates.Count == 1)
        {
            return estimates[0];
        }

        return new Estimate
        {
            Requests = Add(estimates, estimate => estimate.Requests)!,
            PromptTokens = Add(estimates, estimate => estimate.PromptTokens)!,
            CompletionTokens = Add(estimates, estimate => estimate.CompletionTokens)!,
            Cost = Add(estimates, estimate => estimate.Cost),
            Seconds = Most(estimates, estimate => estimate.Seconds),
            LatestSeconds = estimates.Max(estimate => estimate.LatestSeconds),
            FirstPassFailures = Add(estimates, estimate => estimate.FirstPassFailures)!,
            FinalFailures = Add(estimates, estimate => estimate.FinalFailures)!,
            Basis = estimates[0].Basis,
            Passes =
            [
                .. Enumerable.Range(0, estimates.Max(estimate => estimate.Passes?.Count ?? 0)).Select(index => PassOf(estimates, index)),
            ],
        };
    }

    private static PassEstimate PassOf(IReadOnlyList<Estimate> estimates, int index)
    {
        List<PassEstimate> passes = [.. estimates.Select(estimate => estimate.Passes?.ElementAtOrDefault(index)).OfType<PassEstimate>()];
        return new PassEstimate
        {
            Ordinal = passes[0].Ordinal,
            Model = string.Join(" or ", passes.Select(pass => pass.Model).Distinct(StringComparer.Ordinal)),
            Requests = Add(passes, pass => pass.Requests)!,
            Failures = Add(passes, pass => pass.Failures)!,
            PromptTokens = Add(passes, pass => pass.PromptTokens)!,
            CompletionTokens = Add(passes, pass => pass.CompletionTokens)!,
            Cost = Add(passes, pass => pass.Cost),
            Seconds = Most(passes, pass => pass.Seconds),
        };
    }

    private static Range? Add<T>(IReadOnlyList<T> all, Func<T, Range?> part) =>
        all.Any(one => part(one) is null)
            ? null
            : new Range(all.Sum(one => part(one)!.Low), all.Sum(one => part(one)!.Expected), all.Sum(one => part(one)!.High));

    private static Range? Most<T>(IReadOnlyList<T> all, Func<T, Range?> part) =>
        all.Any(one => part(one) is null)
            ? null
            : new Range(all.Max(one => part(one)!.Low), all.Max(one => part(one)!.Expected), all.Max(one => part(one)!.High));
}
