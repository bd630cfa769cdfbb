using Bunit;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using GroqBatch.Web.Tests.Live;

namespace GroqBatch.Web.Tests.Shell;

public sealed class LiveRunsIndicatorTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public async Task Says_how_many_runs_are_live_and_shows_each_with_its_bar()
    {
        var indicator = _context.Render<LiveRunsIndicator>();
        var run = FakeRuns.Running();

        await _context.Feed.SayAsync(new LiveRuns([run, FakeRuns.Running("Dub")], 14));

        indicator.WaitForAssertion(() => Assert.Equal("14 live runs", indicator.Find("button").GetAttribute("aria-label")));
        Assert.Empty(indicator.FindAll(".lines > li")); // nobody has opened it yet
        await indicator.Find("#live-runs").TriggerEventAsync("ontoggle", EventArgs.Empty);
        Assert.Equal(2, indicator.FindAll(".lines > li").Count);
        Assert.Contains("pass 1: 612 of 1,000 answered", indicator.Find(".lines > li").TextContent, StringComparison.Ordinal);
        Assert.Contains("and 12 more", indicator.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_there_is_none()
    {
        var indicator = _context.Render<LiveRunsIndicator>();

        await _context.Feed.SayAsync(new LiveRuns([], 0));

        indicator.WaitForAssertion(() => Assert.Equal("no live", indicator.Find("button").TextContent.Trim()));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Render<LiveRunsIndicator>();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }
}
