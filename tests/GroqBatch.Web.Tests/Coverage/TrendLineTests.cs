using System.Globalization;
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

    [Theory]
    [InlineData("50, 50, 50, 50, 100", true)] // Reached today: the step runs through the place at the end.
    [InlineData("50, 60, 60, 60, 90", true)]
    [InlineData("50, 50, 50, 100, 100", false)] // Reached before: the line runs above it.
    [InlineData("40, 50, 60, 60, 60", false)] // Far below.
    [InlineData("93, 93, 93, 93, 93", false)] // In both places.
    [InlineData("100, 100, 100, 93, 93", true)]
    public void Has_the_goals_label_where_it_does_not_run(string shares, bool isAtStart)
    {
        var line = TrendLine.Of(
            [
                .. shares
                    .Split(", ")
                    .Select((share, day) => new CoverageDay(Monday.AddDays(day), int.Parse(share, CultureInfo.InvariantCulture), 100, 1)),
            ],
            0.95
        )!;

        Assert.Equal(isAtStart, line.IsLabelAtStart(0.95));
    }
}
