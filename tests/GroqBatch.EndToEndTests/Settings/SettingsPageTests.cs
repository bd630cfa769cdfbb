using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Settings;

/// <summary>The settings in a browser, on sample data.</summary>
public sealed class SettingsPageTests(SampleDashboard sample) : IClassFixture<SampleDashboard>
{
    [Fact]
    public async Task Is_reached_on_a_phone_from_what_does_not_fit_side_by_side()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 360));
        var page = session.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        await session.AssertSoundAsync();
        await page.Locator("#more-pages").GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync("/settings");
        await Assertions.Expect(page.Locator("#more-pages")).ToBeHiddenAsync();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Every_part_is_sound_in_both_themes_wide_and_narrow(bool isDark, int width)
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(isDark, width));
        var page = session.Page;

        await session.GoToAsync("/settings");
        await Assertions.Expect(page.GetByText("the key is accepted")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("alive").First).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "settings-health", session.What);
        await session.AssertSoundAsync();

        await session.GoToAsync("/settings?tab=prompt");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "System prompt", Exact = true })).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "settings-prompt", session.What);
        await session.AssertSoundAsync();

        await session.GoToAsync("/settings?tab=audit");
        await page.Locator("main summary").First.ClickAsync();
        await Screenshots.TakeAsync(page, "settings-audit", session.What);
        await session.AssertSoundAsync();

        await session.GoToAsync("/settings?tab=samples");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the sample teams…" }).ClickAsync();
        await Screenshots.TakeAsync(page, "settings-samples", session.What);
        await session.AssertSoundAsync();
    }
}
