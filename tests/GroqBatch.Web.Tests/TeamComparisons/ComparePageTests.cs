using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.TeamComparisons;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TestContext = Xunit.TestContext;

namespace GroqBatch.Web.Tests.TeamComparisons;

public sealed class ComparePageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();
    private readonly FakeTeamRuns _runs = new();

    public ComparePageTests()
    {
        _context.Services.AddSingleton<ITeamRunsReader>(_runs);
        _context.Services.AddSingleton<ICoverageHistory>(_runs);
        _context.Coverage.Add("Cal.com", 1_368, 4_147, failed: 41, excluded: 683);
        _context.Coverage.Add("Antiwork", 900, 100);
        _context.Coverage.Add("PostHog", 500, 0);
    }

    private NavigationManager Navigation => _context.Services.GetRequiredService<NavigationManager>();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_a_column_for_each_team_in_the_order_of_the_address()
    {
        var page = Render("antiwork", "cal-com");

        Assert.Equal(["Antiwork", "Cal.com"], page.FindAll("thead .team-name").Select(name => name.TextContent));
        Assert.Equal(["90.0 %", "24.6 %"], page.FindAll("[data-testid=row-coverage] .strong").Select(share => share.TextContent));
        Assert.Equal(["50 to 95 %", "3,911 to 95 %"], Cells(page, "missing"));
        Assert.Equal(["1,000 of 1,000", "5,556 of 6,239"], Cells(page, "eligible"));
        Assert.Equal(["not checked check", "not checked check"], Cells(page, "quality"));
        Assert.Equal(["nothing tried", "nothing tried"], Cells(page, "first-pass"));
        Assert.Equal(["none", "none"], Cells(page, "codes"));
        Assert.Equal(["no run yet", "no run yet"], Cells(page, "last"));
    }

    [Fact]
    public void Says_in_words_which_is_the_highest_and_which_the_lowest()
    {
        var page = Render("antiwork", "cal-com", "posthog");

        Assert.Equal([null, "lowest", "highest"], Tags(page, "coverage"));
    }

    [Fact]
    public void Calls_no_failure_rate_better_whose_interval_overlaps()
    {
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 100, failed: 4);
        _runs.Teams[2] = FakeTeamRuns.Of(tried: 100, failed: 7);

        var page = Render("cal-com", "antiwork");

        Assert.Equal([null, null], Tags(page, "first-pass"));
        Assert.Contains(
            "no difference that these figures show",
            Text(page.Find("[data-testid=row-first-pass] th")),
            StringComparison.Ordinal
        );
        Assert.Equal("4.0 % 1.5 to 9.9 %: 4 of 100", Cells(page, "first-pass")[0]);
    }

    [Fact]
    public void Says_which_failure_rate_is_lower_where_the_figures_show_it()
    {
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 1_000, failed: 20, cancelled: 500);
        _runs.Teams[2] = FakeTeamRuns.Of(tried: 500, failed: 289);

        var page = Render("cal-com", "antiwork");

        Assert.Equal(["lowest", "highest"], Tags(page, "first-pass"));
        Assert.DoesNotContain("no difference", Text(page.Find("[data-testid=row-first-pass]")), StringComparison.Ordinal);
        // What was cancelled is nobody's failure.
        Assert.StartsWith("2.0 %", Cells(page, "first-pass")[0], StringComparison.Ordinal);
        Assert.Equal(["json_validate_failed 289", "max_tokens 1"], page.FindAll("[data-testid=row-codes] td:last-child li").Select(Text));
    }

    [Fact]
    public void A_cost_that_is_partly_unknown_is_at_least_that_and_is_no_lowest()
    {
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 100, failed: 0, cost: 1, unknown: 2);
        _runs.Teams[2] = FakeTeamRuns.Of(tried: 100, failed: 0, cost: 5);

        var page = Render("cal-com", "antiwork");

        Assert.Equal(["at least $1.00", "$5.00"], Cells(page, "booked"));
        Assert.Equal(["at least $0.0100", "$0.0500"], Cells(page, "per-summary"));
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 100, failed: 0, cost: 1);
        Assert.Equal(["lowest", "highest"], Tags(Render("antiwork", "cal-com"), "per-summary").Reverse());
    }

    [Fact]
    public void Quality_is_an_interval_with_how_many_were_read()
    {
        _context.Checks.Teams[1] = new Quality(110, 8, 2, Guid.Parse("0198c0de-0000-7000-8000-000000000001"));
        _context.Checks.Teams[2] = new Quality(20, 0, 20);

        var page = Render("cal-com", "antiwork");

        Assert.Equal("94.1 to 99.6 % highest 120 read", Cells(page, "quality")[0]);
        Assert.EndsWith("lowest 40 read", Cells(page, "quality")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_figure_leads_to_the_rows_behind_it()
    {
        var last = new LastRun(
            Guid.Parse("0198c0de-0000-7000-8000-000000000002"),
            RunState.Completed,
            null,
            _context.Time.GetUtcNow(),
            100,
            1,
            100,
            96,
            4
        );
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 100, failed: 4) with { Last = last };

        var page = Render("cal-com");

        var addresses = page.FindAll("table.cmp tbody a").Select(link => link.GetAttribute("href")).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string?>(StringComparer.Ordinal)
            {
                "teams/cal-com#pull-requests",
                "teams/cal-com?state=all#pull-requests",
                "teams/cal-com?state=summarised#pull-requests",
                "teams/cal-com?state=stale#pull-requests",
                "teams/cal-com?state=failed#pull-requests",
                "teams/cal-com?state=parked#pull-requests",
                "teams/cal-com?state=pending#pull-requests",
                "teams/cal-com?state=in-flight#pull-requests",
                "teams/cal-com?state=excluded#pull-requests",
                "spot-check?team=cal-com",
                "runs?team=cal-com",
                "failures?team=cal-com&since=90d",
                "failures?team=cal-com&code=json_validate_failed&since=90d",
                $"runs/{last.Id}",
            },
            addresses
        );
    }

    [Fact]
    public void A_team_is_found_by_name_and_added_and_taken_out_in_the_address()
    {
        var page = Render("cal-com", "antiwork");
        Assert.Empty(page.FindAll(".cmp-found"));

        page.Find("input[type=search]").Input("HOG");
        page.Find(".cmp-found button").Click();
        Assert.EndsWith("teams/compare?team=cal-com&team=antiwork&team=posthog", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("thead .team-name").Count));
        Assert.Empty(page.FindAll(".cmp-found"));
        page.Find("[aria-label='Remove Cal.com from the comparison']").Click();

        Assert.EndsWith("teams/compare?team=antiwork&team=posthog", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("thead .team-name").Count));
    }

    [Fact]
    public void Says_what_to_do_where_nothing_is_chosen_and_offers_what_there_is()
    {
        var page = Render();

        Assert.Contains("No team is chosen", page.Markup, StringComparison.Ordinal);
        Assert.Equal(
            ["Add Antiwork", "Add Cal.com", "Add PostHog"],
            page.FindAll(".cmp-found button").Select(add => add.GetAttribute("aria-label"))
        );
    }

    [Fact]
    public void Says_which_team_there_is_not_and_shows_the_others()
    {
        var page = Render("cal-com", "nobody");

        Assert.Contains("There is no team called nobody", page.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.Equal("teams/compare?team=cal-com", page.Find(".notice a").GetAttribute("href"));
        Assert.Single(page.FindAll("thead .team-name"));
    }

    [Fact]
    public void Says_that_there_is_no_room_for_a_seventh()
    {
        for (var more = 1; more <= 4; more++)
        {
            _context.Coverage.Add($"more{more}", 1, 1);
        }

        var page = Render("cal-com", "antiwork", "posthog", "more1", "more2", "more3", "more4");

        Assert.Equal(6, page.FindAll("thead .team-name").Count);
        page.Find("input[type=search]").Input("more4");
        Assert.Contains("6 teams at most", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".cmp-found"));
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _runs.Failure = new InvalidOperationException("Password=secret");
        var page = Render("cal-com", "antiwork");
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);

        _runs.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("thead .team-name").Count));
    }

    [Fact]
    public async Task Moves_when_coverage_or_runs_do()
    {
        var page = Render("cal-com", "antiwork");
        var overview = await _context.Coverage.ReadAsync("simulator", TestContext.Current.CancellationToken);
        var moved = overview.Teams.Select(team =>
            team.Team.Slug == "antiwork" ? team with { Counts = new CoverageCounts { SummarisedFirst = 1_000 } } : team
        );

        await _context.Feed.SayAsync(new CoverageOverview([.. moved]));
        page.WaitForAssertion(() => Assert.Equal("goal reached", Cells(page, "missing")[1]));
        _runs.Teams[1] = FakeTeamRuns.Of(tried: 100, failed: 4);
        await _context.Feed.SayRunsChangedAsync();

        page.WaitForAssertion(() => Assert.Equal("3", Cells(page, "runs")[0]));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        Render("cal-com");
        Assert.Equal(3, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public void Hostile_names_are_text()
    {
        _context.Coverage.Rows[0] = _context.Coverage.Rows[0] with
        {
            Coverage = new TeamCoverage(
                new Team(1, "cal-com", "<script>trap(1)</script>\" onload=\"trap(2)", 0.95, false),
                new CoverageCounts()
            ),
        };

        var page = Render("cal-com", "antiwork");

        Assert.Empty(page.FindAll("script, [onload]"));
        Assert.Equal("<script>trap(1)</script>\" onload=\"trap(2)", page.Find("thead .team-name").TextContent);
        Assert.Equal(["nothing eligible", "50 to 95 %"], Cells(page, "missing"));
    }

    private IRenderedComponent<ComparePage> Render(params string[] slugs)
    {
        Navigation.NavigateTo(CompareView.Read(slugs).ToAddress());
        return _context.Render<ComparePage>();
    }

    private static List<string> Cells(IRenderedComponent<ComparePage> page, string row) =>
        [.. page.FindAll($"[data-testid=row-{row}] td").Select(Text)];

    private static IEnumerable<string?> Tags(IRenderedComponent<ComparePage> page, string row) =>
        page.FindAll($"[data-testid=row-{row}] td").Select(cell => cell.QuerySelector(".tag")?.TextContent);

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
