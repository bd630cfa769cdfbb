namespace GroqBatch.Core.Statistics;

/// <summary>What a sample without replacement says about the population it was drawn from.</summary>
public static class Hypergeometric
{
    /// <summary>P(X ≤ k) when n are drawn from a population of which <paramref name="bad"/> are bad.</summary>
    public static double AtMost(int k, int population, int bad, int n)
    {
        var all = SpecialFunctions.LogChoose(population, n);
        var sum = 0.0;
        for (var value = Math.Max(0, n - (population - bad)); value <= Math.Min(k, Math.Min(n, bad)); value++)
        {
            sum += Math.Exp(SpecialFunctions.LogChoose(bad, value) + SpecialFunctions.LogChoose(population - bad, n - value) - all);
        }

        return Math.Min(1, sum);
    }

    /// <summary>
    /// The one-sided exact bound: the most bad ones that the population can have without making so few bad ones in the sample less likely than
    /// 1 − confidence (inversion of the hypergeometric test: W. G. Cochran, Sampling Techniques, 3rd ed., section 3.6).
    /// </summary>
    /// <param name="found">Bad ones in the sample.</param>
    /// <param name="read">Size of the sample.</param>
    /// <param name="population">At least <paramref name="read"/>.</param>
    /// <param name="confidence">Such as 0.95.</param>
    public static int MostBad(int found, int read, int population, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(found, read);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(read, population);
        var (low, high) = (found, population - (read - found));
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (AtMost(found, population, middle, read) > 1 - confidence)
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

    /// <summary>The smallest sample that shows a bad share below a limit if at most so many bad ones are in it.</summary>
    /// <param name="population">All of them.</param>
    /// <param name="limit">A share: as many bad ones as this, rounded up, must be ruled out.</param>
    /// <param name="accepted">Bad ones that the sample may have.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>The population's size when only a full reading shows it.</returns>
    public static int SampleSize(int population, double limit, int accepted, double confidence = 0.95)
    {
        var bad = (int)Math.Ceiling((limit * population) - 1e-9);
        var (low, high) = (accepted + 1, population);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (AtMost(accepted, population, bad, middle) <= 1 - confidence)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
