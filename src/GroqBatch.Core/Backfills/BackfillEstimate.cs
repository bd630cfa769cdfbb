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
    /// <param name="estimates">At least one, of ladders with the same rungs.</param>
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
                .. (estimates[0].Passes ?? []).Select(
                    (first, index) =>
                        new PassEstimate
                        {
                            Ordinal = first.Ordinal,
                            Model = first.Model,
                            Requests = Add(estimates, estimate => estimate.Passes![index].Requests)!,
                            Failures = Add(estimates, estimate => estimate.Passes![index].Failures)!,
                            PromptTokens = Add(estimates, estimate => estimate.Passes![index].PromptTokens)!,
                            CompletionTokens = Add(estimates, estimate => estimate.Passes![index].CompletionTokens)!,
                            Cost = Add(estimates, estimate => estimate.Passes![index].Cost),
                            Seconds = Most(estimates, estimate => estimate.Passes![index].Seconds),
                        }
                ),
            ],
        };
    }

    private static Range? Add(IReadOnlyList<Estimate> estimates, Func<Estimate, Range?> part) =>
        estimates.Any(estimate => part(estimate) is null)
            ? null
            : new Range(
                estimates.Sum(estimate => part(estimate)!.Low),
                estimates.Sum(estimate => part(estimate)!.Expected),
                estimates.Sum(estimate => part(estimate)!.High)
            );

    private static Range? Most(IReadOnlyList<Estimate> estimates, Func<Estimate, Range?> part) =>
        estimates.Any(estimate => part(estimate) is null)
            ? null
            : new Range(
                estimates.Max(estimate => part(estimate)!.Low),
                estimates.Max(estimate => part(estimate)!.Expected),
                estimates.Max(estimate => part(estimate)!.High)
            );
}
