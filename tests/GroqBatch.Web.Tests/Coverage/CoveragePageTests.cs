using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Coverage;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TestContext = Xunit.TestContext;

namespace GroqBatch.Web.Tests.Coverage;

public sealed class CoveragePageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_the_worst_gap_first_with_what_is_missing_to_the_goal()
    {
        _context.Coverage.Add("Dub", 1_000, 0);
        _context.Coverage.Add("Cal.com", 1_368, 4_147, excluded: 683);

        var page = _context.Render<CoveragePage>();

        Assert.Equal(["Cal.com", "Dub"], page.FindAll(".team-name").Select(name => name.TextContent));
        Assert.Contains("3,872 to 95 %", Text(page.Find("tbody tr")), StringComparison.Ordinal);
        Assert.Contains("24.8 %", Text(page.Find("tbody tr")), StringComparison.Ordinal);
        Assert.Contains("goal reached", Text(page.FindAll("tbody tr")[1]), StringComparison.Ordinal);
        Assert.Contains("not checked", Text(page.Find("tbody tr")), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_the_gap_over_all_teams_in_pull_requests_and_dollars()
    {
        _context.Coverage.Add("Cal.com", 1_368, 4_147);
        _context.Coverage.Add("Antiwork", 1_129, 3_083);

        var page = _context.Render<CoveragePage>();

        Assert.Equal("6,745 pull requests", Text(page.Find("[data-testid=missing]")));
        Assert.Equal("about $1.75", Text(page.Find("[data-testid=cost]")));
    }

    [Fact]
    public void Adds_up_what_is_missing_at_the_price_of_each_teams_ladder()
    {
        _context.Coverage.Add("Cal.com", 0, 1_000);
        var other = _context.Coverage.Add("PostHog", 0, 1_000);
        _context.Coverage.Rows[1] = other with
        {
            Coverage = other.Coverage with { Team = other.Coverage.Team with { Ladder = ["b", "a"] } },
        };
        _context.Coverage.OwnPrice = new(0.001m, "measured in earlier runs");

        var page = _context.Render<CoveragePage>();

        // 950 at $0.00026 and 950 at $0.001.
        page.WaitForAssertion(() => Assert.Equal("about $1.20", Text(page.Find("[data-testid=cost]"))));
    }

    [Fact]
    public void Says_that_the_cost_is_not_known_rather_than_nothing()
    {
        _context.Coverage.Price = null;
        _context.Coverage.Add("Cal.com", 1_368, 4_147);

        var page = _context.Render<CoveragePage>();

        Assert.StartsWith("not known", Text(page.Find("[data-testid=cost]")), StringComparison.Ordinal);
    }

    [Fact]
    public void Draws_the_trend_up_to_the_figure_that_stands_above_it()
    {
        _context.Coverage.Add("Cal.com", 50, 50);
        var today = DateOnly.FromDateTime(_context.Time.GetUtcNow().UtcDateTime);
        _context.Coverage.Days.AddRange([new(today.AddDays(-1), 10, 100, 1), new(today, 20, 100, 1)]);

        var page = _context.Render<CoveragePage>();

        page.WaitForAssertion(() =>
            Assert.EndsWith("V50.0", page.Find(".trend path[stroke-width]").GetAttribute("d"), StringComparison.Ordinal)
        );
        Assert.Contains("10.0 % to 50.0 %", Text(page.Find(".trend")), StringComparison.Ordinal);
    }

    [Fact]
    public void Asks_again_for_a_cost_that_was_not_known()
    {
        _context.Coverage.Price = null;
        _context.Coverage.Add("Cal.com", 1_368, 4_147);
        var page = _context.Render<CoveragePage>();
        page.WaitForAssertion(() => Assert.StartsWith("not known", Text(page.Find("[data-testid=cost]")), StringComparison.Ordinal));

        _context.Coverage.Price = new(0.001m, "measured in earlier runs");
        _context.Time.Advance(TimeSpan.FromSeconds(31));

        page.WaitForAssertion(() => Assert.Equal("about $3.87", Text(page.Find("[data-testid=cost]"))));
    }

    [Fact]
    public void Stays_as_it_is_when_asking_again_fails()
    {
        _context.Coverage.Price = null;
        _context.Coverage.Add("Cal.com", 1_368, 4_147);
        var page = _context.Render<CoveragePage>();
        page.WaitForAssertion(() => Assert.StartsWith("not known", Text(page.Find("[data-testid=cost]")), StringComparison.Ordinal));

        _context.Coverage.PriceFailure = new InvalidOperationException("The database is away.");
        _context.Time.Advance(TimeSpan.FromSeconds(31));
        page.WaitForAssertion(() => Assert.Equal(2, _context.Coverage.PriceReads));
        (_context.Coverage.PriceFailure, _context.Coverage.Price) = (null, new(0.001m, "measured in earlier runs"));
        Assert.Empty(page.FindAll("[role=alert]"));
        page.WaitForAssertion(() =>
        {
            // The timer is set anew once the failure was taken.
            _context.Time.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal("about $3.87", Text(page.Find("[data-testid=cost]")));
        });
    }

    [Fact]
    public async Task Goes_on_listening_while_the_price_of_a_teams_ladder_is_not_known()
    {
        _context.Coverage.Add("Cal.com", 1_368, 4_147);
        var page = _context.Render<CoveragePage>();
        page.WaitForAssertion(() => Assert.StartsWith("about", Text(page.Find("[data-testid=cost]")), StringComparison.Ordinal));
        var row = _context.Coverage.Rows[0];
        _context.Coverage.Rows[0] = row with { Coverage = row.Coverage with { Team = row.Coverage.Team with { Ladder = ["b", "a"] } } };

        // A callback that waited for the price would not end, and the next snapshot would never come.
        await _context
            .Feed.SayAsync(await _context.Coverage.ReadAsync("simulator", TestContext.Current.CancellationToken))
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        page.WaitForAssertion(() => Assert.StartsWith("not known", Text(page.Find("[data-testid=cost]")), StringComparison.Ordinal));
    }

    [Fact]
    public void Says_that_it_is_looking_the_cost_up_while_the_provider_is_asked()
    {
        var answer = new TaskCompletionSource();
        _context.Coverage.PriceAfter = answer.Task;
        _context.Coverage.Add("Cal.com", 1_368, 4_147);
        var page = _context.Render<CoveragePage>();
        page.WaitForAssertion(() => Assert.Equal("looking it up…", Text(page.Find("[data-testid=cost]"))));

        answer.SetResult();

        page.WaitForAssertion(() => Assert.Equal("about $1.01", Text(page.Find("[data-testid=cost]"))));
    }

    [Fact]
    public void Says_what_to_do_where_there_is_no_team()
    {
        var page = _context.Render<CoveragePage>();

        Assert.Contains("groqbatch teams add", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("table"));
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _context.Coverage.Add("Cal.com", 1, 1);
        _context.Coverage.Failure = new InvalidOperationException("Password=secret");

        var page = _context.Render<CoveragePage>();
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
        _context.Coverage.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));
    }

    [Fact]
    public void Has_no_button_for_a_backfill_that_nothing_would_open()
    {
        _context.Coverage.Add("Cal.com", 1, 1);

        var page = _context.Render<CoveragePage>();

        Assert.Empty(page.FindAll("tbody button"));
    }

    [Fact]
    public void Opens_a_backfill_of_one_team_or_of_all_that_are_selected()
    {
        var launcher = new FakeLauncher();
        _context.Services.AddSingleton<IBackfillLauncher>(launcher);
        _context.Coverage.Add("Cal.com", 1, 9);
        _context.Coverage.Add("Dub", 1, 8);
        _context.Coverage.Add("Novu", 10, 0);
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("?select=cal-com,dub");

        var page = _context.Render<CoveragePage>();
        Assert.Equal(2, page.FindAll("tbody button").Count);
        page.FindAll("tbody button")[1].Click();
        page.Find(".btn.primary").Click();

        Assert.Equal(["dub", "cal-com dub"], launcher.Opened);
        Assert.Contains("2 selected: 17 missing, about $0.0044", Text(page.Find(".tbl-bar")), StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_selection_in_the_address()
    {
        _context.Coverage.Add("Cal.com", 1, 9);
        var page = _context.Render<CoveragePage>();

        page.Find("tbody input").Change(true);

        Assert.EndsWith("?select=cal-com", _context.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_order_and_page_from_the_address()
    {
        for (var team = 0; team < 60; team++)
        {
            _context.Coverage.Add($"Team {team:00}", team, 100);
        }

        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("?sort=name&page=3");
        var page = _context.Render<CoveragePage>();

        Assert.Equal(10, page.FindAll("tbody tr").Count);
        Assert.Contains("51 to 60 of 60 teams", Text(page.Find(".tbl-foot")), StringComparison.Ordinal);
        Assert.Equal("ascending", page.FindAll("th")[1].GetAttribute("aria-sort"));
        var query = Assert.Single(_context.Coverage.Asked);
        Assert.Equal((CoverageSort.Name, false, 50), (query.Sort, query.IsDescending, query.Skip));
    }

    [Fact]
    public async Task Moves_when_coverage_or_a_run_does()
    {
        _context.Coverage.Add("Cal.com", 1, 9);
        var page = _context.Render<CoveragePage>();
        _context.Coverage.Rows.Clear();
        _context.Coverage.Add(
            "Cal.com",
            5,
            5,
            lastRun: new LastRun(Guid.NewGuid(), RunState.Running, null, _context.Time.GetUtcNow(), 10, 1, 10, 4, 1)
        );

        await _context.Feed.SayAsync(await _context.Coverage.ReadAsync("simulator", TestContext.Current.CancellationToken));

        page.WaitForAssertion(() => Assert.Contains("50.0 %", Text(page.Find("tbody tr")), StringComparison.Ordinal));
        Assert.Equal("Pass 1", Text(page.Find("tbody .chip")));
    }

    [Fact]
    public async Task Reads_quality_again_once_somebody_has_given_a_verdict()
    {
        var team = _context.Coverage.Add("Cal.com", 1_000, 9);
        var page = _context.Render<CoveragePage>();
        Assert.Contains("not checked", page.Find("tbody tr").TextContent, StringComparison.Ordinal);

        _context.Checks.Teams[team.Coverage.Team.Id] = new Quality(40, 2, 1);
        await _context.Feed.SaySamplesChangedAsync();

        page.WaitForAssertion(() => Assert.DoesNotContain("not checked", page.Find("tbody tr").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_selected_can_be_compared_as_long_as_there_are_not_too_many()
    {
        for (var team = 1; team <= 7; team++)
        {
            _context.Coverage.Add($"team{team}", 1, team);
        }

        var navigation = _context.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/?select=team2,team1");
        var page = _context.Render<CoveragePage>();
        Assert.Equal(
            "teams/compare?team=team1&team=team2",
            page.FindAll(".tbl-bar a").Single(link => link.TextContent == "Compare").GetAttribute("href")
        );

        navigation.NavigateTo("/?select=team1,team2,team3,team4,team5,team6,team7");

        page.WaitForAssertion(() => Assert.DoesNotContain(page.FindAll(".tbl-bar a"), link => link.TextContent == "Compare"));
        Assert.True(page.FindAll(".tbl-bar button").Single(button => button.TextContent == "Compare").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Coverage.Add("Cal.com", 1, 9);
        _context.Render<CoveragePage>();
        Assert.Equal(3, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public void Shows_hostile_names_as_text()
    {
        _context.Coverage.Add("<script>alert(1)</script>", 1, 9);

        var page = _context.Render<CoveragePage>();

        Assert.Empty(page.FindAll("script"));
        Assert.Equal("<script>alert(1)</script>", page.Find(".team-name").TextContent);
    }

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class FakeLauncher : IBackfillLauncher
    {
        public List<string> Opened { get; } = [];

        public Task OpenAsync(IReadOnlyList<Team> teams, CancellationToken cancellationToken)
        {
            Opened.Add(string.Join(' ', teams.Select(team => team.Slug)));
            return Task.CompletedTask;
        }

        public Task OpenAsync(IReadOnlyList<Team> teams, Features.Backfills.BackfillChoices choices, CancellationToken cancellationToken) =>
            OpenAsync(teams, cancellationToken);
    }
}
