namespace GroqBatch.Core.Statistics;

/// <summary>
/// Bounds for the number of bad ones in a population, from reading it one by one in a random order without replacement, that all hold together
/// however often one looks and whenever one stops.
/// </summary>
/// <remarks>
/// The chance that a population with K bad ones gives exactly the sequence that was read, against the chance under a mixture over K, is a
/// martingale for the true K; by Ville's inequality it ever reaches 1/α with a chance of at most α, so every K for which it has is ruled out
/// (I. Waudby-Smith, A. Ramdas, Confidence sequences for sampling without replacement, NeurIPS 2020, section 2; J. Ville 1939). The mixture is
/// beta-binomial, under which a sequence with k bad ones among n has the chance B(a + k, b + n − k) ÷ B(a, b) whatever the population's size. Its
/// parameters cost no honesty, only reads: those here lean to far fewer bad ones than the limit for the upper bound, and to far more for the lower.
/// </remarks>
public static class ConfidenceSequence
{
    /// <summary>The most bad ones that are not ruled out.</summary>
    /// <param name="found">Bad ones among those read.</param>
    /// <param name="read">How many were read.</param>
    /// <param name="population">How many there are, at least <paramref name="read"/>.</param>
    /// <param name="limit">The share of bad ones that is to be told apart soonest, above 0 and below 1.</param>
    /// <param name="alpha">The chance that the truth is ever ruled out, such as 0.05.</param>
    public static int MostBad(int found, int read, int population, double limit, double alpha = 0.05)
    {
        Demand(found, read, population);
        var (a, b) = (0.5, 2.5 / limit); // a fifth of the limit on average
        var mixture = LogMixture(found, read, a, b) + Math.Log(alpha);
        var (low, high) = (MostLikely(found, read, population), Highest(found, read, population));
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (LogChance(found, read, population, middle) > mixture)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>The fewest bad ones that are not ruled out.</summary>
    /// <inheritdoc cref="MostBad"/>
    public static int FewestBad(int found, int read, int population, double limit, double alpha = 0.05)
    {
        Demand(found, read, population);
        var (a, b) = (1.0, Math.Max(1, (1 / (4 * limit)) - 1)); // four times the limit on average
        var mixture = LogMixture(found, read, a, b) + Math.Log(alpha);
        var (low, high) = (found, MostLikely(found, read, population));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (LogChance(found, read, population, middle) > mixture)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return high;
    }

    private static void Demand(int found, int read, int population)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(found);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(found, read);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(read, population);
    }

    private static double LogMixture(int found, int read, double a, double b) =>
        SpecialFunctions.LogBeta(a + found, b + read - found) - SpecialFunctions.LogBeta(a, b);

    /// <summary>ln of the chance of one sequence: [K] with k factors falling × [N − K] with n − k ÷ [N] with n. Rises to its most likely K, then falls.</summary>
    private static double LogChance(int found, int read, int population, int bad) =>
        bad < found || population - bad < read - found
            ? double.NegativeInfinity
            : SpecialFunctions.LogGamma(bad + 1.0)
                - SpecialFunctions.LogGamma(bad - found + 1.0)
                + SpecialFunctions.LogGamma(population - bad + 1.0)
                - SpecialFunctions.LogGamma(population - bad - (read - found) + 1.0)
                - SpecialFunctions.LogGamma(population + 1.0)
                + SpecialFunctions.LogGamma(population - read + 1.0);

    private static int MostLikely(int found, int read, int population) =>
        read == 0 ? 0 : Math.Clamp((int)Math.Floor(found * (population + 1.0) / read), found, Highest(found, read, population));

    private static int Highest(int found, int read, int population) => population - (read - found);
}
