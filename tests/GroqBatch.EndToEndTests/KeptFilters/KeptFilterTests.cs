using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.KeptFilters;

/// <summary>A filter kept by a name, from the page it was set on to the search that finds it, in a browser.</summary>
[Collection<Readers>]
public sealed class KeptFilterTests(SampleDashboard sample)
{
    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_kept_looked_at_found_by_the_search_opened_renamed_and_removed()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        var open = page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern("^Kept filters") });
        var menu = page.Locator("#kept-filters");

        // Kept by keys alone; the place in the list does not go with it.
        await session.GoToAsync("/failures?code=max_tokens&since=7d&page=2");
        await open.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(menu).ToBeVisibleAsync();
        await menu.GetByLabel("Keep this filter").FillAsync("Cut answers of the week");
        await page.Keyboard.PressAsync("Enter");
        var kept = menu.GetByRole(AriaRole.Link, new() { Name = "Cut answers of the week" });
        await Assertions.Expect(kept).ToHaveAttributeAsync("href", "failures?code=max_tokens&since=7d");

        foreach (var (address, name) in new[] { ("/failures?code=max_tokens", "failures"), ("/", "coverage"), ("/runs?who=me", "runs") })
        {
            await session.GoToAsync(address);
            await open.ClickAsync();
            await Assertions.Expect(menu).ToBeVisibleAsync();
            await session.AssertSoundInEveryLookAsync($"kept-filters-{name}");
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(menu).ToBeHiddenAsync();
        }

        await session.GoToAsync("/models");
        await page.WaitForSelectorAsync("dialog.search[data-listens]", new() { State = WaitForSelectorState.Attached });
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("answers of the");
        var found = page.GetByRole(AriaRole.Option, new() { NameRegex = Pattern("Cut answers of the week") });
        await Assertions.Expect(found).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/failures?code=max_tokens&since=7d");
        await session.WaitUntilReadyAsync();

        await open.ClickAsync();
        await menu.GetByRole(AriaRole.Button, new() { Name = "Rename Cut answers of the week" }).ClickAsync();
        await Assertions.Expect(menu.GetByLabel("New name of Cut answers of the week")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("Cut answers");
        await page.Keyboard.PressAsync("Enter");
        await menu.GetByRole(AriaRole.Button, new() { Name = "Remove Cut answers" }).ClickAsync();
        await session.AssertSoundAsync();
        await menu.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Assertions.Expect(menu.GetByText("None of this page yet.")).ToBeVisibleAsync();

        await using var audit = sample.Database.DataSource.CreateCommand(
            "select string_agg(actor || ' ' || action || ' ' || target, ', ' order by id) from groqbatch.audit_events where action like 'kept_filter.%'"
        );
        Assert.Equal(
            "mira kept_filter.add Cut answers of the week, mira kept_filter.rename Cut answers, mira kept_filter.remove Cut answers",
            await audit.ExecuteScalarAsync(TestContext.Current.CancellationToken)
        );
    }
}
