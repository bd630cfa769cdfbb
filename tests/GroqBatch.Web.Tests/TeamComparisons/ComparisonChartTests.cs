using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.TeamComparisons;

namespace GroqBatch.Web.Tests.TeamComparisons;

public sealed class ComparisonChartTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Lines_are_over_the_same_time_whenever_a_team_was_first_measured()
    {
        var chart = ComparisonChart.Of([Team('A', 90, (-20, 0), (-10, 50)), Team('B', 100, (-10, 80))], Now)!;

        Assert.Equal("M30 240.0H213.0V126.0H396.0V34.8", chart.Lines[0].Chart.Path());
        Assert.Equal("M213 57.6H396.0V12.0", chart.Lines[1].Chart.Path());
        Assert.Equal(["4 Nov", "today"], chart.Labels.Select(label => label.Text));
        Assert.Equal(
            "Coverage since 4 November 2026: A, Team A, from 0.0 % to 90.0 %; B, Team B, from 80.0 % to 100 %",
            chart.Say(),
            ignoreCase: false
        );
    }

    [Fact]
    public void Letters_stand_apart_and_within_the_picture_where_lines_end_together()
    {
        var teams = Enumerable.Range(0, 6).Select(at => Team((char)('A' + at), 0, (-5, 0))).ToList();

        var heights = ComparisonChart.Of(teams, Now)!.Lines.Select(line => line.LetterY).Order().ToList();

        Assert.All(heights.Zip(heights.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 12.99));
        Assert.True(heights[^1] <= 240);
    }

    [Fact]
    public void Every_line_is_dashed_in_its_own_way() =>
        Assert.Equal(6, Enumerable.Range(0, 6).Select(at => ComparisonChart.DashOf((char)('A' + at))).Distinct().Count());

    [Fact]
    public void The_table_has_each_day_with_what_was_known_by_its_end()
    {
        var chart = ComparisonChart.Of([Team('A', 90, (-2, 10)), Team('B', 50, (-1, 20))], Now)!;

        Assert.Equal([new(2026, 11, 24), new(2026, 11, 23), new DateOnly(2026, 11, 22)], chart.Days.Select(day => day.Day));
        Assert.Equal([90, 10, 10], chart.Days.Select(day => day.Points[0]!.Counts.Summarised));
        Assert.Equal([50, 20, null], chart.Days.Select(day => day.Points[1]?.Counts.Summarised));
    }

    [Fact]
    public void There_is_none_where_nothing_was_measured_before() => Assert.Null(ComparisonChart.Of([Team('A', 90)], Now));

    private static ComparedTeam Team(char letter, int summarised, params (int Days, int Summarised)[] history) =>
        new(
            letter,
            new TeamCoverage(new Team(letter, $"team-{letter}", $"Team {letter}", 0.95, false), Counts(summarised)),
            [.. history.Select(day => new CoveragePoint(Now.AddDays(day.Days), Counts(day.Summarised), 0.95))],
            null,
            new TeamRunTotals()
        );

    private static CoverageCounts Counts(int summarised) => new() { SummarisedFirst = summarised, Pending = 100 - summarised };
}
