namespace GroqBatch.Core.Statistics;

/// <summary>How many of a run's requests failed.</summary>
/// <param name="Failed">From 0 to <paramref name="Requests"/>.</param>
/// <param name="Requests">Above 0.</param>
public sealed record ChartPoint(int Failed, int Requests)
{
    public double Share => (double)Failed / Requests;
}

/// <summary>What earlier runs lead one to expect of a run.</summary>
/// <param name="Centre">Their share of failures together.</param>
/// <param name="Low">Lower control limit, not below 0.</param>
/// <param name="High">Upper control limit, not above 1.</param>
/// <param name="Spread">Times the binomial noise by which runs really differ; at least 1.</param>
/// <param name="Runs">Earlier runs that the limits come from.</param>
public sealed record ControlLimits(double Centre, double Low, double High, double Spread, int Runs);

/// <summary>
/// Laney's p' chart (D. B. Laney, Improved control charts for attributes, Quality Engineering 14(4), 2002): limits p̄ ± 3 σᵢ σ_z with
/// σᵢ = √(p̄(1 − p̄)/nᵢ) and σ_z the mean moving range of the z-scores ÷ 1.128. Plain p-charts take binomial noise for all there is and flag
/// nearly every run of thousands of requests. Three departures, on the safe side: σ_z is never below 1; p̄ has half a failure added, so that a past
/// without failures still has limits; and the limits have p̄'s own uncertainty, 1/N of all N earlier requests beside 1/nᵢ, since here they come from few
/// runs and may be asked of a larger one.
/// </summary>
public static class ControlChart
{
    /// <summary>Fewer earlier runs than this give no limits.</summary>
    public const int FewestRuns = 4;

    // The mean range of two standard normal values, d₂ for n = 2.
    private const double MeanRangeOfTwo = 1.128;
    private const int FlaggedInARow = 3;

    /// <summary>The limits for a run of a size, from earlier ones; null when these are too few.</summary>
    public static ControlLimits? Limits(IReadOnlyList<ChartPoint> earlier, int requests)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.Count < FewestRuns)
        {
            return null;
        }

        var centre = (earlier.Sum(point => (double)point.Failed) + 0.5) / (earlier.Sum(point => (double)point.Requests) + 1);
        var scores = earlier.Select(point => (point.Share - centre) / Noise(centre, point.Requests)).ToList();
        var spread = Math.Max(1, scores.Zip(scores.Skip(1), (left, right) => Math.Abs(right - left)).Average() / MeanRangeOfTwo);
        var half = 3 * spread * Math.Sqrt(centre * (1 - centre) * ((1.0 / requests) + (1 / earlier.Sum(point => (double)point.Requests))));
        return new ControlLimits(centre, Math.Max(0, centre - half), Math.Min(1, centre + half), spread, earlier.Count);
    }

    /// <summary>
    /// Each run beside the limits that the runs before it gave. A run outside them does not widen the limits of the next; after three outside in
    /// a row the level has moved, and the limits start anew from these.
    /// </summary>
    /// <param name="points">Oldest first.</param>
    /// <returns>As many as there are points, in their order.</returns>
    public static IReadOnlyList<(ControlLimits? Limits, bool IsOutside)> Judge(IReadOnlyList<ChartPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var judged = new List<(ControlLimits?, bool)>(points.Count);
        var usual = new List<ChartPoint>();
        var unusual = new List<ChartPoint>();
        foreach (var point in points)
        {
            var limits = Limits(usual, point.Requests);
            var isOutside = limits is not null && (point.Share > limits.High || point.Share < limits.Low);
            judged.Add((limits, isOutside));
            if (!isOutside)
            {
                usual.Add(point);
                unusual.Clear();
                continue;
            }

            unusual.Add(point);
            if (unusual.Count == FlaggedInARow)
            {
                usual = unusual;
                unusual = [];
            }
        }

        return judged;
    }

    private static double Noise(double share, int requests) => Math.Sqrt(share * (1 - share) / requests);
}
