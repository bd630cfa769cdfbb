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

        var interval = OfShare(successes / (double)trials, trials, confidence);
        return new Interval(successes == 0 ? 0 : interval.Low, successes == trials ? 1 : interval.High);
    }

    /// <summary>The same of a share that was estimated as surely as so many trials would.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="trials">Above 0; not always whole: the size of the simple sample that a weighted one is worth.</param>
    /// <param name="confidence">Two-sided, such as 0.95.</param>
    public static Interval OfShare(double share, double trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials);
        var z = SpecialFunctions.NormalQuantile(1 - ((1 - confidence) / 2));
        var middle = (share + (z * z / (2 * trials))) / (1 + (z * z / trials));
        var half = z / (1 + (z * z / trials)) * Math.Sqrt((share * (1 - share) / trials) + (z * z / (4 * trials * trials)));
        return new Interval(Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
