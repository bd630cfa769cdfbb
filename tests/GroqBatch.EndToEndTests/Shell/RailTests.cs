using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Shell;

/// <summary>The rail beside every page.</summary>
[Collection<Readers>]
public sealed class RailTests(SampleDashboard sample)
{
    [Fact]
    public async Task Stays_as_its_reader_left_it_from_the_first_paint_on()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Narrow the rail" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Widen the rail" })).ToBeVisibleAsync();

        // Before there is a live page, the skeleton has it already.
        var document = await (await page.ReloadAsync())!.TextAsync();
        await session.WaitUntilReadyAsync();

        Assert.Contains("boot-frame narrow-rail", document, StringComparison.Ordinal);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Widen the rail" })).ToBeVisibleAsync();
        await session.AssertSoundAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Widen the rail" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Narrow the rail" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Narrow the rail" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Its_styles_and_scripts_are_fetched_once_and_kept()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();

        var fetched = await page.EvaluateAsync<string[][]>(
            """
            () => {
              const named = [...document.querySelectorAll('link[rel=stylesheet], script[src]')].map(element => element.href || element.src);
              const all = performance.getEntriesByType('resource').filter(entry => named.includes(entry.name));
              return [all.map(entry => entry.name), all.filter(entry => entry.transferSize > 0).map(entry => entry.name)];
            }
            """
        );

        Assert.InRange(fetched[0].Length, 10, 100);
        Assert.Empty(fetched[1]);
    }
}
