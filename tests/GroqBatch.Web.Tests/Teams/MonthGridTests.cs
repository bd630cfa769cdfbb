using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Teams;

namespace GroqBatch.Web.Tests.Teams;

public sealed class MonthGridTests
{
    [Fact]
    public void Shows_twelve_months_with_what_lacks_most_first_and_pages_back()
    {
        var grid = MonthGrid.Of(
            [Cell("acme/small", 2026, 11, 1, 1), Cell("acme/large", 2024, 1, 0, 5), Cell("acme/large", 2026, 11, 8, 2)],
            until: null
        )!;

        Assert.Equal(["large", "small"], grid.Rows.Select(row => row.Name));
        Assert.Equal((new DateOnly(2025, 12, 1), new DateOnly(2026, 11, 1)), (grid.Columns[0], grid.Columns[^1]));
        Assert.Equal((7, 15), (grid.Rows[0].Missing, grid.Rows[0].All.Eligible));
        Assert.Null(grid.Later);
        Assert.Equal(new DateOnly(2025, 11, 1), grid.Earlier);

        var before = MonthGrid.Of([Cell("acme/large", 2024, 1, 0, 5), Cell("acme/large", 2026, 11, 8, 2)], new DateOnly(2024, 3, 1))!;
        Assert.Equal(new DateOnly(2025, 3, 1), before.Later);
        Assert.Null(before.Earlier);
    }

    [Theory]
    [InlineData(24, 100, 0)]
    [InlineData(25, 100, 1)]
    [InlineData(50, 100, 2)]
    [InlineData(75, 100, 3)]
    [InlineData(94, 100, 3)]
    [InlineData(95, 100, 4)]
    [InlineData(9, 10, 3)] // 95 % of 10 are 10 whole pull requests
    [InlineData(10, 10, 4)]
    public void The_last_step_is_the_goal_in_whole_pull_requests(int summarised, int eligible, int step)
    {
        Assert.Equal(step, MonthGrid.StepOf(new CoverageCounts { SummarisedFirst = summarised, Pending = eligible - summarised }, 0.95));
    }

    [Fact]
    public void Never_rounds_up_to_a_hundred()
    {
        Assert.Equal("99", MonthGrid.Whole(new CoverageCounts { SummarisedFirst = 999, Pending = 1 }));
    }

    private static CoverageCell Cell(string repository, int year, int month, int summarised, int pending) =>
        new(repository, new DateOnly(year, month, 1), new CoverageCounts { SummarisedFirst = summarised, Pending = pending });
}
