using Bunit;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Web.Features.Search;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Web.Tests.Search;

public sealed class SearchBoxTests : IAsyncDisposable
{
    private static readonly Guid Run = Guid.Parse("0199aaaa-0000-7000-8000-000000000001");
    private static readonly Guid Batch = Guid.Parse("0199cccc-0000-7000-8000-000000000001");
    private readonly PageTestContext _context = new();
    private readonly FakeSearch _search = new();

    public SearchBoxTests() => _context.Services.AddSingleton<ISearch>(_search);

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_what_can_be_found_before_anything_is_typed()
    {
        var box = _context.Render<SearchBox>();

        Assert.Equal(
            ["Pull request", "Team, repository", "Run", "Batch", "Failure code", "Kept filter", "Page"],
            box.FindAll(".search-kinds dt").Select(kind => kind.TextContent)
        );
        Assert.Empty(box.FindAll("[role=listbox]"));
    }

    [Fact]
    public async Task Shows_each_kind_under_its_heading_and_where_it_leads()
    {
        var box = _context.Render<SearchBox>();
        _search.Answer(
            "max",
            Everything() with
            {
                KeptFilters = new([new KeptFilterHit("Max tokens of Cal", "teams/cal-com", "teams/cal-com?state=failed")], 1, false),
            }
        );

        await box.InvokeAsync(() => box.Instance.FindAsync("max"));

        Assert.Equal(
            ["Teams", "Repositories", "Kept filters", "Failure codes", "Runs", "Batches", "Pull requests"],
            box.FindAll(".search-heading").Select(heading => heading.ChildNodes[0].TextContent.Trim())
        );
        Assert.Equal(
            [
                "teams/acme",
                "teams/acme?state=all&repo=acme%2Fapp",
                "teams/cal-com?state=failed",
                "failures?code=max_tokens",
                $"runs/{Run}",
                $"runs/{Run}?batch={Batch}",
                "teams/acme?state=all&pr=7",
            ],
            box.FindAll("[role=option]").Select(option => option.GetAttribute("href"))
        );
        Assert.Equal("the newest 1 of 34", box.FindAll(".search-heading span")[^1].TextContent);
        Assert.Equal("7 found", box.Find("[role=status]").TextContent);
    }

    [Theory]
    [InlineData("runs", "Pages", "runs")]
    [InlineData("audit", "Pages", "settings?tab=audit")]
    [InlineData("json validate", "Failure codes", "failures?code=json_validate_failed")]
    [InlineData("token limit", "Failure codes", "failures?code=max_tokens")]
    public async Task Knows_pages_and_failure_codes_without_the_database(string text, string kind, string address)
    {
        var box = _context.Render<SearchBox>();
        _search.Answer(text, SearchFindings.Nothing);

        await box.InvokeAsync(() => box.Instance.FindAsync(text));

        Assert.Equal(kind, box.Find(".search-heading").TextContent.Trim());
        Assert.Equal(address, box.Find("[role=option]").GetAttribute("href"));
    }

