using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Models;

/// <summary>The models page in a browser, on sample data.</summary>
[Collection<Readers>]
public sealed class ModelsPageTests(SampleDashboard sample)
{
    [Fact]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));

        await session.GoToAsync("/models");
        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Compare ladders" }).ClickAsync();

        await Assertions.Expect(session.Page.GetByText("Start on the stronger one")).ToBeVisibleAsync();
        await Assertions.Expect(session.Page.GetByText("openai/gpt-oss-20b").First).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("models");
    }
}
