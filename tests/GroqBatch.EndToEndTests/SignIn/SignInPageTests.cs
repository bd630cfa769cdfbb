using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.SignIn;

/// <summary>Coming in with a browser, and the frame that one is in then.</summary>
[Collection<Readers>]
public sealed class SignInPageTests(SampleDashboard sample)
{
    [Fact]
    public async Task The_way_in_is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.OpenAsync(sample.Dashboard, new Look(false, 1440));

        await session.Page.GotoAsync("/");
        Assert.EndsWith("/login?to=%2F", session.Page.Url, StringComparison.Ordinal);
        await session.AssertSoundInEveryLookAsync("login");
        await session.Page.GotoAsync(await sample.Dashboard.TakeLinkAsync());
        Assert.DoesNotContain("t=", session.Page.Url, StringComparison.Ordinal);
        await session.AssertSoundInEveryLookAsync("login-name");
        await session.Page.GetByLabel("Name").FillAsync("cli:mira");
        await session.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("login-refused");
    }

    [Fact]
    public async Task A_theme_that_was_chosen_is_remembered_and_there_before_the_page_is()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        await session.GoToAsync("/");
        Assert.Equal("rgb(246, 247, 249)", await BackgroundAsync(page));

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch to the dark theme" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch to the light theme" }).WaitForAsync();
        Assert.Equal("rgb(13, 15, 19)", await BackgroundAsync(page));

        // The document alone, without the connection that makes it live.
        await page.RouteAsync("**/_blazor/**", route => route.AbortAsync());
        session.MayLoseConnection = true;
        await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        Assert.Equal("rgb(13, 15, 19)", await BackgroundAsync(page));
        await Assertions.Expect(page.Locator(".boot .sk").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_the_theme_is_switched_in_the_menu_and_the_place_is_read_whole()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 360), isItsOwn: true);
        var page = session.Page;
        await session.GoToAsync("/inbox");
        Assert.Equal("rgb(246, 247, 249)", await BackgroundAsync(page));
        Assert.True(
            await page.Locator(".crumb [aria-current]").EvaluateAsync<bool>("place => place.scrollWidth <= place.clientWidth"),
            "The name of the page is cut."
        );

        await page.GetByRole(AriaRole.Button, new() { Name = "You are mira" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch to the dark theme" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch to the light theme" }).WaitForAsync();

        Assert.Equal("rgb(13, 15, 19)", await BackgroundAsync(page));
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task The_frame_is_walked_through_with_the_keyboard_and_signs_out()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "ada", isItsOwn: true);
        var page = session.Page;
        await session.GoToAsync("/");

        var skip = page.GetByRole(AriaRole.Link, new() { Name = "Skip to the page" });
        await skip.FocusAsync();
        await Assertions.Expect(skip).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        var you = page.GetByRole(AriaRole.Button, new() { Name = "You are ada" });
        await you.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
        await session.AssertSoundAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/login");
        await page.GotoAsync("/");

        Assert.Contains("/login", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_panel_of_live_runs_opens_and_says_that_there_is_none()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(true, 1440));
        await session.GoToAsync("/");

        await session.Page.GetByRole(AriaRole.Button, new() { Name = "no live run" }).ClickAsync();

        await Assertions.Expect(session.Page.GetByText("None at the moment.")).ToBeVisibleAsync();
        await session.AssertSoundAsync();
    }

    private static Task<string> BackgroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
