namespace GroqBatch.Core.Statistics;

/// <summary>How many of n independent trials succeed.</summary>
public static class Binomial
{
    /// <summary>P(X ≥ k) = I_p(k, n − k + 1) (DLMF 8.17.24).</summary>
    /// <param name="k">Any number: below 1 it is certain, above n impossible.</param>
    /// <param name="n">Trials, from 0.</param>
    /// <param name="p">The chance of each, from 0 to 1.</param>
    public static double AtLeast(long k, long n, double p) =>
        k <= 0 ? 1
        : k > n ? 0
        : SpecialFunctions.RegularisedBeta(p, k, n - k + 1);

    /// <summary>P(X ≤ k).</summary>
    public static double AtMost(long k, long n, double p) => 1 - AtLeast(k + 1, n, p);
}
