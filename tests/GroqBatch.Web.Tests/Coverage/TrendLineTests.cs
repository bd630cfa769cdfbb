using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Coverage;

namespace GroqBatch.Web.Tests.Coverage;

public sealed class TrendLineTests
{
    private static readonly DateOnly Monday = new(2026, 11, 23);

    [Fact]
    public void Is_none_with_fewer_than_two_measured_days()
    {
        Assert.Null(TrendLine.Of([], 0.95));
        Assert.Null(TrendLine.Of([new CoverageDay(Monday, 1, 2, 1)], 0.95));
    }

    [Fact]
    public void Steps_at_the_day_something_happened_and_slopes_nowhere()
    {
        var line = TrendLine.Of(
            [
                new CoverageDay(Monday, 0, 100, 1),
                new CoverageDay(Monday.AddDays(1), 50, 100, 1),
                new CoverageDay(Monday.AddDays(4), 100, 100, 1),
            ],
            0.95
        )!;

        Assert.Equal("M0 100.0H75.0V50.0H300.0V0.0", line.Path());
        Assert.Equal(0, line.Bottom);
        Assert.Equal(5, line.Y(0.95), 6);
    }

    [Fact]
    public void Begins_higher_where_all_that_happened_happened_high_up()
    {
        var line = TrendLine.Of([new CoverageDay(Monday, 90, 100, 1), new CoverageDay(Monday.AddDays(1), 96, 100, 1)], 0.95)!;

        Assert.Equal(0.75, line.Bottom);
        Assert.Equal(20, line.Y(0.95), 6);
    }
}
