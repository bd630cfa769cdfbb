using AngleSharp.Dom;
using Bunit;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Backfills;
using GroqBatch.Web.Features.Coverage;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Backfills;

public sealed class BackfillDialogTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();
    private readonly FakeBackfills _backfills = new();
    private int _closed;

    public BackfillDialogTests()
    {
        _context.Services.AddSingleton<IBackfillOutlooks>(_backfills);
        _context.Services.AddSingleton<IRunService>(_backfills);
        _context.Services.AddSingleton<IModelCatalogue>(_backfills);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_what_is_missing_and_what_the_button_will_do()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);

        var dialog = Open();

        Assert.Contains(
            "4,147 of 5,515 eligible pull requests have no summary; 3,872 more reach the goal of 95 %.",
            Text(dialog),
            StringComparison.Ordinal
        );
        Assert.Matches(@"^Start 4,147 requests, about \$\d", Text(Start(dialog)));
        Assert.False(Start(dialog).HasAttribute("disabled"));
    }

    [Fact]
    public void Says_whose_ladder_is_climbed_and_shows_each_where_teams_have_their_own()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        Assert.Equal(["The installation's ladder"], Open().FindAll(".whose").Select(Text));
        var own = _backfills.Ladder with { Owner = "posthog", Rungs = [.. _backfills.Ladder.Rungs.Reverse()] };
        _backfills.Teams.Add(_backfills.Add("PostHog", 3_114, 3_045) with { Ladder = own });
        _backfills.Teams.RemoveAt(1);

        var dialog = Open();

        Assert.Equal(["Cal.com: the installation's ladder", "PostHog: the team's own ladder"], dialog.FindAll(".whose").Select(Text));
        Assert.Equal(
            ["openai/gpt-oss-20b", "openai/gpt-oss-120b", "openai/gpt-oss-120b", "openai/gpt-oss-20b"],
            dialog.FindAll(".rung-head .mono").Select(Text)
        );
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("100", 100)]
    [InlineData("1,000", 1_000)]
    public void Follows_the_scope(string scope, int expected)
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();

        Choose(dialog, scope);

        dialog.WaitForAssertion(() => Assert.StartsWith($"Start {expected:N0} requests", Text(Start(dialog)), StringComparison.Ordinal));
        dialog.WaitForAssertion(() => Assert.Equal(expected, _backfills.Previewed[^1].Limit));
    }

    [Fact]
    public void Answers_from_the_counters_while_the_exact_figures_are_still_counted()
    {
        var gate = new TaskCompletionSource();
        _backfills.ExactGate = gate.Task;
        _backfills.Add("Cal.com", 1_368, 4_147);

        var dialog = Open();
        _context.Time.Advance(TimeSpan.FromMilliseconds(60));

        dialog.WaitForAssertion(() => Assert.StartsWith("Start 4,147 requests", Text(Start(dialog)), StringComparison.Ordinal));
        Assert.Equal("about; counting exactly…", Text(dialog.Find("[data-testid=exactness]")));
        gate.SetResult();
        dialog.WaitForAssertion(() => Assert.Equal("", Text(dialog.Find("[data-testid=exactness]"))));
        Assert.Contains("Say what a hold is for", Text(dialog.Find(".peek")), StringComparison.Ordinal);
    }

    [Fact]
    public void Gives_up_the_answer_to_a_choice_that_was_changed()
    {
        var gate = new TaskCompletionSource();
        _backfills.ExactGate = gate.Task;
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();
        Choose(dialog, "100");
        Choose(dialog, "10");
        dialog.WaitForAssertion(() => Assert.Equal("10", Text(dialog.Find(".scope .on"))));

        gate.SetResult();

        dialog.WaitForAssertion(() => Assert.StartsWith("Start 10 requests", Text(Start(dialog)), StringComparison.Ordinal));
        Assert.DoesNotContain(_backfills.Previewed, preview => preview.Limit == 100);
    }

    [Fact]
    public void Says_which_rung_was_replaced_and_why()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);

        var dialog = Open();

        Assert.Equal(
            "Rung 2 was replaced. llama-3.3-70b-versatile was retired on 2026-08-16; openai/gpt-oss-120b, its successor, takes its place.",
            Text(dialog.Find(".notice"))
        );
    }

    [Fact]
    public void Without_fallback_there_is_one_rung_and_nothing_to_hold_before()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();
        Assert.Equal(2, dialog.FindAll(".rung").Count);

        Set(dialog, "#backfill-fallback", false);

        dialog.WaitForAssertion(() => Assert.Single(dialog.FindAll(".rung")));
        Assert.Empty(dialog.FindAll("#backfill-hold"));
        dialog.WaitForAssertion(() => Assert.DoesNotContain("Requests, pass 2", Text(dialog.Find(".est")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starts_what_was_chosen_with_the_token_of_what_was_shown()
    {
        _backfills.Add("Cal.com", 1_368, 4_147, stale: 20);
        var dialog = Open();
        Choose(dialog, "Custom");
        Type(dialog, "How many", "300");
        WaitTyping(dialog, () => Assert.StartsWith("Start 300", Text(Start(dialog)), StringComparison.Ordinal));
        Set(dialog, ".stale input", true);
        Type(dialog, "How many go first", "20");
        Set(dialog, ".then .line input", true);
        Set(dialog, "#backfill-hold", true);
        WaitTyping(dialog, () => Assert.True(_backfills.Previewed[^1].IncludeStale));
        // Shown, and not only asked for: a start before that is bound to nothing.
        WaitTyping(
            dialog,
            () =>
            {
                Assert.False(dialog.Find(".dlg-estimate").HasAttribute("aria-busy"));
                Assert.Equal("", Text(dialog.Find("[data-testid=exactness]")));
            }
        );
        await PressUntilStartedAsync(dialog);

        var started = Assert.Single(_backfills.Started);
        Assert.Equal(
            (300, true, true, 20, true, 1, "token-300"),
            (
                started.Limit,
                started.IncludeStale,
                started.WithFallback,
                started.Canary,
                started.CanaryWait,
                started.HoldAfterPass,
                started.PreviewToken
            )
        );
    }

    [Fact]
    public async Task Sends_no_canary_where_it_would_be_everything()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();
        Choose(dialog, "10");
        dialog.WaitForAssertion(() =>
            Assert.Contains("all of it goes at once", Text(dialog.Find("#backfill-canary-hint")), StringComparison.Ordinal)
        );

        await PressUntilStartedAsync(dialog);

        Assert.Null(Assert.Single(_backfills.Started).Canary);
    }

    [Fact]
    public async Task A_double_click_is_one_start()
    {
        var gate = new TaskCompletionSource();
        _backfills.StartGate = gate.Task;
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();

        var first = PressAsync(dialog, "footer .primary");
        dialog.WaitForAssertion(() => Assert.Equal("Starting…", Text(Start(dialog))));
        Assert.True(Start(dialog).HasAttribute("disabled"));
        var second = PressAsync(dialog, "footer .primary");
        gate.SetResult();
        await Task.WhenAll(first, second);

        Assert.Single(_backfills.Started);
    }

    [Fact]
    public async Task Two_people_who_start_the_same_have_one_run_and_the_second_is_told_so()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var (first, second) = (Open(), Open());

        await PressAsync(first, "footer .primary");
        await PressAsync(second, "footer .primary");

        Assert.Equal(2, _backfills.Started.Count);
        Assert.Single(_backfills.Started.Select(started => started.RequestKey).Distinct());
        second.WaitForAssertion(() => Assert.Contains("There is one run of it.", Text(second), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Says_what_has_changed_since_it_was_shown()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        _backfills.Changed = ["4,100 pull requests are selected now, not 4,147."];
        var dialog = Open();

        await PressAsync(dialog, "footer .primary");

        Assert.Contains("Cal.com: started, 4,147 requests", Text(dialog), StringComparison.Ordinal);
        Assert.Contains("4,100 pull requests are selected now, not 4,147.", Text(dialog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_teams_are_one_run_each()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        _backfills.Add("Antiwork", 1_129, 3_083);
        var dialog = Open();
        Assert.StartsWith("Start 2 runs, 7,230 requests", Text(Start(dialog)), StringComparison.Ordinal);
        Assert.Equal(2, dialog.FindAll(".offers tbody tr").Count);

        await PressAsync(dialog, "footer .primary");

        Assert.Equal([1, 2], _backfills.Started.Select(started => started.TeamId).Order());
        Assert.Equal(2, _backfills.Started.Select(started => started.RequestKey).Distinct().Count());
    }

    [Fact]
    public void Lists_page_by_page_what_would_be_sent()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();

        _ = PressAsync(dialog, ".sec-h button.link");
        dialog.WaitForAssertion(() => Assert.Contains("4,147 pull requests of Cal.com", Text(dialog), StringComparison.Ordinal));
        dialog.WaitForAssertion(() => Assert.Equal(50, dialog.FindAll(".selection tbody tr").Count));
        _ = PressAsync(dialog, "[aria-label='Next page']");

        dialog.WaitForAssertion(() => Assert.Contains("51 to 100 of 4,147", Text(dialog), StringComparison.Ordinal));
        Assert.Equal([(0, 50), (50, 50)], _backfills.Listed);
    }

    [Fact]
    public void Shows_hostile_titles_as_text()
    {
        _backfills.Title = "<img src=x onerror=alert(1)>\u202Egnp.exe";
        _backfills.Add("Cal.com", 1_368, 4_147);

        var dialog = Open();

        Assert.Empty(dialog.FindAll(".peek img"));
        Assert.Equal(_backfills.Title, dialog.Find(".peek bdi").TextContent);
    }

    [Fact]
    public void Says_what_is_wrong_with_a_number_and_starts_nothing()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();
        Choose(dialog, "Custom");

        Type(dialog, "How many", "0");

        dialog.WaitForAssertion(() =>
            Assert.Contains("Write how many: 1 to 10,000,000.", Text(dialog.Find("footer")), StringComparison.Ordinal)
        );
        Assert.True(Start(dialog).HasAttribute("disabled"));
    }

    [Fact]
    public void Says_why_nothing_can_be_planned_and_tries_again_when_asked_to()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        _backfills.Failure = new LadderUnavailableException("Rung 1 can't be had.");
        var dialog = Open();
        Assert.Contains("Rung 1 can't be had. Nothing was started.", Text(dialog), StringComparison.Ordinal);

        _backfills.Failure = null;
        _ = PressAsync(dialog, "[role=alert] button");

        dialog.WaitForAssertion(() => Assert.StartsWith("Start 4,147", Text(Start(dialog)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_that_fails_says_so_and_goes_back_to_the_choices()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();
        _backfills.Failure = new InvalidOperationException("Password=secret");

        await PressAsync(dialog, "footer .primary");
        Assert.DoesNotContain("secret", dialog.Markup, StringComparison.Ordinal);
        _backfills.Failure = null;
        _ = PressAsync(dialog, ".outcome ~ div button");

        dialog.WaitForAssertion(() => Assert.False(Start(dialog).HasAttribute("disabled")));
    }

    [Fact]
    public void Opens_with_the_choices_of_a_run_that_is_cloned()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);

        var dialog = Open(
            new BackfillChoices
            {
                Scope = BackfillScope.Hundred,
                WithFallback = false,
                HasCanary = false,
            }
        );

        Assert.StartsWith("Start 100 requests", Text(Start(dialog)), StringComparison.Ordinal);
        Assert.Single(dialog.FindAll(".rung"));
        Assert.False(dialog.Find("#backfill-canary").HasAttribute("checked"));
    }

    [Fact]
    public void Says_that_a_live_run_has_some_of_it()
    {
        _backfills.Add("Cal.com", 1_368, 147, liveRun: Guid.NewGuid(), inFlight: 4_000);

        var dialog = Open();

        Assert.Contains(
            "Cal.com has a live run, which has 4,000 pull requests: they are left out here.",
            Text(dialog),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Tells_when_it_is_closed()
    {
        _backfills.Add("Cal.com", 1_368, 4_147);
        var dialog = Open();

        dialog.Find("dialog").TriggerEvent("onclose", EventArgs.Empty);

        dialog.WaitForAssertion(() => Assert.Equal(1, _closed));
    }

    [Fact]
    public async Task The_frame_shows_what_a_page_opens_until_that_page_is_left()
    {
        _context.Services.AddBackfillDialog();
        var team = _backfills.Add("Cal.com", 1_368, 4_147).Team;
        var frame = _context.Render<BackfillHost>();
        var launcher = _context.Services.GetRequiredService<IBackfillLauncher>();
        using var leaving = new CancellationTokenSource();

        var open = launcher.OpenAsync([team], leaving.Token);
        frame.WaitForAssertion(() => Assert.Single(frame.FindAll("dialog")));
        await leaving.CancelAsync();
        await open;

        frame.WaitForAssertion(() => Assert.Empty(frame.FindAll("dialog")));
    }

    private IRenderedComponent<BackfillDialog> Open(BackfillChoices? choices = null)
    {
        IReadOnlyList<Team> teams = [.. _backfills.Teams.Select(team => team.Team)];
        var dialog = _context.Render<BackfillDialog>(parameters =>
            parameters
                .Add(dialog => dialog.Teams, teams)
                .Add(dialog => dialog.Choices, choices ?? new BackfillChoices())
                .Add(dialog => dialog.OnClosed, () => _closed++)
        );
        if (_backfills.Failure is null && _backfills.ExactGate.IsCompleted)
        {
            dialog.WaitForAssertion(() => Assert.StartsWith("Start ", Text(Start(dialog)), StringComparison.Ordinal));
        }

        return dialog;
    }

    // Found and used on the renderer's own thread: between the two nothing is rendered anew.
    private static void Choose(IRenderedComponent<BackfillDialog> dialog, string scope) =>
        _ = dialog.InvokeAsync(() =>
            dialog
                .FindAll(".scope label")
                .First(label => label.TextContent.Trim() == scope)
                .QuerySelector("input")!
                .ChangeAsync(new() { Value = true })
        );

    private static void Set(IRenderedComponent<BackfillDialog> dialog, string what, bool isOn) =>
        _ = dialog.InvokeAsync(() => dialog.Find(what).ChangeAsync(new() { Value = isOn }));

    private static void Type(IRenderedComponent<BackfillDialog> dialog, string label, string text)
    {
        dialog.WaitForElement($"[aria-label='{label}']");
        _ = dialog.InvokeAsync(() => dialog.Find($"[aria-label='{label}']").InputAsync(new() { Value = text }));
    }

    private static Task PressAsync(IRenderedComponent<BackfillDialog> dialog, string what) =>
        dialog.InvokeAsync(() => dialog.Find(what).ClickAsync(new()));

    // A press is for nothing while the figures of the last choice are still under way.
    private async Task PressUntilStartedAsync(IRenderedComponent<BackfillDialog> dialog)
    {
        for (var tries = 0; tries < 100 && _backfills.Started.IsEmpty; tries++)
        {
            await PressAsync(dialog, "footer .primary");
            await Task.Delay(20, Xunit.TestContext.Current.CancellationToken);
        }
    }

    private void WaitTyping(IRenderedComponent<BackfillDialog> dialog, Action assertion)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            _context.Time.Advance(TimeSpan.FromMilliseconds(60));
            try
            {
                dialog.WaitForAssertion(assertion, TimeSpan.FromMilliseconds(50));
                return;
            }
            catch (Bunit.Extensions.WaitForHelpers.WaitForFailedException)
            {
                // The wait for more typing may not have begun yet.
            }
        }

        assertion();
    }

    private static IElement Start(IRenderedComponent<BackfillDialog> dialog) => dialog.Find("footer .primary");

    private static string Text(IRenderedComponent<BackfillDialog> dialog) => Text(dialog.Find("dialog"));

    private static string Text(IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
