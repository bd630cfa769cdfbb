using System.Diagnostics;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Journeys;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Tours;

/// <summary>The first minute of who has never seen it.</summary>
[Collection<Beginners>]
public sealed class FirstStepsTests(FailingDashboard sample)
{
    [Fact]
    public async Task Point_at_the_controls_themselves_until_they_are_dismissed()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "new");
        var page = session.Page;
        await session.GoToAsync("/");
        var steps = page.GetByRole(AriaRole.Region, new() { Name = "First steps" });
        await Assertions.Expect(steps).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("first-steps");

        await steps.GetByRole(AriaRole.Button, new() { Name = "Show me where to judge" }).ClickAsync();
        await Assertions
            .Expect(page.GetByRole(AriaRole.Link, new() { Name = "Spot check" }).And(page.Locator(".is-pointed")))
            .ToBeFocusedAsync();
        await steps.GetByRole(AriaRole.Button, new() { Name = "Show me where to start a canary" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator(".teams .c-act .is-pointed")).ToBeFocusedAsync();

        await steps.GetByRole(AriaRole.Button, new() { Name = "Dismiss the first steps" }).ClickAsync();
        await Assertions.Expect(steps).ToBeHiddenAsync();
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();
        await Assertions.Expect(page.Locator("table.teams")).ToBeVisibleAsync();
        await Assertions.Expect(steps).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_canary_is_started_within_a_minute_of_the_first_page()
    {
        var began = Stopwatch.GetTimestamp();
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "quick");
        var page = session.Page;
        await session.GoToAsync("/");

        await page.GetByRole(AriaRole.Button, new() { Name = "Show me where to start a canary" }).ClickAsync();
        await Assertions.Expect(page.Locator(".teams .c-act .is-pointed")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.Locator("footer .primary:enabled").ClickAsync();
        await Assertions.Expect(dialog.Locator(".outcome").Or(page.Locator("main h1")).First).ToBeVisibleAsync();

        await using var command = sample.Database.DataSource.CreateCommand(
            "select count(*) from groqbatch.runs where started_by = 'quick' and settings ->> 'canary' = '50'"
        );
        for (var tries = 0; tries < 100 && (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == 0; tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1));
    }
}
