namespace GroqBatch.Core.Statistics;

/// <summary>
/// How many of n trials succeed when the chance itself is drawn from Beta(a, b): binomial noise, and the spread from one run to the next
/// (J. G. Skellam, J. Roy. Statist. Soc. B 10, 1948).
/// </summary>
public static class BetaBinomial
{
    /// <summary>ln P(X = k) = ln C(n, k) + ln B(k + a, n − k + b) − ln B(a, b).</summary>
    public static double LogMass(long k, long n, double a, double b) =>
        k < 0 || k > n
            ? double.NegativeInfinity
            : SpecialFunctions.LogChoose(n, k) + SpecialFunctions.LogBeta(k + a, n - k + b) - SpecialFunctions.LogBeta(a, b);

    /// <summary>P(X ≤ k), added up.</summary>
    public static double AtMost(long k, long n, double a, double b)
    {
        var sum = 0.0;
        for (long value = 0; value <= Math.Min(k, n); value++)
        {
            sum += Math.Exp(LogMass(value, n, a, b));
        }

        return k >= n ? 1 : Math.Min(1, sum);
    }

    /// <summary>The smallest k with P(X ≤ k) ≥ <paramref name="p"/>.</summary>
    /// <param name="p">From 0 to 1.</param>
    /// <param name="n">Trials.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static long Quantile(double p, long n, double a, double b)
    {
        var sum = 0.0;
        for (long value = 0; value < n; value++)
        {
            sum += Math.Exp(LogMass(value, n, a, b));
            if (sum >= p)
            {
                return value;
            }
        }

        return n;
    }
}
