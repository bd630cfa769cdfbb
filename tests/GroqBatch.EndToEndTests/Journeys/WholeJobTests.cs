using System.Globalization;
using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>The whole job as one person does it in one sitting, from the gap to summaries that are shown to be good.</summary>
[Collection<Beginners>]
public sealed partial class WholeJobTests(FailingDashboard failing)
{
    [Theory]
    [InlineData(true, "sample-antiwork")]
    [InlineData(false, "sample-posthog")]
    public async Task From_the_gap_to_a_settled_spot_check(bool hasMouse, string team)
    {
        var dashboard = failing.Dashboard;
        await using var session = await BrowserSession.OpenAsync(dashboard, new Look(false, 1440));
        var page = session.Page;
        var hands = Hands.Of(page, hasMouse);
        var state = page.GetByTestId("state");

        // A name is asked for once; the field has the focus.
        await page.GotoAsync(await dashboard.TakeLinkAsync());
        await Assertions.Expect(page.GetByLabel("Name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("mira");
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Go on" }));
        await session.WaitUntilReadyAsync();

        // The gap.
        var row = page.Locator("table.teams tbody tr").Filter(new() { Has = page.Locator($"a[href='teams/{team}']") });
        await Assertions.Expect(row).ToContainTextAsync("to 95 %");

        // A canary of fifty, of a hundred; the rest waits for a look at it.
        await hands.PressAsync(row.GetByRole(AriaRole.Button, new() { NameRegex = Backfill() }));
        var dialog = page.GetByRole(AriaRole.Dialog);
        await hands.ChooseAsync(dialog.GetByRole(AriaRole.Radio, new() { Name = "100", Exact = true }));
        await hands.ChooseAsync(dialog.GetByRole(AriaRole.Radio, new() { Name = "wait for me" }));
        await Assertions.Expect(dialog.Locator(".dlg-estimate")).Not.ToHaveAttributeAsync("aria-busy", "true");
        await hands.PressAsync(dialog.GetByRole(AriaRole.Button, new() { NameRegex = StartRequests() }));
        await Assertions.Expect(page).ToHaveURLAsync(RunAddress());
        var first = RunIn(page.Url);
        await Assertions.Expect(state).ToHaveTextAsync("Held", new() { Timeout = 60_000 });

        // Ten of them are looked at.
        await hands.PressAsync(Tab(page, "Summaries"));
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Draw a sample" }));
        for (var position = 1; position <= 10; position++)
        {
            await ExpectAtAsync(page, position);
            await hands.JudgeAsync("Good", "1");
        }

        await ExpectAtAsync(page, 11);

        // The rest, with fallback; both passes are watched to their end.
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }));
        await hands.PressAsync(dialog.GetByRole(AriaRole.Button, new() { Name = "Resume it" }));
        await Assertions.Expect(state).ToHaveTextAsync(Running());
        await Assertions.Expect(state).ToHaveTextAsync("Running, pass 2 of 2", new() { Timeout = 60_000 });
        await Assertions.Expect(state).ToHaveTextAsync("Completed with failures", new() { Timeout = 60_000 });

        // What failed is read, and sent again.
        await hands.PressAsync(Tab(page, "Failures"));
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Examples of json_validate_failed" }).First);
        await Assertions.Expect(page.Locator(".ex-row")).ToBeVisibleAsync();
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = Words.RetryThese() }).Last);
        await hands.PressAsync(dialog.GetByRole(AriaRole.Button, new() { NameRegex = Words.SendAgain() }));
        await Assertions.Expect(page.GetByText("failures of an earlier run")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator($"main a[href$='{first[1..]}']").First).ToBeVisibleAsync();
        await Assertions.Expect(state).ToHaveTextAsync(Words.Ended(), new() { Timeout = 90_000 });

        // The summaries of the team are read until it is settled: 80 % takes some fifteen.
        await hands.PressAsync(page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Spot check" }));
        await session.WaitUntilReadyAsync();
        await hands.ChooseFirstAsync(page.GetByLabel("At least"));
        await hands.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Draw a sample" }));
        await page.WaitForURLAsync("**/spot-check/*");
        var done = page.GetByTestId("done");
        for (var position = 1; position < 60; position++)
        {
            await Assertions.Expect(At(page, position).Or(done)).ToBeVisibleAsync();
            if (await done.IsVisibleAsync())
            {
                break;
            }

            await hands.JudgeAsync("Good", "1");
        }

        await Assertions.Expect(done).ToContainTextAsync("Settled: good enough");
        await session.AssertSoundAsync();
    }

    private static ILocator Tab(IPage page, string name) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Parts of this run" }).GetByRole(AriaRole.Link, new() { Name = name });

    private static ILocator At(IPage page, int position) =>
        page.Locator($"[data-reader] [data-position='{position.ToString(CultureInfo.InvariantCulture)}']");

    private static Task ExpectAtAsync(IPage page, int position) => Assertions.Expect(At(page, position)).ToBeVisibleAsync();

    private static string RunIn(string address) => RunAddress().Match(address).Value;

    [GeneratedRegex("^Backfill ", RegexOptions.None, 1_000)]
    private static partial Regex Backfill();

    [GeneratedRegex("^Start [0-9]", RegexOptions.None, 1_000)]
    private static partial Regex StartRequests();

    [GeneratedRegex("/runs/[0-9a-f-]{36}", RegexOptions.None, 1_000)]
    private static partial Regex RunAddress();

    [GeneratedRegex("^Running", RegexOptions.None, 1_000)]
    private static partial Regex Running();
}
