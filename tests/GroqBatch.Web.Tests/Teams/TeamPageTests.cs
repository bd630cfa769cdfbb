using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;
using GroqBatch.Testing.Models;
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
    public void Leads_to_the_comparison_with_others_and_to_the_report()
    {
        AddRows(CoverageState.Pending, 1);

        var links = Render().FindAll(".page-head .acts a").Select(link => link.GetAttribute("href"));

        Assert.Equal(["teams/compare?team=cal-com", "teams/cal-com/report", "teams/cal-com#settings"], links);
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

    [Theory]
    [InlineData("teams/cal-com?state=failed", true)]
    [InlineData("teams/cal-com", false)]
    public void Leads_from_what_failed_to_why_it_did(string address, bool isThere)
    {
        AddRows(CoverageState.Failed, 1);
        Go(address);

        var page = Render();

        Assert.Equal(isThere, page.FindAll("a[href='failures?team=cal-com&since=all']").Count == 1);
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
    public void Gives_the_team_a_ladder_of_its_own_in_any_order()
    {
        var page = RenderOne();
        Assert.Equal(
            [
                "1openai/gpt-oss-20b$0.0375 in, $0.15 out per million tokens in a batch",
                "2llama-3.3-70b-versatileprice not known; retired 16 Aug 2026, openai/gpt-oss-120b stands in",
            ],
            page.FindAll(".rungs li").Select(Text)
        );

        page.FindAll("[name=ladder-whose]")[1].Change(true);
        Assert.Equal([TestCatalogue.Small, TestCatalogue.Strong], Rungs(page));
        page.Find("[aria-label='Move rung 2 up']").Click();
        Button(page, "Add a rung").Click();

        Assert.Equal([TestCatalogue.Strong, TestCatalogue.Small, TestCatalogue.Other], Rungs(page));
        Assert.Contains(
            "Its runs send every pull request to openai/gpt-oss-120b first; what fails goes to openai/gpt-oss-20b, and what fails there to qwen/qwen3.8-27b.",
            Text(page.Find(".ladder-edit")),
            StringComparison.Ordinal
        );
        page.Find("[aria-label='Remove rung 3']").Click();
        page.Find("#settings form").Submit();

        var change = Assert.Single(_context.Team.Updated);
        Assert.Equal((null, null, "openai/gpt-oss-120b openai/gpt-oss-20b"), (change.Name, change.Goal, string.Join(' ', change.Ladder!)));
        Assert.Equal(
            "Saved: ladder openai/gpt-oss-120b → openai/gpt-oss-20b (was the installation's).",
            Text(page.Find("#settings .acts [role=status]"))
        );
    }

    [Fact]
    public void Takes_the_ladder_of_its_own_away_and_gives_it_back_while_it_is_not_saved()
    {
        _context.Team.Team = _context.Team.Team with { Ladder = [TestCatalogue.Strong, TestCatalogue.Small] };
        var page = RenderOne();

        page.FindAll("[name=ladder-whose]")[0].Change(true);
        page.FindAll("[name=ladder-whose]")[1].Change(true);
        Assert.Equal([TestCatalogue.Strong, TestCatalogue.Small], Rungs(page));
        Assert.True(Button(page, "Save").HasAttribute("disabled"));
        page.FindAll("[name=ladder-whose]")[0].Change(true);
        page.Find("#settings form").Submit();

        Assert.Empty(Assert.Single(_context.Team.Updated).Ladder!);
        Assert.Null(_context.Team.Team.Ladder);
    }

    [Fact]
    public void Offers_no_model_twice_and_none_that_can_not_be_asked()
    {
        _context.Team.Team = _context.Team.Team with { Ladder = [TestCatalogue.Strong, TestCatalogue.Small] };

        var page = RenderOne();

        Assert.Equal(
            [TestCatalogue.Retired, TestCatalogue.Strong, TestCatalogue.Other],
            page.FindAll(".rungs select")[0].Children.Select(option => option.GetAttribute("value"))
        );
        Assert.True(page.Find("[aria-label='Remove rung 1']").HasAttribute("disabled"));
        Assert.True(page.Find("[aria-label='Move rung 1 up']").HasAttribute("disabled"));
        Assert.True(page.Find("[aria-label='Move rung 2 down']").HasAttribute("disabled"));
    }

    [Fact]
    public void Keeps_a_ladder_whose_model_has_left_the_catalogue_and_says_what_would_do()
    {
        _context.Team.Team = _context.Team.Team with { Ladder = [TestCatalogue.Small, "left/the-catalogue"] };

        var page = RenderOne();

        Assert.Equal([TestCatalogue.Small, "left/the-catalogue"], Rungs(page));
        Assert.Equal(
            "Rung 2: left/the-catalogue is not in the catalogue. Take one of openai/gpt-oss-120b, qwen/qwen3.8-27b.",
            Text(page.Find(".ladder-edit .notice"))
        );
        page.FindAll("#settings input")[0].Input("Another name");
        Assert.False(Button(page, "Save").HasAttribute("disabled"));
        page.FindAll(".rungs select")[1].Change(TestCatalogue.Strong);
        Assert.Empty(page.FindAll(".ladder-edit .notice"));
    }

    [Fact]
    public void Says_what_somebody_else_has_changed_meanwhile_and_keeps_what_was_chosen()
    {
        var page = RenderOne();
        page.FindAll("#settings input")[1].Input("80");
        _context.Team.Conflict = new TeamChangedException(_context.Team.Team with { Goal = 0.9, Name = "Ours" }, "The goal is 90 % now.");

        page.Find("#settings form").Submit();

        Assert.Equal("Nothing was saved.", page.Find("#settings [role=alert]").TextContent);
        Assert.Equal(
            "Somebody else has changed it meanwhile: the goal is 90 % now. What you chose is kept; Save replaces theirs.",
            Text(page.Find("#settings .notice"))
        );
        Assert.Equal(["Ours", "80"], page.FindAll("#settings input").Take(2).Select(input => input.GetAttribute("value")));
        page.Find("#settings form").Submit();
        Assert.Equal((null, 0.8), Assert.Single(_context.Team.Updated) is { } change ? (change.Name, change.Goal) : default);
        Assert.Equal("Saved: goal 80 % (was 90 %).", Text(page.Find("#settings .acts [role=status]")));
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

    private IRenderedComponent<TeamPage> RenderOne()
    {
        AddRows(CoverageState.Pending, 1);
        return Render();
    }

    private static IEnumerable<string?> Rungs(IRenderedComponent<TeamPage> page) =>
        page.FindAll(".rungs select").Select(select => select.GetAttribute("value"));

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<TeamPage> page, string name) =>
        page.FindAll("#settings button").Single(button => Text(button) == name);

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
