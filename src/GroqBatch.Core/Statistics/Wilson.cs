namespace GroqBatch.Core.Statistics;

/// <summary>The interval of a share that was seen in a sample.</summary>
public static class Wilson
{
    /// <summary>
    /// Wilson's score interval (E. B. Wilson, J. Amer. Statist. Assoc. 22, 1927): never empty, never outside 0 to 1, right for none and for all.
    /// </summary>
    /// <param name="successes">From 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">When 0, nothing is known: 0 to 1.</param>
    /// <param name="confidence">Two-sided, such as 0.95.</param>
    public static Interval Of(long successes, long trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (trials == 0)
        {
            return new Interval(0, 1);
        }

        var z = SpecialFunctions.NormalQuantile(1 - ((1 - confidence) / 2));
        var n = (double)trials;
        var share = successes / n;
        var middle = (share + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
        return new Interval(successes == 0 ? 0 : Math.Max(0, middle - half), successes == trials ? 1 : Math.Min(1, middle + half));
    }
}
