using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Teams;

namespace GroqBatch.Web.Tests.Teams;

public sealed class CoverageChartTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Steps_from_the_first_measure_to_today_and_the_goal_as_it_was_set()
    {
        var chart = CoverageChart.Of([At(-20, 0, 0.9), At(-10, 50, 0.95)], At(0, 100, 0.95))!;

        Assert.Equal("M30 240.0H213.0V126.0H396.0V12.0", chart.Path());
        Assert.Equal("M30 34.8H213.0V23.4H396.0V23.4", chart.GoalPath());
        Assert.EndsWith("V240H30Z", chart.Area(), StringComparison.Ordinal);
        Assert.Equal("Coverage of Cal.com from 0.0 % on 4 November 2026 to 100 % today; goal 95 %", chart.Say("Cal.com"));
    }

    [Fact]
    public void Labels_stand_apart()
    {
        var chart = CoverageChart.Of([At(-80, 0, 0.95)], At(0, 10, 0.95))!;

        Assert.Equal(["5 Sep", "Oct", "Nov", "today"], chart.Labels().Select(label => label.Text));
        Assert.All(chart.Labels().Zip(chart.Labels().Skip(1)), pair => Assert.True(pair.Second.X - pair.First.X >= 60));
    }

    [Fact]
    public void Less_than_an_hour_is_no_time_to_look_back_on()
    {
        Assert.Null(CoverageChart.Of([], At(0, 1, 0.95)));
        Assert.Null(CoverageChart.Of([new(Now.AddMinutes(-5), new(), 0.95)], At(0, 1, 0.95)));
        Assert.NotNull(CoverageChart.Of([At(-1, 0, 0.95)], At(0, 1, 0.95)));
    }

    private static CoveragePoint At(int days, int summarised, double goal) =>
        new(Now.AddDays(days), new CoverageCounts { SummarisedFirst = summarised, Pending = 100 - summarised }, goal);
}