    [Fact]
    public async Task Shows_pull_requests_first_where_one_is_named()
    {
        var box = _context.Render<SearchBox>();
        _search.Answer("#7", Everything());

        await box.InvokeAsync(() => box.Instance.FindAsync("#7"));

        Assert.StartsWith("Pull requests", box.Find(".search-heading").TextContent.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_answer_to_an_older_text_never_replaces_a_newer_one()
    {
        var box = _context.Render<SearchBox>();
        var older = box.InvokeAsync(() => box.Instance.FindAsync("acm"));
        await _search.WaitUntilAskedAsync("acm");
        var newer = box.InvokeAsync(() => box.Instance.FindAsync("acme"));
        await _search.WaitUntilAskedAsync("acme");
        Assert.Equal(["acm", "acme"], _search.Asked);
        Assert.Equal(["acm"], _search.GivenUp);

        _search.Answer("acme", new SearchFindings { Teams = new([new TeamHit("acme", "Acme")], 1, false) });
        await newer;
        _search.Answer("acm", new SearchFindings { Teams = new([new TeamHit("acm", "Late")], 1, false) });
        await older;

        Assert.Equal("Acme", box.Find(".search-title").TextContent.Trim());
        Assert.Equal("acme", box.Find(".search-body").GetAttribute("data-for"));
    }

    [Fact]
    public async Task What_is_asked_while_an_older_text_is_still_being_given_up_is_the_newest()
    {
        var box = _context.Render<SearchBox>();
        _ = box.InvokeAsync(() => box.Instance.FindAsync("invalid"));
        await _search.WaitUntilAskedAsync("invalid");
        _search.MayGiveUp.Reset();
        _search.Answer("acme", new SearchFindings { Teams = new([new TeamHit("acme", "Acme")], 1, false) });

        var emptied = box.InvokeAsync(() => box.Instance.FindAsync(""));
        var typed = box.InvokeAsync(() => box.Instance.FindAsync("acme"));
        await _search.WaitUntilAskedAsync("acme");
        _search.MayGiveUp.Set();
        await Task.WhenAll(emptied, typed);

        Assert.Equal("acme", box.Find(".search-body").GetAttribute("data-for"));
        Assert.Equal("Acme", box.Find(".search-title").TextContent.Trim());
    }

    [Fact]
    public async Task Is_as_at_first_once_the_field_is_empty_whatever_is_on_its_way()
    {
        var box = _context.Render<SearchBox>();
        var asked = box.InvokeAsync(() => box.Instance.FindAsync("acme"));
        await _search.WaitUntilAskedAsync("acme");

        await box.InvokeAsync(() => box.Instance.FindAsync(""));
        _search.Answer("acme", Everything());
        await asked;

        Assert.Equal(["acme"], _search.Asked);
        Assert.NotEmpty(box.FindAll(".search-kinds"));
    }

    [Fact]
    public async Task Says_when_nothing_matches_and_when_there_was_no_time()
    {
        var box = _context.Render<SearchBox>();
        _search.Answer("zzz", SearchFindings.Nothing);

        await box.InvokeAsync(() => box.Instance.FindAsync("zzz"));
        Assert.Contains("Nothing matches “zzz”", box.Find(".search-say").TextContent, StringComparison.Ordinal);

        _search.AtOnce["zzzz"] = new SearchFindings { IsUnfinished = true };
        var looking = box.InvokeAsync(() => box.Instance.FindAsync("zzzz"));
        await _search.WaitUntilAskedAsync("zzzz");
        box.WaitForAssertion(() =>
            Assert.Contains("Looking through all titles", box.Find(".search-say").TextContent, StringComparison.Ordinal)
        );
        Assert.Null(box.Find(".search-body").GetAttribute("data-for")); // Enter waits for the whole answer

        _search.Answer("zzzz", new SearchFindings { IsUnfinished = true });
        await looking;
        Assert.Equal("zzzz", box.Find(".search-body").GetAttribute("data-for"));
        Assert.Contains("no time to look through all titles", box.Find(".search-say").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_a_sentence_and_the_next_text_tries_again()
    {
        var box = _context.Render<SearchBox>();
        _search.Fail("acme", new NpgsqlException("secret host name"));
        _search.Answer("acme ", Everything());

        await box.InvokeAsync(() => box.Instance.FindAsync("acme"));
        Assert.Contains("The database does not answer at the moment", box.Find(".search-say").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", box.Markup, StringComparison.Ordinal);

        await box.InvokeAsync(() => box.Instance.FindAsync("acme "));
        Assert.NotEmpty(box.FindAll("[role=option]"));
    }

    [Fact]
    public async Task Text_of_others_is_text()
    {
        var box = _context.Render<SearchBox>();
        const string Hostile = "<img src=x onerror=alert(1)> keep";
        _search.Answer(
            "<img keep",
            new SearchFindings { PullRequests = new([new(7, "acme", "Acme", "a/<b>", 7, Hostile, DateTimeOffset.UnixEpoch)], 1, false) }
        );

        await box.InvokeAsync(() => box.Instance.FindAsync("<img keep"));

        Assert.Empty(box.FindAll("img, b"));
        Assert.Contains("alert(1)", box.Find(".search-title").TextContent, StringComparison.Ordinal);
        Assert.Equal(["<img", "keep"], box.FindAll(".search-title mark").Select(mark => mark.TextContent));
    }

    [Theory]
    [InlineData("keep sessions", "Keep the SESSIONS kept", "[Keep] the [SESSIONS] kept")]
    [InlineData("", "as it is", "as it is")]
    [InlineData("a aa", "aaa", "[aa][a]")]
    public void Cuts_a_text_at_its_matches_and_loses_nothing(string words, string text, string expected)
    {
        var parts = Emphasis.Of(text, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(expected, string.Concat(parts.Select(part => part.IsMatch ? $"[{part.Text}]" : part.Text)));
        Assert.Equal(text, string.Concat(parts.Select(part => part.Text)));
    }

    [Fact]
    public async Task Gives_up_when_left()
    {
        var box = _context.Render<SearchBox>();
        _ = box.InvokeAsync(() => box.Instance.FindAsync("acme"));
        await _search.WaitUntilAskedAsync("acme");

        await _context.DisposeComponentsAsync();

        Assert.Equal(["acme"], _search.GivenUp);
    }

    private static SearchFindings Everything() =>
        new()
        {
            Teams = new([new TeamHit("acme", "Acme")], 1, false),
            Repositories = new([new RepositoryHit("acme", "Acme", "acme/app")], 1, false),
            Runs = new([new RunHit(Run, "Acme", RunState.Completed, DateTimeOffset.UnixEpoch)], 1, false),
            Batches = new([new BatchHit(Batch, "batch_01", Run, "Acme", DateTimeOffset.UnixEpoch)], 1, false),
            PullRequests = new([new(7, "acme", "Acme", "acme/app", 7, "Max out", DateTimeOffset.UnixEpoch)], 34, false),
        };
}
