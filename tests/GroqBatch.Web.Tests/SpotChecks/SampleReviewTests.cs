using Bunit;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Features.SpotChecks;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.SpotChecks;

public sealed class SampleReviewTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_one_summary_beside_its_source_and_what_is_known()
    {
        var page = Open(_context.Checks.Draw(population: 5_515));

        Assert.Equal("Change number 1", page.Find("[aria-label=Source] h2").TextContent);
        Assert.Equal("Summary number 1", page.Find("[aria-label=Summary] h2").TextContent);
        Assert.Contains("59 reads without a wrong one show that at least 95 %", Text(page, "[data-testid=sentence]"));
        Assert.Equal("67 more settle it if none of them is wrong.", Text(page, "[data-testid=ahead]"));
        Assert.Equal("1", page.Find("[data-position]").GetAttribute("data-position"));
        Assert.Empty(page.FindAll(".verdict .primary"));
    }

    [Fact]
    public async Task Keys_judge_what_is_shown_and_go_on()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        var page = Open(sample);

        await PressAsync(page, "1", 1);
        await PressAsync(page, "2", 2);
        await PressAsync(page, "3", 3);
        Assert.Equal(
            ["1Wrong facts", "2Missing point", "3Wrong type", "4Unreadable", "5Other", "EscBack"],
            page.FindAll(".why-wrong button").Select(button => button.TextContent)
        );
        await PressAsync(page, "2", 3);

        Assert.Equal("4", page.Find("[data-position]").GetAttribute("data-position"));
        Assert.Equal(
            [(Verdict.Good, null), (Verdict.Minor, null), (Verdict.Wrong, (WrongReason?)WrongReason.MissingPoint)],
            Enumerable
                .Range(1, 3)
                .Select(position => _context.Checks.ItemAt(sample.Id, position))
                .Select(item => (item.Verdict!.Value, item.Reason))
        );
        Assert.Equal("last: #1003 wrong", Text(page, "[data-testid=last]"));
        Assert.Equal(["good 1", "minor 1", "wrong 1"], page.FindAll(".legend li").Take(3).Select(item => item.TextContent));
    }

    [Fact]
    public async Task A_key_pressed_twice_judges_one_and_a_key_for_what_is_gone_judges_none()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        var slow = new TaskCompletionSource();
        _context.Checks.BeforeGiving = () => slow.Task;
        var page = Open(sample);

        var first = PressAsync(page, "1", 1);
        var second = PressAsync(page, "1", 1); // before the first has arrived
        slow.SetResult();
        await Task.WhenAll(first, second);
        await PressAsync(page, "3", 1); // typed before the next was on the screen

        Assert.Equal("2", page.Find("[data-position]").GetAttribute("data-position"));
        Assert.Null(_context.Checks.ItemAt(sample.Id, 2).Verdict);
        Assert.Empty(page.FindAll(".why-wrong"));
    }

    [Fact]
    public async Task Undo_goes_back_one_by_one_and_leaves_the_question_why_first()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        var page = Open(sample);
        await PressAsync(page, "1", 1);
        await PressAsync(page, "1", 2);
        await PressAsync(page, "3", 3);

        await PressAsync(page, "u", 3);
        Assert.Empty(page.FindAll(".why-wrong"));
        await PressAsync(page, "u", 3);
        Assert.Equal("2", page.Find("[data-position]").GetAttribute("data-position"));
        await PressAsync(page, "u", 2);

        Assert.Equal("1", page.Find("[data-position]").GetAttribute("data-position"));
        Assert.Equal("last: #1001 taken back", Text(page, "[data-testid=last]"));
        await PressAsync(page, "u", 1);
        Assert.Equal("nothing of yours to take back", Text(page, "[data-testid=last]"));
    }

    [Fact]
    public async Task Skips_comes_back_to_what_was_skipped_and_looks_at_what_was_read()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        _context.Checks.Give(sample.Id, 1, Verdict.Minor, by: "bob");
        var page = Open(sample);

        await PressAsync(page, "j", 2); // skips the second
        await PressAsync(page, "1", 3);
        Assert.Contains("1 read after one that is not read yet counts once that is", page.Find(".sc-top").TextContent);
        Assert.Equal("2", page.Find("[data-position]").GetAttribute("data-position"));
        await PressAsync(page, "k", 2);

        Assert.Equal("bob said minor.", Text(page, "[data-testid=standing]"));
        Assert.All(page.FindAll(".verdict button"), button => Assert.True(button.HasAttribute("disabled")));
        await PressAsync(page, "1", 1); // his stands
        await PressAsync(page, "k", 1);
        Assert.Equal("nothing before this one", Text(page, "[data-testid=last]"));
        await PressAsync(page, "j", 1);
        await PressAsync(page, "1", 2);
        Assert.Equal(3, (await _context.Checks.FindAsync(sample.Id, new("x", Core.Access.Right.View), default))!.Judgement.Read);
        Assert.Equal(Verdict.Minor, _context.Checks.ItemAt(sample.Id, 1).Verdict);
    }

    [Fact]
    public async Task Says_when_somebody_else_was_first()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        var page = Open(sample);
        _context.Checks.Give(sample.Id, 1, Verdict.Wrong, WrongReason.Other, by: "bob");

        await PressAsync(page, "1", 1);

        Assert.Contains("#1001 was read by somebody else meanwhile", Text(page, "[data-testid=last]"));
        Assert.Equal(Verdict.Wrong, _context.Checks.ItemAt(sample.Id, 1).Verdict);
        Assert.Equal("2", page.Find("[data-position]").GetAttribute("data-position"));
    }

    [Fact]
    public async Task Says_that_it_is_settled_and_stops_asking()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        for (var position = 1; position < 67; position++)
        {
            _context.Checks.Give(sample.Id, position, Verdict.Good, by: "mira");
        }

        var page = Open(sample);
        Assert.Contains("59 read as planned, none wrong", Text(page, "[data-testid=sentence]"));
        Assert.Equal("1 more settles it if it is not wrong.", Text(page, "[data-testid=ahead]"));
        await PressAsync(page, "1", 67);

        Assert.Equal("Settled: good enough", Text(page, "[data-testid=done] h2"));
        Assert.StartsWith("Settled: at least 95 % of Cal.com's 5,515 summaries are good enough", Text(page, "[data-testid=sentence]"));
        Assert.Empty(page.FindAll(".verdict"));
        await PressAsync(page, "1", 0); // asks nothing
        await PressAsync(page, "u", 0);
        Assert.Equal("67", page.Find("[data-position]").GetAttribute("data-position"));
    }

    [Fact]
    public async Task Moves_when_somebody_else_reads()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        var page = Open(sample);
        _context.Checks.Give(sample.Id, 2, Verdict.Good);
        _context.Checks.Give(sample.Id, 3, Verdict.Good);

        await _context.Feed.SayAsync((await _context.Checks.FindAsync(sample.Id, new("x", Core.Access.Right.View), default))!);

        page.WaitForAssertion(() => Assert.Contains("2 reads after one", page.Find(".sc-top").TextContent));
        Assert.Equal("1", page.Find("[data-position]").GetAttribute("data-position"));
    }

    [Fact]
    public async Task Stops_listening_when_left_and_gives_back_what_it_holds_only_to_another_page()
    {
        var sample = _context.Checks.Draw(population: 5_515);
        Open(sample);
        Assert.Equal(1, _context.Feed.Listening);
        await _context.DisposeComponentsAsync();
        Assert.Equal(0, _context.Feed.Listening);
        Assert.Empty(_context.Checks.Released); // a lost connection comes back

        Open(sample);
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("");
        await _context.DisposeComponentsAsync();
        Assert.Equal(["mira"], _context.Checks.Released);
    }

    [Fact]
    public void Says_what_went_wrong_without_its_text_and_tries_again()
    {
        var sample = _context.Checks.Draw(population: 100);
        _context.Checks.Failure = new InvalidOperationException("Password=secret");

        var page = Open(sample);
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
        _context.Checks.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => page.Find("[data-position]"));
        Assert.Contains("There is no such sample", _context.Render<SampleReview>(with => with.Add(p => p.SampleId, Guid.NewGuid())).Markup);
    }

    [Fact]
    public void Shows_hostile_source_as_text_and_sanitised_markdown()
    {
        _context.Checks.Body =
            "# Big <script>alert(1)</script>\n\n<img src=https://evil.example/x.png onerror=alert(2)> ![see](https://evil.example/y.png)\n\n[go](javascript:alert(3)) [in](/runs) [out](https://example.org/a)\n\n<details open ontoggle=alert(4)><summary>More</summary>inside</details>";

        var page = Open(_context.Checks.Draw(population: 5_515));

        var prose = page.Find(".prose");
        Assert.Empty(prose.QuerySelectorAll("script, img, h1, h2, h3, details, [onerror], [ontoggle], [style]"));
        Assert.Contains("[picture: see]", prose.TextContent);
        Assert.Contains("inside", prose.TextContent);
        Assert.DoesNotContain("alert(1)", prose.TextContent);
        var links = prose.QuerySelectorAll("a");
        Assert.Equal([null, null, "https://example.org/a"], links.Select(link => link.GetAttribute("href")));
        Assert.Equal("noopener noreferrer nofollow", links[2].GetAttribute("rel"));
        Assert.Single(prose.QuerySelectorAll("h4"));
    }

    [Fact]
    public async Task A_run_draws_its_sample_where_it_is_looked_at()
    {
        var run = Guid.NewGuid();
        _context.Checks.NextPopulation = 10;
        var page = _context.Render<SampledSummaries>(with => with.Add(p => p.RunId, run));
        Assert.Contains("Nobody has looked at this run's summaries yet", page.Markup);

        page.Find("button").Click();

        page.WaitForAssertion(() => page.Find("[data-position]"));
        var asked = Assert.Single(_context.Checks.Asked);
        Assert.Equal((SampleScope.Run, run, "simulator"), (asked.Scope, asked.RunId, asked.Provider));
        await PressAsync(page.FindComponent<SampleReview>(), "1", 1);
        Assert.Equal("2", page.Find("[data-position]").GetAttribute("data-position"));
    }

    private IRenderedComponent<SampleReview> Open(Sample sample) =>
        _context.Render<SampleReview>(with => with.Add(p => p.SampleId, sample.Id));

    private static Task PressAsync(IRenderedComponent<SampleReview> page, string key, int position) =>
        page.InvokeAsync(() => page.Instance.PressAsync(key, position));

    private static string Text<T>(IRenderedComponent<T> page, string selector)
        where T : IComponent =>
        string.Join(' ', page.Find(selector).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
