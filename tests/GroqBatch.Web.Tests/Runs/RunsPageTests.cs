using Bunit;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Live;
using GroqBatch.Web.Tests.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Runs;

public sealed class RunsPageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Lists_runs_with_their_ladder_figures_and_cost()
    {
        _context.Runs.All.Add(A.Run(RunState.CompletedWithFailures, A.Pass(1, 4_147, 4_022, 125), A.Pass(2, 125, 123, 2)));

        var page = _context.Render<RunsPage>();

        var row = page.Find("tbody tr");
        Assert.Equal("Cal.com", Text(row.QuerySelector(".team-name")!));
        Assert.Equal(["125", "123", "2"], row.QuerySelectorAll("td.num").Take(3).Select(Text));
        Assert.Equal(2, row.QuerySelectorAll(".ladder-sm .cov").Length);
        Assert.Contains("125", Text(row.QuerySelector(".ladder-sm")!), StringComparison.Ordinal);
        Assert.Contains("1 run", Text(page.Find(".tbl-foot")), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_what_it_shows_from_the_address()
    {
        _context.Coverage.Add("Cal.com", 1, 1);
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("runs?team=cal-com&state=waiting&model=m&who=me&page=2");

        var page = _context.Render<RunsPage>();

        var asked = Assert.Single(_context.Runs.Asked);
        Assert.Equal(("simulator", "cal-com", "m", "mira", 25), (asked.Provider, asked.Team, asked.Model, asked.StartedBy, asked.Skip));
        Assert.Equal([RunState.Held, RunState.NeedsAttention], asked.States);
        Assert.Contains("No such run", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_choice_in_the_address()
    {
        _context.Coverage.Add("Cal.com", 1, 1);
        var page = _context.Render<RunsPage>();

        page.FindAll("select")[0].Change("cal-com");
        page.FindAll("select")[1].Change("live");
        page.Find("input[type=checkbox]").Change(true);

        Assert.EndsWith(
            "runs?team=cal-com&state=live&who=me",
            _context.Services.GetRequiredService<NavigationManager>().Uri,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Turns_pages_on_the_server()
    {
        for (var run = 0; run < 60; run++)
        {
            _context.Runs.All.Add(FakeRuns.Running() with { CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(run) });
        }

        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("runs?page=3");
        var page = _context.Render<RunsPage>();

        Assert.Equal(10, page.FindAll("tbody tr").Count);
        Assert.Contains("51 to 60 of 60 runs", Text(page.Find(".tbl-foot")), StringComparison.Ordinal);
        Assert.Contains("page 3 of 3", Text(page.Find(".tbl-foot")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_when_a_run_does()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 40, 2));
        _context.Runs.All.Add(run);
        var page = _context.Render<RunsPage>();
        Assert.Equal("Pass 1", Text(page.Find(".chip")));

        _context.Runs.All[0] = run with { State = RunState.Held };
        await _context.Feed.SayRunsChangedAsync();

        page.WaitForAssertion(() => Assert.Equal("Held", Text(page.Find(".chip"))));
    }

    [Fact]
    public void Says_what_to_do_where_there_is_no_run() =>
        Assert.Contains("No run yet", _context.Render<RunsPage>().Markup, StringComparison.Ordinal);

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _context.Runs.Failure = new InvalidOperationException("Password=secret");
        var page = _context.Render<RunsPage>();
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);

        _context.Runs.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Contains("No run yet", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Render<RunsPage>();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public async Task Counts_live_runs_beside_the_rails_line_and_stops_when_left()
    {
        var count = _context.Render<LiveRunsCount>();

        await _context.Feed.SayAsync(new LiveRuns([FakeRuns.Running()], 14));

        count.WaitForAssertion(() => Assert.Equal("14 live", Text(count.Find(".n"))));
        await _context.DisposeComponentsAsync();
        Assert.Equal(0, _context.Feed.Listening);
    }

    [Theory]
    [InlineData(null, null, null, null, null, "runs")]
    [InlineData(
        "cal-com",
        "failures",
        "openai/gpt-oss-20b",
        "me",
        3,
        "runs?team=cal-com&state=failures&model=openai%2Fgpt-oss-20b&who=me&page=3"
    )]
    [InlineData("No Slug!", "burning", "  ", "you", -4, "runs")]
    public void Reads_and_writes_an_address(string? team, string? state, string? model, string? who, int? page, string expected) =>
        Assert.Equal(expected, RunsView.Read(team, state, model, who, page).ToAddress());

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
