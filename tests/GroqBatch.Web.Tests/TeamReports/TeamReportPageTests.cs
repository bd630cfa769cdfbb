using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.TeamReports;
using GroqBatch.Web.Shell;
using GroqBatch.Web.Tests.Runs;
using GroqBatch.Web.Tests.TeamComparisons;
using GroqBatch.Web.Tests.Teams;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.TeamReports;

public sealed class TeamReportPageTests : IAsyncDisposable
{
    private readonly TeamTestContext _context = new();
    private readonly FakeTeamRuns _totals = new();
    private readonly FakeParkedReasons _parked = new();

    public TeamReportPageTests()
    {
        _context.Services.AddSingleton<ITeamRunsReader>(_totals);
        _context.Services.AddSingleton<IParkedReasons>(_parked);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_where_the_team_stands_when_that_was_and_that_it_was_simulated()
    {
        AddRows(CoverageState.Summarised, 3);
        AddRows(CoverageState.Pending, 2);
        AddRows(CoverageState.Excluded, 4);

        var page = Render();

        Assert.Equal("Cal.com is at 60.0 %; 2 to 95 %", Text(page, "sentence"));
        Assert.Equal("24 November 2026, 12:00 UTC", Text(page, "figures-of"));
        Assert.StartsWith("Simulated: a simulator answers", Text(page, "installation"), StringComparison.Ordinal);
        Assert.StartsWith("4 of 9 pull requests: their body is empty", Text(page, "excluded"), StringComparison.Ordinal);
        Assert.Contains("Not checked", Text(page, "quality"), StringComparison.Ordinal);
        Assert.Contains("http://localhost/teams/cal-com/report", page.Find(".report-foot").TextContent, StringComparison.Ordinal);
        Assert.Contains("No run was started.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing is parked.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_a_goal_is_reached_and_that_nothing_is_eligible()
    {
        AddRows(CoverageState.Excluded, 1);
        Assert.Equal("Cal.com has no eligible pull request; nothing is missing", Text(Render(), "sentence"));

        AddRows(CoverageState.Summarised, 1);
        Assert.Equal("Cal.com is at 100 %; the goal of 95 % is reached", Text(Render(), "sentence"));
    }

    [Fact]
    public void Says_that_it_is_live_where_it_is()
    {
        _context.Services.AddSingleton(new Surroundings(IsSimulated: false));
        AddRows(CoverageState.Pending, 1);

        Assert.StartsWith("Live", Text(Render(), "installation"), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_repositories_by_what_is_missing_and_adds_the_others_up()
    {
        for (var repository = 0; repository < TeamReport.MostRepositories + 5; repository++)
        {
            _context.Team.Add(CoverageState.Pending, repository: $"acme/r{repository:000}");
        }

        _context.Team.Add(CoverageState.Failed, repository: "acme/r050");
        _context.Team.Add(CoverageState.Summarised, repository: "acme/r050");

        var table = Render().Find("[aria-label=Repositories] table");

        Assert.Equal(TeamReport.MostRepositories, table.QuerySelectorAll("tbody tr").Length);
        Assert.Equal("acme/r050 3 1 33.3 % 2 1 0 0", Words(table.QuerySelector("tbody tr")!));
        Assert.Equal("5 more 5 0 0.0 % 5 0 0 0", Words(table.QuerySelector("tfoot tr")!));
        Assert.Equal("teams/cal-com?state=all&repo=acme%2Fr050#pull-requests", table.QuerySelector("tbody a")!.GetAttribute("href"));
    }

    [Fact]
    public void Shows_failures_models_and_a_cost_that_is_partly_unknown_as_at_least_that()
    {
        AddRows(CoverageState.Pending, 1);
        _totals.Teams[7] = FakeTeamRuns.Of(tried: 100, failed: 4, cost: 0.5m, unknown: 2, cancelled: 10);

        var page = Render();

        Assert.Equal(
            [
                "json_validate_failed The provider could not validate the model's JSON. 4 0",
                "max_tokens The answer ran into the token limit before its JSON was complete. 1 1",
            ],
            page.FindAll("[aria-label='Failures by code'] tbody tr").Select(Words)
        );
        Assert.Equal(
            "openai/gpt-oss-20b 1 3 110 96 14 800,000 180,000 at least $0.50",
            Words(page.Find("[aria-label='Models and cost'] tbody tr"))
        );
        Assert.Equal(
            "Booked at least $0.50, at least $0.0051 per summary. The cost of 2 attempts is unknown, so what is booked is a lower bound.",
            Text(page, "cost")
        );
        Assert.StartsWith(
            "3 runs. First-pass failures: 4 of 100 requests, 4.0 % (1.5 to 9.9 % with 95 % confidence)",
            Text(page, "first-pass"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Lists_the_runs_of_the_last_ninety_days_and_says_where_there_were_more()
    {
        AddRows(CoverageState.Pending, 1);
        _totals.Teams[7] = FakeTeamRuns.Of(tried: 100, failed: 4) with { Runs = 143 };
        _context.Runs.All.Add(A.Run(RunState.CompletedWithFailures, A.Pass(1, 100, 96, 4), A.Pass(2, 4, 3, 1)));
        _context.Runs.All.Add(A.Run(RunState.Completed, A.Pass(1, 5, 5, 0)) with { CreatedAt = FakeTeam.Now.AddDays(-91) });

        var page = Render();

        var row = Assert.Single(page.FindAll("[aria-label=Runs] .report-table tbody tr, .report-table[aria-label=Runs] tbody tr"));
        Assert.Equal("24 Nov 2026 11:50 mira all missing With failures 100 4 3 1 $0.0248", Words(row));
        Assert.Contains("The newest 1 are listed; the sums are of all.", Text(page, "first-pass"), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_good_the_summaries_are_by_an_interval_and_how_many_were_read()
    {
        AddRows(CoverageState.Summarised, 1);
        _context.Checks.Teams[7] = new Quality(110, 8, 2, Settlement: Settlement.Good);

        Assert.Equal(
            "With 95 % confidence 94.1 to 99.6 % of its summaries are good (Wilson's interval): 120 read, 110 good, 8 minor, 2 wrong. Minor counts as good; without the minor ones it is 85.3 to 95.5 %. The check is settled: good enough.",
            Text(Render(), "quality")
        );
    }

    [Fact]
    public void Lists_why_pull_requests_are_parked_as_text()
    {
        AddRows(CoverageState.Parked, 3);
        _parked.Reasons.Add(new ParkedReason("<img src=x onerror=trap(1)>", 2));
        _parked.Reasons.Add(new ParkedReason("", 1));

        var page = Render();

        Assert.Equal(
            ["<img src=x onerror=trap(1)> 2", "no reason 1"],
            page.FindAll("[aria-label='Reasons for parking'] tbody tr").Select(Words)
        );
        Assert.Empty(page.FindAll("img"));
    }

    [Fact]
    public void Has_a_button_for_printing_that_needs_no_word_of_the_server()
    {
        AddRows(CoverageState.Pending, 1);

        var page = Render();

        Assert.Equal("Print", page.Find("button[data-print]").TextContent);
        Assert.Contains(_context.JSInterop.Invocations, call => call.Identifier == "import" && call.Arguments.Contains("./js/print.js"));
    }

    [Fact]
    public void Reads_again_when_asked_to_and_says_of_when_it_is()
    {
        AddRows(CoverageState.Pending, 1);
        var page = Render();
        AddRows(CoverageState.Summarised, 1);
        _context.Time.Advance(TimeSpan.FromMinutes(5));

        page.FindAll(".page-head button").Single(button => button.TextContent == "Read again").Click();

        page.WaitForAssertion(() => Assert.Equal("Cal.com is at 50.0 %; 1 to 95 %", Text(page, "sentence")));
        Assert.Equal("24 November 2026, 12:05 UTC", Text(page, "figures-of"));
    }

    [Fact]
    public void Is_not_live_so_that_paper_and_screen_agree()
    {
        AddRows(CoverageState.Pending, 1);

        Render();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public void Says_that_there_is_no_such_team_and_what_went_wrong()
    {
        var nobody = _context.Render<TeamReportPage>(parameters => parameters.Add(one => one.Slug, "nobody"));
        Assert.Contains("There is no team called nobody", nobody.Markup, StringComparison.Ordinal);

        AddRows(CoverageState.Pending, 1);
        _context.Team.Failure = new InvalidOperationException("Password=secret");
        var page = Render();
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
        _context.Team.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Equal("Cal.com is at 0.0 %; 1 to 95 %", Text(page, "sentence")));
    }

    private IRenderedComponent<TeamReportPage> Render()
    {
        var page = _context.Render<TeamReportPage>(parameters => parameters.Add(one => one.Slug, "cal-com"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-busy]")));
        return page;
    }

    private void AddRows(CoverageState state, int count)
    {
        for (var row = 0; row < count; row++)
        {
            _context.Team.Add(state);
        }
    }

    private static string Text(IRenderedComponent<TeamReportPage> page, string id) => Words(page.Find($"[data-testid={id}]"));

    // Cells stand apart on the page, and so they do here.
    private static string Words(AngleSharp.Dom.IElement element) =>
        string.Join(
            ' ',
            (element.LocalName == "tr" ? string.Join(' ', element.Children.Select(cell => cell.TextContent)) : element.TextContent).Split(
                (char[]?)null,
                StringSplitOptions.RemoveEmptyEntries
            )
        );

    private sealed class FakeParkedReasons : IParkedReasons
    {
        public List<ParkedReason> Reasons { get; } = [];

        public Task<IReadOnlyList<ParkedReason>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ParkedReason>>(Reasons);
    }
}
