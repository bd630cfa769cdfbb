using GroqBatch.Core.Statistics;

namespace GroqBatch.Web.Features.TeamComparisons;

/// <summary>Where a figure stands among those beside it.</summary>
public enum Rank
{
    /// <summary>Nothing is to be said of it.</summary>
    None,

    /// <summary>Lower than every other.</summary>
    Lowest,

    /// <summary>Higher than every other.</summary>
    Highest,
}

/// <summary>What may be said of figures beside each other: no more than they show.</summary>
public static class Ranking
{
    /// <summary>Of figures that are exact. One that others share is neither the lowest nor the highest.</summary>
    /// <param name="figures">Null: there is none.</param>
    public static IReadOnlyList<Rank> OfFigures(IReadOnlyList<decimal?> figures) => Of(figures, (one, other) => one < other);

    /// <summary>Of figures that were measured: an interval that overlaps another is neither below it nor above.</summary>
    /// <param name="intervals">Null: nothing was measured.</param>
    public static IReadOnlyList<Rank> OfIntervals(IReadOnlyList<Interval?> intervals) =>
        Of(intervals, (one, other) => one!.High < other!.Low);

    /// <summary>Whether at least two were measured, and each interval overlaps each other.</summary>
    public static bool ShowNoDifference(IReadOnlyList<Interval?> intervals)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        var measured = intervals.Where(interval => interval is not null).Select(interval => interval!).ToList();
        // Intervals overlap each other exactly where the lowest upper end is not below the highest lower end.
        return measured.Count >= 2 && measured.Min(interval => interval.High) >= measured.Max(interval => interval.Low);
    }

    private static List<Rank> Of<T>(IReadOnlyList<T?> figures, Func<T?, T?, bool> isBelow)
    {
        ArgumentNullException.ThrowIfNull(figures);
        var ranks = new List<Rank>(figures.Count);
        for (var at = 0; at < figures.Count; at++)
        {
            var figure = figures[at];
            var others = figures.Where((other, place) => place != at && other is not null).ToList();
            ranks.Add(
                figure is null || others.Count == 0 ? Rank.None
                : others.TrueForAll(other => isBelow(figure, other)) ? Rank.Lowest
                : others.TrueForAll(other => isBelow(other, figure)) ? Rank.Highest
                : Rank.None
            );
        }

        return ranks;
    }
}
