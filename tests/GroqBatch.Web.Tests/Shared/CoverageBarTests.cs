using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Tests.Shared;

public sealed class CoverageBarTests : IAsyncDisposable
{
    private static readonly CoverageCounts Counts = new()
    {
        SummarisedFirst = 1_337,
        Recovered = 31,
        InFlight = 100,
        Pending = 4_006,
        Failed = 40,
        Parked = 1,
        Excluded = 12,
    };

    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Draws_counts_and_not_shares_in_an_order_that_never_changes()
    {
        var bar = Render(Counts);

        Assert.Equal(
            ["first --v:1337", "recovered --v:31", "flight --v:100", "notyet --v:4006", "failed --v:41"],
            bar.FindAll(".cov > i").Select(part => $"{part.ClassName} {part.GetAttribute("style")}")
        );
    }

    [Fact]
    public void Says_every_figure_to_who_does_not_see_it()
    {
        var bar = Render(Counts);

        Assert.Equal(
            "Cal.com: 1,337 first rung, 31 recovered, 100 in flight, 4,006 not yet, 41 failed, of 5,515 eligible; goal 95 %; 12 excluded, empty body",
            bar.Find("[role=img]").GetAttribute("aria-label")
        );
        Assert.Equal("0", bar.Find("[role=img]").GetAttribute("tabindex"));
        Assert.Contains("1,337", bar.Find(".tip").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BarSize.Row, "")]
    [InlineData(BarSize.Medium, "md")]
    [InlineData(BarSize.Large, "lg")]
    public void Has_three_sizes(BarSize size, string name)
    {
        var bar = _context.Render<CoverageBar>(parameters =>
            parameters.Add(bar => bar.Segments, CoverageSegments.Of(Counts)).Add(bar => bar.Size, size)
        );

        Assert.Equal($"cov {name}".Trim(), bar.Find(".cov").ClassName!.Trim());
    }

    [Theory]
    [InlineData(0.95, "--at:95", "")]
    [InlineData(0.975, "--at:97.5", "end")]
    [InlineData(1, "--at:100", "end")]
    [InlineData(0.01, "--at:1", "start")]
    public void Has_a_tick_at_the_goal_whose_label_stays_within(double goal, string place, string end)
    {
        var bar = _context.Render<CoverageBar>(parameters =>
            parameters.Add(bar => bar.Segments, CoverageSegments.Of(Counts)).Add(bar => bar.Goal, goal).Add(bar => bar.HasGoalLabel, true)
        );

        var tick = bar.Find(".cov > b");
        Assert.Equal((place, end), (tick.GetAttribute("style"), tick.ClassName ?? ""));
        Assert.Equal($"goal {Figures.Goal(goal)}", tick.TextContent);
    }

    [Fact]
    public void Is_an_empty_track_where_nothing_is_eligible()
    {
        var bar = Render(new CoverageCounts { Excluded = 3 });

        Assert.Equal("notyet", bar.Find(".cov > i").ClassName);
        Assert.Empty(bar.FindAll(".cov > b"));
        Assert.StartsWith("Cal.com: nothing eligible", bar.Find("[role=img]").GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [Fact]
    public void Is_silent_beside_a_figure_that_says_the_same()
    {
        var bar = _context.Render<CoverageBar>(parameters =>
            parameters.Add(bar => bar.Segments, CoverageSegments.Of(Counts)).Add(bar => bar.IsDecoration, true)
        );

        Assert.Equal("true", bar.Find(".cov").GetAttribute("aria-hidden"));
        Assert.Empty(bar.FindAll("[tabindex]"));
    }

    private IRenderedComponent<CoverageBar> Render(CoverageCounts counts) =>
        _context.Render<CoverageBar>(parameters =>
            parameters
                .Add(bar => bar.Segments, CoverageSegments.Of(counts))
                .Add(bar => bar.Subject, "Cal.com")
                .Add(bar => bar.Goal, 0.95)
                .Add(bar => bar.Excluded, counts.Excluded)
        );
}
