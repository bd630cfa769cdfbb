using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Settings;

/// <summary>The settings in a browser, on sample data.</summary>
[Collection<Readers>]
public sealed class SettingsPageTests(SampleDashboard sample)
{
    [Fact]
    public async Task Is_reached_on_a_phone_from_what_does_not_fit_side_by_side()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 360));
        var page = session.Page;
        await session.GoToAsync("/");

        await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        await session.AssertSoundAsync();
        await page.Locator("#more-pages").GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync("/settings");
        await Assertions.Expect(page.Locator("#more-pages")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Every_part_is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;

        await session.GoToAsync("/settings");
        await Assertions.Expect(page.GetByText("the key is accepted")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("alive").First).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("settings-health");

        await session.TurnToAsync("tab=prompt");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "System prompt", Exact = true })).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("settings-prompt");

        await session.TurnToAsync("tab=audit");
        await page.Locator("main summary").First.ClickAsync();
        await session.AssertSoundInEveryLookAsync("settings-audit");

        await session.TurnToAsync("tab=samples");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the sample teams…" }).ClickAsync();
        await session.AssertSoundInEveryLookAsync("settings-samples");
    }
}
