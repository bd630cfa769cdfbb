using Bunit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Web.Features.PullRequests;
using GroqBatch.Web.Tests.Teams;

namespace GroqBatch.Web.Tests.PullRequests;

public sealed class DrawerTests : IAsyncDisposable
{
    private readonly TeamTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Is_nothing_while_it_is_closed()
    {
        var drawer = _context.Render<PullRequestDrawer>(parameters => parameters.Add(one => one.Id, null));

        Assert.Empty(drawer.FindAll("dialog"));
        Assert.Equal(0, _context.Team.Reads);
    }

    [Fact]
    public void Shows_source_summary_provenance_and_what_was_said()
    {
        _context.Team.Details = FakeTeam.Summarised(body: "**Bold** <script>alert(1)</script>");

        var drawer = Render();

        Assert.Equal("https://github.com/acme/app/pull/101", drawer.Find("#drawer-title a").GetAttribute("href"));
        Assert.Equal("noopener noreferrer", drawer.Find("#drawer-title a").GetAttribute("rel"));
        Assert.Contains("<strong>Bold</strong>", drawer.Markup, StringComparison.Ordinal);
        Assert.Empty(drawer.FindAll("script"));
        Assert.Contains(
            "900 prompt tokens and 200 of its own for $0.0003",
            drawer.Find(".provenance").TextContent,
            StringComparison.Ordinal
        );
        Assert.Contains("<strong>done</strong>", drawer.Find(".remarks").InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_what_an_earlier_summary_said_otherwise()
    {
        _context.Team.Details = FakeTeam.Summarised();

        var drawer = Render();

        Assert.Equal("then:  alive", drawer.Find(".diff ins").TextContent);
        Assert.Single(drawer.FindAll(".diff dt"));
    }

    [Fact]
    public void Shows_answer_and_prompt_of_an_attempt_as_text_with_where_they_are_from()
    {
        _context.Team.Details = FakeTeam.Summarised();
        _context.Team.Answer = new CutText("</pre><script>alert(1)</script>", 90_000);
        _context.Team.Prompt = new SentPrompt("<pr-data>", SentPromptSource.Rebuilt, "1.0");
        var drawer = Render();

        drawer.Find(".attempt-line").Click();

        drawer.WaitForAssertion(() => Assert.Equal(2, drawer.FindAll("pre.raw").Count));
        Assert.Empty(drawer.FindAll("script"));
        Assert.Equal("</pre><script>alert(1)</script>", drawer.FindAll("pre.raw")[0].TextContent);
        Assert.Contains("of 90,000 characters", drawer.Markup, StringComparison.Ordinal);
        Assert.Contains("Built again from the same content", drawer.Markup, StringComparison.Ordinal);
        Assert.Equal("<b>limit</b>", drawer.Find(".attempt-why").TextContent);
    }

    [Fact]
    public void Summarises_again_only_after_it_has_said_what_that_does()
    {
        _context.Team.Details = FakeTeam.Summarised();
        var drawer = Render();

        drawer.Find(".drawer-acts button").Click();
        Assert.Equal(0, _context.Team.Again);
        Assert.Contains(
            "Sends 1 request on the whole ladder, about $0.0003",
            drawer.Find(".drawer-ask").TextContent,
            StringComparison.Ordinal
        );
        drawer.Find(".drawer-ask button").Click();

        Assert.Equal(1, _context.Team.Again);
        Assert.Contains("1 pull request is sent again.", drawer.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Parks_a_failed_one_with_a_reason()
    {
        _context.Team.Details = FakeTeam.Summarised() with { State = CoverageState.Failed, FailureCode = "max_tokens", Summaries = [] };
        var drawer = Render();
        Assert.Contains("It was tried and failed: max_tokens.", drawer.Markup, StringComparison.Ordinal);

        drawer.FindAll(".drawer-acts button").Single(button => button.TextContent == "Park").Click();
        drawer.Find(".drawer-ask").Submit();
        Assert.Empty(_context.Team.Parked); // not without a reason
        drawer.Find(".drawer-ask input").Input("Too large");
        drawer.Find(".drawer-ask").Submit();

        Assert.Equal("Too large", Assert.Single(_context.Team.Parked).Reason);
    }

    [Fact]
    public void Says_that_there_is_no_such_pull_request()
    {
        var drawer = Render();

        Assert.Contains("There is no such pull request", drawer.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Offers_nothing_for_what_a_live_run_has()
    {
        _context.Team.Details = FakeTeam.Summarised() with { ClaimedBy = Guid.NewGuid() };

        var drawer = Render();

        Assert.Empty(drawer.FindAll(".drawer-acts button"));
        Assert.Contains("In flight in", drawer.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follows_the_ledger_while_it_is_open_and_stops_listening_when_closed()
    {
        _context.Team.Details = FakeTeam.Summarised();
        var drawer = Render();
        Assert.Equal(1, _context.Feed.Listening);

        _context.Team.Details = _context.Team.Details with { State = CoverageState.Stale };
        await _context.Feed.SayRunsChangedAsync();
        drawer.WaitForAssertion(() => Assert.Equal("Stale", drawer.Find(".drawer-top .chip").TextContent));
        drawer.Render(parameters => parameters.Add(one => one.Id, null));

        Assert.Equal(0, _context.Feed.Listening);
        Assert.Empty(drawer.FindAll("dialog"));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Team.Details = FakeTeam.Summarised();
        Render();

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Theory]
    [InlineData("teams/x?state=failed", "teams/x?state=failed&pr=5")]
    [InlineData("teams/x", "teams/x?pr=5")]
    [InlineData("http://h/runs/1?pr=7&tab=failures#top", "http://h/runs/1?tab=failures&pr=5")]
    public void Its_address_lies_over_that_of_the_page(string page, string over)
    {
        Assert.Equal(over, PullRequestAddress.Over(page, 5));
        Assert.Equal(5, PullRequestAddress.Read(over));
        Assert.DoesNotContain("pr=", PullRequestAddress.Without(over), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?pr=")]
    [InlineData("/?pr=abc")]
    [InlineData("/?pr=-1")]
    [InlineData("/?spr=5")]
    [InlineData("/?pr=99999999999999999999")]
    public void No_key_is_no_drawer(string address)
    {
        Assert.Null(PullRequestAddress.Read(address));
    }

    [Fact]
    public void A_comparison_keeps_every_word_of_both()
    {
        var pieces = TextDiff.Of("Keeps old sessions  alive", "Keeps sessions alive, always");

        Assert.Equal("Keeps old sessions  alive", string.Concat(pieces.Where(piece => piece.Kind <= 0).Select(piece => piece.Text)));
        Assert.Equal("Keeps sessions alive, always", string.Concat(pieces.Where(piece => piece.Kind >= 0).Select(piece => piece.Text)));
        Assert.Equal("Keeps ", pieces[0].Text);
    }

    private IRenderedComponent<PullRequestDrawer> Render()
    {
        var drawer = _context.Render<PullRequestDrawer>(parameters => parameters.Add(one => one.Id, 1));
        drawer.WaitForAssertion(() => Assert.Empty(drawer.FindAll("[aria-busy]")));
        return drawer;
    }
}
