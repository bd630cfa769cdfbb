using Bunit;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TestContext = Xunit.TestContext;

namespace GroqBatch.Web.Tests.Runs;

public sealed class RunRequestsTests : IAsyncDisposable
{
    private static readonly Guid Run = Guid.NewGuid();
    private readonly PageTestContext _context = new();
    private readonly FakeRequests _requests = new();

    public RunRequestsTests() => _context.Services.AddSingleton<IRequestReader>(_requests);

    private NavigationManager Navigation => _context.Services.GetRequiredService<NavigationManager>();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_each_request_with_its_outcome_attempts_tokens_and_cost()
    {
        _requests.Page = APage(
            ARow(7) with
            {
                HasSucceeded = true,
                PromptTokens = 1_234,
                CompletionTokens = 210,
                Cost = 0.0003m,
            },
            ARow(8) with
            {
                HasSucceeded = false,
                Code = FailureCode.MaxTokens,
                IsFinal = true,
                Attempts = 2,
                IsCostUnknown = true,
            },
            ARow(9) with
            {
                Pass = 2,
                HasSucceeded = true,
                Cost = 0.5m,
                IsCostUnknown = true,
            },
            ARow(10) with
            {
                IsInFlight = true,
            },
            ARow(11)
        );

        var rows = Render().FindAll("tbody tr").Select(Text).ToList();

        Assert.Equal("1 #7 Title 7 acme/app succeeded 1 1,234 210 $0.0003", rows[0]);
        Assert.Equal("1 #8 Title 8 acme/app failed, final max_tokens 2 – – unknown", rows[1]);
        Assert.Contains("recovered 1 – – at least $0.50", rows[2], StringComparison.Ordinal);
        Assert.Contains("in flight", rows[3], StringComparison.Ordinal);
        Assert.Contains("waiting", rows[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_its_whole_view_from_the_address()
    {
        var message = Guid.NewGuid();
        Navigation.NavigateTo($"?tab=requests&outcome=final&pass=2&code=max_tokens&message={message:N}&q=fix&after=1.42");

        Render();

        var query = Assert.Single(_requests.Asked);
        Assert.Equal(
            (Run, RequestSelection.FinalFailures, 2, FailureCode.MaxTokens, message, "fix", new RequestCursor(1, 42)),
            (query.RunId, query.Selection, query.Pass!.Value, query.Code!.Value, query.Message!.Value, query.Search, query.After)
        );
    }

    [Theory]
    [InlineData("?outcome=nonsense&pass=-3&code=nonsense&message=nonsense&after=x.y&before=...")]
    [InlineData("?message=0123456789abcdef0123456789abcdef")] // a message means nothing without its code
    public void What_an_address_gets_wrong_narrows_nothing(string address)
    {
        Navigation.NavigateTo(address);

        Render();

        Assert.Equal(new RequestListQuery { RunId = Run }, Assert.Single(_requests.Asked));
    }

    [Fact]
    public void A_filter_goes_into_the_address_keeps_the_tab_and_begins_at_the_first()
    {
        Navigation.NavigateTo("?tab=requests&after=1.42");
        _requests.Page = APage(ARow(7));
        var shown = Render();

        shown.Find("select[aria-label=Outcome]").Change("failed");

        Assert.Equal("?tab=requests&outcome=failed", new Uri(Navigation.Uri).Query);
        shown.WaitForAssertion(() => Assert.Equal(RequestSelection.Failed, _requests.Asked[^1].Selection));
    }

    [Fact]
    public async Task Searches_once_typing_has_paused()
    {
        var shown = Render();

        shown.Find("input").Input("fi");
        shown.Find("input").Input("fix");
        Assert.Single(_requests.Asked);

        // What was typed before is given up on another thread, so when the pause begins is not this one's to know.
        for (var tries = 0; tries < 200 && _requests.Asked.Count < 2; tries++)
        {
            _context.Time.Advance(TimeSpan.FromMilliseconds(300));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["", "fix"], _requests.Asked.Select(query => query.Search));
    }

    [Fact]
    public void Turns_pages_by_links_that_name_a_place()
    {
        _requests.Page = APage(ARow(7)) with { Previous = new RequestCursor(1, 7), Next = new RequestCursor(2, 9), Total = 4_272 };
        var shown = Render();

        Assert.EndsWith("?after=2.9", shown.Find("a[aria-label='Next page']").GetAttribute("href"), StringComparison.Ordinal);
        Assert.EndsWith("?before=1.7", shown.Find("a[aria-label='Previous page']").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("1 of 4,272 requests", Text(shown.Find(".tbl-foot")), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_far_a_search_came_and_goes_on_when_asked_to()
    {
        Navigation.NavigateTo("?q=rare");
        _requests.Page = APage() with { Next = new RequestCursor(1, 10_000), IsUnfinished = true, Total = 50_000 };

        var shown = Render();

        Assert.Contains("Nothing among the 10,000 requests looked through so far.", shown.Markup, StringComparison.Ordinal);
        Assert.EndsWith("?q=rare&after=1.10000", shown.Find(".tbl-foot .pg a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_nothing_matches_and_shows_all_when_asked_to()
    {
        Navigation.NavigateTo("?tab=requests&outcome=failed");

        var shown = Render();

        Assert.Contains("No request is like that", shown.Markup, StringComparison.Ordinal);
        Assert.EndsWith("?tab=requests", shown.Find(".say a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_hostile_text_as_text_and_links_only_to_the_web()
    {
        _requests.Page = APage(
            ARow(7) with
            {
                Title = "<script>trap(1)</script>",
                Repository = "<b>x</b>",
                Url = "javascript:trap(2)",
                HasSucceeded = false,
                Message = "\"><img>",
            },
            ARow(8) with
            {
                Url = "https://host.example/8",
            }
        );

        var shown = Render();

        Assert.Empty(shown.FindAll("tbody script, tbody b, tbody img, a[href^=javascript]"));
        Assert.Equal("<script>trap(1)</script>", shown.Find(".pr-title").TextContent);
        Assert.Equal("noopener noreferrer", shown.Find("tbody a").GetAttribute("rel"));
        Assert.Single(shown.FindAll("tbody a"));
    }

    [Fact]
    public async Task Moves_when_the_run_does()
    {
        var shown = Render();
        _requests.Page = APage(ARow(7));

        await _context.Feed.SayAsync(Run, null);

        shown.WaitForAssertion(() => Assert.Single(shown.FindAll("tbody tr")));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        Render();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    private IRenderedComponent<RunRequests> Render() =>
        _context.Render<RunRequests>(parameters => parameters.Add(shown => shown.RunId, Run));

    private static RequestListPage APage(params RequestListRow[] rows) =>
        new(rows, rows.Length, Previous: null, Next: null, IsUnfinished: false, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    private static RequestListRow ARow(int number) =>
        new()
        {
            Pass = 1,
            Model = "openai/gpt-oss-20b",
            PullRequestId = number,
            Repository = "acme/app",
            Number = number,
            Title = $"Title {number}",
            Url = "",
            Attempts = 1,
        };

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class FakeRequests : IRequestReader
    {
        public RequestListPage Page { get; set; } = APage();
        public List<RequestListQuery> Asked { get; } = [];

        public Task<RequestListPage> ReadAsync(RequestListQuery query, CancellationToken cancellationToken)
        {
            Asked.Add(query);
            return Task.FromResult(Page);
        }
    }
}
