using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>Runs in a browser, carried out by the pipeline against a simulator that takes its time.</summary>
[Collection<SlowRuns>]
[TestMethodOrderer(typeof(HandWrittenFirst))]
public sealed class RunPageTests(SlowDashboard slow)
{
    private static readonly string[] Tabs = ["failures", "summaries", "requests", "timeline", "settings"];

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        var ended = await slow.EndedRunAsync();
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440));
        await session.GoToAsync("/runs");
        await session.AssertSoundInEveryLookAsync("runs");

        await session.GoToAsync($"/runs/{ended}");
        await session.AssertSoundInEveryLookAsync("run");
        foreach (var tab in Tabs)
        {
            await session.TurnToAsync($"tab={tab}");
            await session.AssertSoundInEveryLookAsync($"run-{tab}");
        }
    }

    [Fact]
    public async Task Is_sound_with_every_shape_of_a_ladder()
    {
        var shapes = await slow.ShapesAsync();
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440));
        foreach (var (name, id) in shapes)
        {
            await session.GoToAsync($"/runs/{id}");
            await session.AssertSoundInEveryLookAsync($"run-{name}", new Look(false, 1440), new Look(true, 360));
        }
    }

    [Fact]
    public async Task Shows_the_counts_of_the_rows_behind_its_figures()
    {
        var ended = await slow.EndedRunAsync();
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440));
        await session.GoToAsync($"/runs/{ended}");

        var (firstPass, recovered, final) = await slow.CountAsync(ended);

        Assert.True(firstPass > 0, "The run has to have failures, or this shows nothing.");
        await Assertions.Expect(session.Page.GetByTestId("first-pass-failures")).ToHaveTextAsync($"{firstPass}");
        await Assertions.Expect(session.Page.GetByTestId("recovered")).ToHaveTextAsync($"{recovered}");
        await Assertions.Expect(session.Page.GetByTestId("final-failures")).ToHaveTextAsync($"{final}");
    }

    [Fact]
    public async Task Is_watched_held_resumed_and_cancelled_by_mouse_and_comes_back_after_its_server_was_killed()
    {
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        var run = await Starter.StartAsync(
            slow.Dashboard,
            slow.Database.ConnectionString,
            "sample-posthog",
            600,
            request => request with { HoldAfterPass = 1 }
        );
        await session.GoToAsync($"/runs/{run}?tab=timeline");
        var state = page.GetByTestId("state");
        await Assertions.Expect(state).ToHaveTextAsync("Running, pass 1 of 2");
        await Assertions.Expect(page.GetByText("count until its file is read")).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "run-live", session.What);

        await page.GetByRole(AriaRole.Button, new() { Name = "Hold", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("Nothing new is sent until somebody resumes it.");
        await Screenshots.TakeAsync(page, "run-hold", session.What);
        await session.AssertSoundAsync();
        await dialog.GetByLabel("Why").FillAsync("a look at the failures");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Hold it" }).ClickAsync();
        await Assertions.Expect(state).ToHaveTextAsync("Held");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("table.timeline tbody tr").First).ToContainTextAsync("a look at the failures");

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Resume it" }).ClickAsync();
        await Assertions.Expect(state).ToHaveTextAsync("Running, pass 1 of 2");

        // The server dies under the open page; another takes its place.
        session.MayLoseConnection = true;
        await page.EvaluateAsync("window.stays = true");
        await slow.Dashboard.KillAsync();
        await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
        await slow.Dashboard.StartAsync();
        await page.WaitForFunctionAsync("() => window.stays === undefined", null, new() { Timeout = 30_000 });
        await session.WaitUntilReadyAsync();
        Assert.EndsWith($"/runs/{run}?tab=timeline", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("table.timeline")).ToContainTextAsync("a look at the failures");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("This is final");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(state).ToHaveTextAsync("Cancelled", new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task Asks_and_is_answered_by_keyboard_and_gives_the_focus_back()
    {
        var ended = await slow.EndedRunAsync();
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"/runs/{ended}");
        var batchId = page.Locator("[data-copy]").First;
        await session.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await batchId.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(await batchId.GetAttributeAsync("data-copy"), await page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        var retry = page.Locator(".acts .btn").First;
        if (await retry.CountAsync() > 0)
        {
            await retry.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
            await Assertions.Expect(retry).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task Gives_raw_files_to_who_is_signed_in_and_to_nobody_else()
    {
        var ended = await slow.EndedRunAsync();
        await using var session = await BrowserSession.SignInAsync(slow.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"/runs/{ended}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("a[download][href$=output]").First.ClickAsync());

        Assert.Equal("pass1-batch001.output.jsonl.gz", download.SuggestedFilename);
        await using var file = new System.IO.Compression.GZipStream(
            await download.CreateReadStreamAsync(),
            System.IO.Compression.CompressionMode.Decompress
        );
        using var reader = new StreamReader(file);
        Assert.Contains("custom_id", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var address = new Uri(slow.Dashboard.Address, await page.Locator("a[download]").First.GetAttributeAsync("href"));
        using var refused = await stranger.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Contains(refused.StatusCode, new[] { System.Net.HttpStatusCode.Found, System.Net.HttpStatusCode.Unauthorized });
    }
}
