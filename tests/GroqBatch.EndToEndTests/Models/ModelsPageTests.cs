using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Models;

/// <summary>The models page in a browser, on sample data.</summary>
public sealed class ModelsPageTests(SampleDashboard sample) : IClassFixture<SampleDashboard>
{
    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Is_sound_in_both_themes_wide_and_narrow(bool isDark, int width)
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(isDark, width));

        await session.GoToAsync("/models");
        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Compare ladders" }).ClickAsync();

        await Assertions.Expect(session.Page.GetByText("Start on the stronger one")).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("openai/gpt-oss-20b").First).ToBeVisibleAsync();
        await Screenshots.TakeAsync(session.Page, "models", session.What);
        await session.AssertSoundAsync();
    }
}
