using Bunit;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Tests.FailureGroups;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace GroqBatch.Web.Tests.Runs;

public sealed class RunFailuresTests : IAsyncDisposable
{
    private static readonly Guid Run = Guid.NewGuid();
    private readonly PageTestContext _context = new();
    private readonly FakeFailures _failures = new();
    private readonly FakeRetries _retries = new();
    private readonly IRenderedComponent<MudDialogProvider> _dialogs;

    public RunFailuresTests()
    {
        _context.Services.AddSingleton<IFailureReader>(_failures);
        _context.Services.AddSingleton<IRunService>(_retries);
        _context.Render<MudPopoverProvider>();
        _dialogs = _context.Render<MudDialogProvider>();
        _failures.Report = new RunFailureReport(
            IsFinal: true,
            [
                new PassFailures(
                    1,
                    "openai/gpt-oss-20b",
                    4_147,
                    125,
                    [
                        new RunFailureGroup(
                            FakeFailures.Key(FailureCode.JsonValidateFailed),
                            "Failed to generate JSON. See … for more details.",
                            114,
                            0,
                            0
                        ),
                        new RunFailureGroup(FakeFailures.Key(FailureCode.MaxTokens), "", 11, 0, 0),
                    ]
                ),
                new PassFailures(
                    2,
                    "openai/gpt-oss-120b",
                    125,
                    5,
                    [new RunFailureGroup(FakeFailures.Key(FailureCode.MaxTokens, 2), "max completion tokens reached", 5, 5, 4)]
                ),
            ]
        );
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_each_pass_with_its_groups_their_share_and_what_was_final()
    {
        var shown = Render();

        Assert.Equal(["First-pass failures", "Failures of pass 2"], shown.FindAll("h2").Select(Text));
        Assert.Contains("openai/gpt-oss-20b, 125 of 4,147, 3.0 %", Text(shown.Find(".tbl-bar")), StringComparison.Ordinal);
        var rows = shown.FindAll("tbody tr");
        Assert.Contains(
            "114 Failed to generate JSON. See … for more details. 91.2 % none Examples",
            Text(rows[0]),
            StringComparison.Ordinal
        );
        Assert.Contains("The answer ran into the token limit", Text(rows[1].Children[2]), StringComparison.Ordinal); // nothing was said
        Assert.EndsWith("5 max completion tokens reached 100 % 5, 4 open ExamplesRetry these…", Text(rows[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void Leads_from_each_figure_to_the_rows_behind_it()
    {
        var shown = Render();

        var link = new Uri(shown.Find("tbody a").GetAttribute("href")!).Query;
        Assert.Contains("tab=requests", link, StringComparison.Ordinal);
        Assert.Contains("outcome=failed", link, StringComparison.Ordinal);
        Assert.Contains("pass=1", link, StringComparison.Ordinal);
        Assert.Contains("code=json_validate_failed", link, StringComparison.Ordinal);
        Assert.Contains($"message={FakeFailures.Key(FailureCode.JsonValidateFailed).Message:N}", link, StringComparison.Ordinal);
    }

    [Fact]
    public void Opens_a_group_in_the_address_and_shows_its_examples_as_text()
    {
        _failures.Examples.Add(
            FakeFailures.AnExample(
                title: "<script>trap(1)</script>",
                message: "<img src=x onerror=trap(2)>",
                raw: "{\"x\":\"<svg onload=trap(3)>\"}\u001b[31m",
                url: "javascript:trap(4)"
            )
        );
        var shown = Render();

        shown.Find("button").Click();

        shown.WaitForAssertion(() => Assert.Single(shown.FindAll(".example")));
        Assert.EndsWith(
            $"group=1.json_validate_failed.{FakeFailures.Key(FailureCode.JsonValidateFailed).Message:N}",
            _context.Services.GetRequiredService<NavigationManager>().Uri,
            StringComparison.Ordinal
        );
        Assert.Equal((1, FakeFailures.Key(FailureCode.JsonValidateFailed)), Assert.Single(_failures.Asked));
        Assert.Empty(shown.FindAll("script, img, .example svg, [onload], a[href^=javascript]"));
        Assert.Contains("<svg onload=trap(3)>", shown.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown.Find("pre").TextContent);
        Assert.Equal("true", shown.Find("button").GetAttribute("aria-expanded"));

        shown.Find("button").Click();
        shown.WaitForAssertion(() => Assert.Empty(shown.FindAll(".example")));
    }

    [Fact]
    public void Says_how_much_of_a_long_answer_is_shown()
    {
        _failures.Examples.Add(FakeFailures.AnExample(raw: "abc") with { RawLength = 200_000 });
        var shown = Render();

        shown.Find("button").Click();

        shown.WaitForAssertion(() => Assert.Contains("200,000 characters", shown.Find("summary").TextContent, StringComparison.Ordinal));
        Assert.Contains("The first 3 characters.", shown.Find(".example").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Offers_a_retry_only_of_what_is_final_and_only_once_the_run_has_ended()
    {
        Assert.Single(Render().FindAll("button"), button => button.TextContent == "Retry these…");

        _failures.Report = _failures.Report with { IsFinal = false };
        Assert.DoesNotContain(Render().FindAll("button"), button => button.TextContent == "Retry these…");
    }

    [Fact]
    public void Says_what_a_retry_will_do_and_then_does_exactly_that()
    {
        var shown = Render();
        shown.FindAll("button").Single(button => button.TextContent == "Retry these…").Click();
        _dialogs.WaitForAssertion(() =>
            Assert.Contains(
                "4 pull requests that failed with max_tokens in pass 2 and have no summary since are sent again",
                Text(_dialogs.Find(".retry-ask")),
                StringComparison.Ordinal
            )
        );
        Assert.Contains("openai/gpt-oss-20b, then openai/gpt-oss-120b", Text(_dialogs.Find(".retry-ask")), StringComparison.Ordinal);
        Assert.Contains("$0.0100 to $0.0300, about $0.0200", Text(_dialogs.Find(".retry-ask")), StringComparison.Ordinal);
        _dialogs.Find("input").Change(true);
        _dialogs.WaitForAssertion(() => Assert.DoesNotContain("gpt-oss-20b", Text(_dialogs.Find(".retry-ask")), StringComparison.Ordinal));

        _dialogs.Find(".btn.primary").Click();

        _dialogs.WaitForAssertion(() => Assert.Empty(_dialogs.FindAll(".retry-ask")));
        var (request, actor) = Assert.Single(_retries.Retries);
        Assert.Equal(
            (Run, FailureCode.MaxTokens, FakeFailures.Key(FailureCode.MaxTokens, 2).Message, 2, true, "mira"),
            (request.RunId, Assert.Single(request.Codes), request.Message!.Value, request.Pass!.Value, request.FromLastRung, actor)
        );
        Assert.NotNull(request.RequestKey);
    }

    [Fact]
    public void Says_that_nothing_is_left_to_retry_and_starts_nothing()
    {
        _retries.Selected = 0;
        var shown = Render();

        shown.FindAll("button").Single(button => button.TextContent == "Retry these…").Click();

        _dialogs.WaitForAssertion(() =>
            Assert.Contains("None of its final failures", Text(_dialogs.Find(".retry-ask")), StringComparison.Ordinal)
        );
        Assert.Empty(_dialogs.FindAll(".btn.primary"));
    }

    [Fact]
    public void Says_that_nothing_has_failed()
    {
        _failures.Report = new RunFailureReport(IsFinal: false, [new PassFailures(1, "openai/gpt-oss-20b", 10, 0, [])]);

        Assert.Contains("Nothing has failed", Render().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _failures.Failure = new InvalidOperationException("Password=secret");
        var shown = Render();
        Assert.DoesNotContain("secret", shown.Markup, StringComparison.Ordinal);
        _failures.Failure = null;

        shown.Find("[role=alert] button").Click();

        shown.WaitForAssertion(() => Assert.Equal(3, shown.FindAll("tbody tr").Count));
    }

    [Fact]
    public async Task Moves_when_the_run_does()
    {
        var shown = Render();
        _failures.Report = new RunFailureReport(true, [_failures.Report.Passes[1]]);

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

    private IRenderedComponent<RunFailures> Render() =>
        _context.Render<RunFailures>(parameters => parameters.Add(shown => shown.RunId, Run));

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
