using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.FailureGroups;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace GroqBatch.Web.Tests.FailureGroups;

public sealed class FailuresPageTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly PageTestContext _context = new();
    private readonly FakeFailures _failures = new();
    private readonly FakeRetries _retries = new();
    private readonly FakePast _past = new();
    private readonly FakeParking _parking = new();
    private readonly IRenderedComponent<MudDialogProvider> _dialogs;

    public FailuresPageTests()
    {
        _context.Services.AddSingleton<IFailureReader>(_failures);
        _context.Services.AddSingleton<IRunService>(_retries);
        _context.Services.AddSingleton<IPastReader>(_past);
        _context.Services.AddSingleton<IParking>(_parking);
        _context.Services.AddSingleton<ITeamStore>(new TwoTeams());
        _context.Render<MudPopoverProvider>();
        _dialogs = _context.Render<MudDialogProvider>();
        _failures.List = new FailureList(
            [
                ARow(FailureCode.JsonValidateFailed, "Failed to generate JSON. See … for more details.", requests: 2_397, open: 0),
                ARow(FailureCode.MaxTokens, "", requests: 66, open: 41),
            ],
            Matching: 2,
            Requests: 2_463,
            Open: 41,
            Now.AddDays(-30),
            Now
        );
    }

    private NavigationManager Navigation => _context.Services.GetRequiredService<NavigationManager>();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_each_group_with_its_figures_and_the_sum()
    {
        var page = _context.Render<FailuresPage>();

        Assert.Contains(
            "2,463 requests have failed; 41 pull requests are without a summary for it now.",
            Text(page.Find(".f-sum")),
            StringComparison.Ordinal
        );
        var rows = page.FindAll(".f-all tbody tr").Select(Text).ToList();
        Assert.Contains("Failed to generate JSON. See … for more details.", rows[0], StringComparison.Ordinal);
        Assert.Contains("gpt-oss-20b 2,397", rows[0], StringComparison.Ordinal);
        Assert.Contains("The answer ran into the token limit", rows[1], StringComparison.Ordinal);
        Assert.EndsWith("41 Open", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_57_8_percent_stands_out_in_the_chart_and_in_its_table()
    {
        _past.Add(20, 21, 19, 22, 20, 578);

        var page = _context.Render<FailuresPage>();

        Assert.Equal("57.8 %", page.Find(".c-l").TextContent);
        Assert.Single(page.FindAll(".c-pt.out"));
        Assert.Contains("1 run outside the limits", page.Find(".chart-top").TextContent, StringComparison.Ordinal);
        var latest = Text(page.Find(".run-table tbody tr"));
        Assert.Contains("1,000 578 57.8 %", latest, StringComparison.Ordinal);
        Assert.EndsWith("outside", latest, StringComparison.Ordinal);
        Assert.Equal(6, page.FindAll(".run-table tbody tr").Count);
        Assert.Contains("too few runs before it", Text(page.FindAll(".run-table tbody tr")[5]), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_its_filters_from_the_address()
    {
        Navigation.NavigateTo("?team=beta&model=openai%2Fgpt-oss-120b&code=max_tokens&since=7d&page=3");

        _context.Render<FailuresPage>();

        var query = Assert.Single(_failures.Lists);
        Assert.Equal(
            (2, "openai/gpt-oss-120b", FailureCode.MaxTokens, Now.AddDays(-7), 50),
            (query.TeamId!.Value, query.Filter.Model, Assert.Single(query.Filter.Codes), query.Filter.Since!.Value, query.Skip)
        );
    }

    [Fact]
    public void A_team_that_is_not_there_has_no_failures_rather_than_everybodys()
    {
        Navigation.NavigateTo("?team=gone");

        _context.Render<FailuresPage>();

        Assert.Equal(-1, Assert.Single(_failures.Lists).TeamId);
    }

    [Fact]
    public void A_filter_goes_into_the_address_and_begins_at_the_first_page()
    {
        Navigation.NavigateTo("?since=all&page=2");
        var page = _context.Render<FailuresPage>();

        page.Find("select[aria-label='Failure code']").Change("max_tokens");

        Assert.Equal("?since=all&code=max_tokens", new Uri(Navigation.Uri).Query);
        page.WaitForAssertion(() => Assert.Equal(2, _failures.Lists.Count));
    }

    [Fact]
    public void Opens_a_group_and_shows_runs_pull_requests_and_examples_as_text()
    {
        _failures.Detail = new FailureGroupDetail(
            [new FailedPass(Guid.NewGuid(), "beta", "<b>Beta</b>", 2, "openai/gpt-oss-120b", 41, 125, Now)],
            [new OpenFailure(7, "Beta", "acme/app", 7, "<script>trap(1)</script>", "javascript:trap(2)", Guid.NewGuid(), "m", Now)],
            [FakeFailures.AnExample(title: "<img src=x onerror=trap(3)>", raw: "<svg onload=trap(4)>")]
        );
        var page = _context.Render<FailuresPage>();

        page.FindAll(".f-all tbody button")[1].Click();

        page.WaitForAssertion(() => Assert.Single(page.FindAll(".example")));
        Assert.EndsWith($"group={FakeFailures.Key(FailureCode.MaxTokens)}", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("41 of 125", page.Find(".f-list").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("script, .f-open b, .f-open img, .f-open svg, a[href^=javascript]"));
        Assert.Equal("40 more", page.Find(".f-lists button").TextContent);
        page.Find(".f-lists button").Click();
        page.WaitForAssertion(() => Assert.Equal(60, _failures.DetailsAsked[^1].Open));
    }

    [Fact]
    public void Retries_everything_that_matches_as_one_action_and_says_which_runs()
    {
        Navigation.NavigateTo("?team=beta&code=max_tokens");
        var page = _context.Render<FailuresPage>();

        page.Find(".btn.primary").Click();
        _dialogs.WaitForAssertion(() =>
            Assert.Contains(
                "4 pull requests that failed with max_tokens in the last 30 days, of Beta are sent again, in 2 new runs, one for each team.",
                Text(_dialogs.Find(".retry-ask")),
                StringComparison.Ordinal
            )
        );
        _dialogs.Find(".btn.primary").Click();

        page.WaitForAssertion(() =>
            Assert.Contains("4 pull requests are sent again, in 2 runs.", page.Find(".f-note").TextContent, StringComparison.Ordinal)
        );
        var (request, actor) = Assert.Single(_retries.FailureRetries);
        Assert.Equal(
            (2, FailureCode.MaxTokens, null, "mira"),
            (request.TeamId!.Value, Assert.Single(request.Filter.Codes), request.Filter.Message, actor)
        );
        Assert.Equal(2, _failures.Lists.Count); // read again
    }

    [Fact]
    public void Retries_one_group_by_its_message()
    {
        Navigation.NavigateTo($"?group={FakeFailures.Key(FailureCode.MaxTokens)}");
        var page = _context.Render<FailuresPage>();

        page.FindAll(".f-acts button")[0].Click();
        _dialogs.WaitForAssertion(() => Assert.NotNull(_dialogs.Find(".btn.primary")));
        _dialogs.Find(".btn.primary").Click();

        page.WaitForAssertion(() => Assert.Single(_retries.FailureRetries));
        Assert.Equal(FakeFailures.Key(FailureCode.MaxTokens).Message, _retries.FailureRetries[0].Request.Filter.Message);
    }

    [Fact]
    public void Parks_with_a_reason_and_not_without_one()
    {
        Navigation.NavigateTo($"?group={FakeFailures.Key(FailureCode.MaxTokens)}");
        var page = _context.Render<FailuresPage>();

        page.FindAll(".f-acts button")[1].Click();
        _dialogs.WaitForAssertion(() => Assert.NotNull(_dialogs.Find(".btn.danger")));
        _dialogs.Find(".btn.danger").Click();
        Assert.Equal("It takes a reason.", _dialogs.Find("[role=alert]").TextContent);
        _dialogs.Find("textarea").Input("Generated code");
        _dialogs.Find(".btn.danger").Click();

        page.WaitForAssertion(() =>
            Assert.Contains("41 pull requests are parked", page.Find(".f-note").TextContent, StringComparison.Ordinal)
        );
        Assert.Equal(("Generated code", "mira", FakeFailures.Key(FailureCode.MaxTokens).Message), Assert.Single(_parking.Parked));
    }

    [Fact]
    public void Says_that_nothing_has_failed()
    {
        Navigation.NavigateTo("?since=all");
        _failures.List = new FailureList([], 0, 0, 0, Now, Now);

        Assert.Contains("Nothing has failed", _context.Render<FailuresPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _failures.Failure = new InvalidOperationException("Password=secret");
        var page = _context.Render<FailuresPage>();
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
        _failures.Failure = null;

        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".f-all tbody tr").Count));
    }

    [Fact]
    public async Task Moves_calmly_when_runs_change()
    {
        var page = _context.Render<FailuresPage>();

        var first = _context.Feed.SayRunsChangedAsync();
        var second = _context.Feed.SayRunsChangedAsync();
        Assert.Single(_failures.Lists);
        _context.Time.Advance(TimeSpan.FromSeconds(3));
        await Task.WhenAll(first, second);

        page.WaitForAssertion(() => Assert.Equal(2, _failures.Lists.Count));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Render<FailuresPage>();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    private static FailureListRow ARow(FailureCode code, string message, long requests, int open) =>
        new()
        {
            Key = FakeFailures.Key(code),
            Message = message,
            Requests = requests,
            Final = open,
            Open = open,
            Runs = 3,
            Teams = 2,
            Models = ["openai/gpt-oss-20b"],
            FirstAt = Now.AddDays(-20),
            LastAt = Now.AddHours(-1),
            Trend = [.. Enumerable.Range(0, FailureListRow.TrendParts)],
        };

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class FakePast : IPastReader
    {
        private readonly List<PastPass> _passes = [];

        /// <summary>Runs of a thousand requests, oldest first.</summary>
        public void Add(params int[] failed)
        {
            foreach (var (at, failures) in failed.Index())
            {
                _passes.Insert(
                    0,
                    new PastPass
                    {
                        RunId = Guid.NewGuid(),
                        Team = "acme",
                        Ordinal = 1,
                        Model = "openai/gpt-oss-20b",
                        StartedAt = Now.AddDays(at - failed.Length),
                        Requests = 1_000,
                        Succeeded = 1_000 - failures,
                        Failures = new Dictionary<FailureCode, int> { [FailureCode.JsonValidateFailed] = failures },
                    }
                );
            }
        }

        public Task<IReadOnlyList<PastPass>> ReadAsync(string provider, int runs, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PastPass>>(_passes);
    }

    private sealed class FakeParking : IParking
    {
        public List<(string Reason, string Actor, Guid? Message)> Parked { get; } = [];

        public Task<int> ParkFailuresAsync(
            string provider,
            int? teamId,
            FailureFilter filter,
            string reason,
            Actor actor,
            CancellationToken cancellationToken
        )
        {
            Parked.Add((reason, actor.Name, filter.Message));
            return Task.FromResult(41);
        }

        public Task<ParkingResult> ParkAsync(
            string provider,
            int teamId,
            Core.PullRequests.PullRequestFilter filter,
            string reason,
            Actor actor,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task<ParkingResult> UnparkAsync(
            string provider,
            int teamId,
            Core.PullRequests.PullRequestFilter filter,
            Actor actor,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task<IReadOnlyList<ParkingOffer>> ListOffersAsync(
            string provider,
            int teamId,
            Actor actor,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task<ParkingResult> ParkAsync(
            string provider,
            IReadOnlyCollection<long> pullRequestIds,
            string reason,
            Actor actor,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task<ParkingResult> UnparkAsync(
            string provider,
            IReadOnlyCollection<long> pullRequestIds,
            Actor actor,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }

    private sealed class TwoTeams : ITeamStore
    {
        public Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Team>>([ATeam(1, "acme", "Acme"), ATeam(2, "beta", "Beta")]);

        public Task<Team?> FindAsync(string slug, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Team?> FindAsync(int id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private static Team ATeam(int id, string slug, string name) => new(id, slug, name, 0.95, IsSample: false);
    }
}
