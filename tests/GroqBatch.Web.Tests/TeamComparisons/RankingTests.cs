using GroqBatch.Core.Statistics;
using GroqBatch.Web.Features.TeamComparisons;

namespace GroqBatch.Web.Tests.TeamComparisons;

public sealed class RankingTests
{
    private static readonly Interval Low = new(0.01, 0.03);
    private static readonly Interval Middle = new(0.02, 0.06);
    private static readonly Interval High = new(0.07, 0.12);

    [Fact]
    public void The_lowest_and_the_highest_of_exact_figures_are_those_that_no_other_shares()
    {
        Assert.Equal([Rank.Highest, Rank.None, Rank.Lowest], Ranking.OfFigures([3, 2, 1]));
        Assert.Equal([Rank.None, Rank.None, Rank.Highest], Ranking.OfFigures([1, 1, 2]));
        Assert.Equal([Rank.None, Rank.None], Ranking.OfFigures([1, 1]));
        Assert.Equal([Rank.Lowest, Rank.None, Rank.Highest], Ranking.OfFigures([1, null, 2]));
        Assert.Equal([Rank.None, Rank.None], Ranking.OfFigures([1, null]));
    }

    [Fact]
    public void An_interval_that_overlaps_another_is_neither_below_it_nor_above()
    {
        Assert.Equal([Rank.None, Rank.None, Rank.Highest], Ranking.OfIntervals([Low, Middle, High]));
        Assert.Equal([Rank.Lowest, Rank.Highest], Ranking.OfIntervals([Low, High]));
        Assert.Equal([Rank.None, Rank.None], Ranking.OfIntervals([Low, Middle]));
        Assert.Equal([Rank.None, Rank.None], Ranking.OfIntervals([Low, new(0.03, 0.05)])); // they touch
        Assert.Equal([Rank.None, Rank.None], Ranking.OfIntervals([Low, null]));
    }

    [Fact]
    public void No_difference_is_said_only_where_every_pair_overlaps()
    {
        Assert.True(Ranking.ShowNoDifference([Low, Middle, null]));
        Assert.False(Ranking.ShowNoDifference([Low, Middle, High]));
        Assert.False(Ranking.ShowNoDifference([Low, null]));
        Assert.False(Ranking.ShowNoDifference([]));
    }
}
