using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Teams;
using GroqBatch.Web.Tests.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Teams;

public sealed class TeamPageTests : IAsyncDisposable
{
    private readonly TeamTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_where_the_team_stands_and_what_its_rows_are()
    {
        AddRows(CoverageState.Summarised, 3);
        AddRows(CoverageState.Failed, 1);
        AddRows(CoverageState.Pending, 2);

        var page = Render();

        Assert.Contains("Missing to 95 %", page.Markup, StringComparison.Ordinal);
        Assert.StartsWith("3 of 3 missing", Text(page.Find("[data-testid=missing]")), StringComparison.Ordinal);
        Assert.Equal(["105", "104", "103"], page.FindAll(".prs tbody .mono").Select(cell => cell.TextContent));
        Assert.Equal(["Pending", "Pending", "max_tokens"], page.FindAll(".prs tbody .chip").Select(chip => chip.TextContent));
        Assert.Contains("not checked", Text(page.Find("[data-testid=quality]")), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_there_is_no_such_team()
    {
        var page = _context.Render<TeamPage>(parameters => parameters.Add(one => one.Slug, "nobody"));

        Assert.Contains("There is no team called nobody", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        AddRows(CoverageState.Pending, 1);
        _context.Team.Failure = new InvalidOperationException("Password=secret");
        var page = Render();
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);

        _context.Team.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Single(page.FindAll(".prs tbody tr")));
    }

    [Fact]
    public void Asks_for_what_the_address_says()
    {
        AddRows(CoverageState.Failed, 1);
        Go("teams/cal-com?state=failed&repo=acme%2Fapp&month=2026-07&q=fix&older=1764000000000000.5");

        Render();

        var asked = _context.Team.Asked[^1];
        Assert.Equal("failed ones in acme/app, created in July 2026, matching “fix”", asked.Filter.InWords());
        Assert.Equal((5L, false), (asked.Beyond!.Id, asked.IsBackwards));
    }

    [Fact]
    public void A_cell_opens_the_list_and_from_there_a_run_is_planned()
    {
        AddRows(CoverageState.Pending, 2);
        Go("teams/cal-com?repo=acme%2Fapp&month=2026-07");

        var page = Render();

        Assert.Equal("0 %, app, July 2026: 0 of 2 summarised", page.Find(".heat td a.on").GetAttribute("aria-label"));
        Assert.Equal("teams/cal-com", page.Find(".heat td a.on").GetAttribute("href"));
        Assert.StartsWith("app, July 2026: 2 missing.", Text(page.Find("[data-testid=cell]")), StringComparison.Ordinal);
        Assert.Equal(
            "teams/cal-com?repo=acme%2Fapp&month=2026-07&select=all&do=backfill#pull-requests",
            page.Find("[data-testid=cell] a").GetAttribute("href")
        );
    }

    [Fact]
    public void Chooses_rows_pages_and_all_that_match_in_the_address()
    {
        AddRows(CoverageState.Pending, 60);
        var page = Render();

        page.Find("input[aria-label='Select #159']").Change(true);
        Assert.EndsWith("?select=60", _context.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.Find("thead input").Change(true);
        Assert.Contains("50 selected", page.Find("[aria-label=Selection]").TextContent, StringComparison.Ordinal);
        var all = page.FindAll("[aria-label=Selection] a").Single(link => link.TextContent == "Select all 60 that match");

        Assert.Equal("teams/cal-com?select=all", all.GetAttribute("href"));
    }

    [Fact]
    public void Parks_what_is_chosen_by_its_filter_with_a_reason()
    {
        AddRows(CoverageState.Failed, 2);
        Go("teams/cal-com?state=failed&select=all&do=park");
        var page = Render();
        page.Find(".choice-deed").Submit();
        Assert.Empty(_context.Team.Parked); // not without a reason

        page.Find(".choice-deed input").Input("Generated code");
        page.Find(".choice-deed").Submit();

        var (filter, reason) = Assert.Single(_context.Team.Parked);
        Assert.Equal(("failed ones", "Generated code"), (filter.InWords(), reason));
        Assert.Contains(
            "2 pull requests parked. 1 had been parked before. 3 stay as they are: they have not failed.",
            page.Markup,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Starts_one_run_over_what_is_chosen_and_says_first_what_it_takes()
    {
        AddRows(CoverageState.Pending, 2);
        Go("teams/cal-com?select=1,2&do=backfill");
        var page = Render();
        Assert.Contains("strong stands in for gone", page.Markup, StringComparison.Ordinal);
        Assert.Contains("2 more are left out: a live run has them.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;Title&lt;/b&gt;", page.Markup, StringComparison.Ordinal);

        var start = page.Find(".choice-deed .acts button");
        Assert.Equal("Start 57 requests, about $0.0200", start.TextContent);
        start.Click();

        var started = Assert.Single(_context.Team.Started);
        Assert.Equal([1L, 2L], started.Filter!.Ids);
        Assert.Equal(("token", true), (started.PreviewToken, started.WithFallback));
        Assert.StartsWith("chosen-", started.RequestKey, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_why_nothing_can_be_started()
    {
        AddRows(CoverageState.Pending, 2);
        Go("teams/cal-com?select=1,2&do=backfill");
        var page = Render();
        _context.Team.Failure = new Core.Models.LadderUnavailableException("Rung 1 has no model.");

        page.Find(".choice-check input").Change(false);

        Assert.Contains("Rung 1 has no model.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("97,5", 0.975)]
    [InlineData(" 90 % ", 0.9)]
    public void Saves_the_goal_as_people_write_it(string typed, double saved)
    {
        AddRows(CoverageState.Pending, 1);
        var page = Render();

        page.FindAll("#settings input")[1].Input(typed);
        page.Find("#settings form").Submit();

        Assert.Equal(saved, Assert.Single(_context.Team.Updated).Goal!.Value, 6);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("all of it")]
    [InlineData("-5")]
    public void Refuses_a_goal_that_is_none(string typed)
    {
        AddRows(CoverageState.Pending, 1);
        var page = Render();

        page.FindAll("#settings input")[1].Input(typed);
        page.Find("#settings form").Submit();

        Assert.Empty(_context.Team.Updated);
        Assert.Contains($"“{typed}” is no goal", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_when_the_ledger_moves_and_keeps_what_is_being_typed()
    {
        AddRows(CoverageState.Pending, 1);
        var page = Render();
        page.FindAll("#settings input")[0].Input("Half a na");

        AddRows(CoverageState.Pending, 1);
        await _context.Feed.SayAsync(_context.Team.Overview);

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".prs tbody tr").Count));
        Assert.Equal("Half a na", page.FindAll("#settings input")[0].GetAttribute("value"));
    }

    [Fact]
    public async Task Reads_nothing_when_other_teams_move()
    {
        AddRows(CoverageState.Pending, 1);
        Render();
        var (reads, lists) = (_context.Team.Reads, _context.Team.Asked.Count);

        await _context.Feed.SayAsync(_context.Team.Overview);

        Assert.Equal((reads, lists), (_context.Team.Reads, _context.Team.Asked.Count));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        AddRows(CoverageState.Pending, 1);
        Render();
        Assert.Equal(2, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public void Hostile_titles_are_text()
    {
        _context.Team.Add(CoverageState.Pending, "<img src=x onerror=alert(1)>");

        var page = Render();

        Assert.Empty(page.FindAll("img"));
        Assert.Contains("&lt;img", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_its_runs_and_what_they_were_over()
    {
        AddRows(CoverageState.Pending, 1);
        _context.Runs.All.Add(
            FakeRuns.Running() with
            {
                Filter = new() { Repository = "acme/app", States = [CoverageState.Failed] },
            }
        );

        var page = Render();

        Assert.Contains("failed ones in acme/app", page.Find("[aria-label=Runs]").TextContent, StringComparison.Ordinal);
        Assert.Contains("pass 1: 612 of 1,000 answered", page.Find(".page-head").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<TeamPage> Render()
    {
        var page = _context.Render<TeamPage>(parameters => parameters.Add(one => one.Slug, "cal-com"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-busy]")));
        return page;
    }

    private void Go(string address) => _context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);

    private void AddRows(CoverageState state, int count)
    {
        for (var row = 0; row < count; row++)
        {
            _context.Team.Add(state);
        }
    }

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
