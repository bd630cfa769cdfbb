using Bunit;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Tests.Live;

namespace GroqBatch.Web.Tests.Shared;

public sealed class FigureTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Theory]
    [InlineData(0, 0, "100 %")]
    [InlineData(1, 1, "100 %")]
    [InlineData(99_999, 100_000, "99.9 %")]
    [InlineData(1_368, 5_515, "24.8 %")]
    [InlineData(0, 7, "0.0 %")]
    public void A_share_is_never_rounded_up(long part, long whole, string expected)
    {
        Assert.Equal(expected, Figures.Percent(part, whole));
        Assert.Equal(expected, $"{Figures.PercentFigure(part, whole)} %");
    }

    [Theory]
    [InlineData(0.95, "95 %")]
    [InlineData(0.975, "97.5 %")]
    [InlineData(0.9999, "99.9 %")]
    [InlineData(1, "100 %")]
    public void A_goal_is_said_as_it_was_set(double goal, string expected) => Assert.Equal(expected, Figures.Goal(goal));

    [Theory]
    [InlineData("0", "$0")]
    [InlineData("3.05", "$3.05")]
    [InlineData("1234.5", "$1,234.50")]
    [InlineData("0.031", "$0.0310")]
    [InlineData("0.00001", "under $0.0001")]
    public void Money_has_its_unit_and_small_amounts_are_not_nothing(string value, string expected) =>
        Assert.Equal(expected, Figures.Dollars(decimal.Parse(value)));

    [Theory]
    [InlineData(4, "4 s")]
    [InlineData(366, "6 min 6 s")]
    [InlineData(1_920, "32 min")]
    [InlineData(3_900, "1 h 5 min")]
    [InlineData(183_600, "2 d 3 h")]
    public void A_duration_has_its_two_largest_units(int seconds, string expected) =>
        Assert.Equal(expected, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Money_says_whether_it_is_an_estimate_a_range_or_a_lower_bound()
    {
        var range = _context.Render<Money>(parameters =>
            parameters.Add(money => money.Value, 0.45m).Add(money => money.To, 0.6m).Add(money => money.IsAbout, true)
        );
        var bound = _context.Render<Money>(parameters => parameters.Add(money => money.Value, 1m).Add(money => money.IsLowerBound, true));

        Assert.Equal("about $0.45 to $0.60", range.Find("span").TextContent);
        Assert.Equal("at least $1.00", bound.Find("span").TextContent);
    }

    [Theory]
    [InlineData(4, "4 s ago")]
    [InlineData(185, "3 min ago")]
    [InlineData(7_300, "2 h ago")]
    [InlineData(500_000, "5 d ago")]
    [InlineData(2_592_000 * 2, "25 Sep 2026")]
    public void An_age_is_said_in_one_unit_and_carries_the_time_itself(int seconds, string expected)
    {
        var at = _context.Time.GetUtcNow().AddSeconds(-seconds);

        var age = _context.Render<Age>(parameters => parameters.Add(age => age.At, at)).Find("time");

        Assert.Equal(expected, age.TextContent);
        Assert.Equal(at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"), age.GetAttribute("datetime"));
        Assert.Equal($"{seconds}", age.GetAttribute("data-age"));
        Assert.EndsWith("UTC", age.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public void Something_that_another_clock_puts_in_the_future_was_just_now()
    {
        var age = _context.Render<Age>(parameters => parameters.Add(age => age.At, _context.Time.GetUtcNow().AddSeconds(9)));

        Assert.Equal("0 s ago", age.Find("time").TextContent);
    }

    [Fact]
    public void Every_state_of_a_run_has_a_word_and_a_mark_that_no_other_with_another_meaning_has()
    {
        var looks = Enum.GetValues<RunState>().Select(state => RunStateLook.Of(state)).ToList();

        Assert.Equal(looks.Count, looks.Select(look => look.Word).Distinct().Count());
        Assert.Equal("Pass 2", RunStateLook.Of(RunState.Running, 2).Word);
        Assert.NotEqual(RunStateLook.Of(RunState.Completed).Mark, RunStateLook.Of(RunState.CompletedWithFailures).Mark);
    }

    [Fact]
    public void A_run_is_one_bar_of_its_pull_requests()
    {
        var run = FakeRuns.Running();

        var segments = RunSegments.Of(run);

        Assert.Equal(1_000, segments.Sum(segment => segment.Count));
        Assert.Equal(300, segments.Single(segment => segment.Kind == SegmentKind.InFlight).Count);
        Assert.Equal("pass 1: 612 of 1,000 answered · 18 failed", RunSegments.Say(run));
    }

    [Fact]
    public void An_error_offers_to_try_again_only_where_that_can_be_done()
    {
        var tried = 0;
        var with = _context.Render<ErrorState>(parameters =>
            parameters.Add(error => error.Title, "No").Add(error => error.Text, "Because").Add(error => error.OnRetry, () => tried++)
        );
        var without = _context.Render<ErrorState>(parameters =>
            parameters.Add(error => error.Title, "No").Add(error => error.Text, "Because")
        );

        with.Find("button").Click();

        Assert.Equal(1, tried);
        Assert.Empty(without.FindAll("button"));
        Assert.Single(without.FindAll("[role=alert]"));
    }

    [Fact]
    public void An_empty_place_says_what_to_do()
    {
        var empty = _context.Render<EmptyState>(parameters =>
            parameters.Add(empty => empty.Title, "None").Add(empty => empty.Text, "Add one.").AddChildContent("<a href=\"add\">Add</a>")
        );

        Assert.Equal("None", empty.Find("h2").TextContent);
        Assert.Equal("add", empty.Find(".acts a").GetAttribute("href"));
    }
}
