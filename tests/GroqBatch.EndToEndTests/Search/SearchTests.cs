using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Search;

/// <summary>The search over every page, in a browser.</summary>
[Collection<Readers>]
public sealed class SearchTests(SampleDashboard sample)
{
    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");
        await WaitUntilItListensAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Search", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Search" });
        await Assertions.Expect(dialog.GetByText("words of its title")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("search-empty");

        await page.Keyboard.TypeAsync("fail");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("search");

        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("fix");
        await Assertions.Expect(dialog.GetByText("Pull requests", new() { Exact = false }).First).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("search-titles");

        await page.Keyboard.TypeAsync("zzqq");
        await Assertions.Expect(dialog.GetByText("Nothing matches “fixzzqq”")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync();
    }

    [Fact]
    public async Task Opens_walks_opens_what_is_marked_and_gives_the_focus_back_by_keys_alone()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Search" });
        var field = dialog.GetByRole(AriaRole.Combobox);
        var theme = page.GetByRole(AriaRole.Button, new() { Name = "Switch to the dark theme" });

        await session.GoToAsync("/");
        await WaitUntilItListensAsync(page);

        // Opened by either key, closed by Escape: the focus is where it was.
        await theme.FocusAsync();
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(field).ToBeFocusedAsync();
        await Assertions.Expect(field).ToHaveValueAsync("");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(theme).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(field).ToBeFocusedAsync();

        // A team: the first option is marked, Enter opens it.
        await page.Keyboard.TypeAsync("sample-calcom");
        var options = dialog.GetByRole(AriaRole.Option);
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-expanded", "true");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync("/teams/sample-calcom");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await session.WaitUntilReadyAsync();

        // Arrows go round; the field says which option is meant.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("invalid");
        await Assertions.Expect(page.Locator(".search-body")).ToHaveAttributeAsync("data-for", "invalid");
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(options.Last).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-activedescendant", (await options.Last.GetAttributeAsync("id"))!);
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Escape");

        // A failure code, with Enter before the answer has come.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("max_tokens");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(Pattern(@"/failures\?code=max_tokens$"));
        await session.WaitUntilReadyAsync();

        // A page.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("audit");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync("/settings?tab=audit");
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Finds_a_pull_request_a_run_and_a_batch()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        var (id, name) = await AskAsync(
            """
            select pr.id::text, pr.repository || '#' || pr.number from groqbatch.pull_requests pr join groqbatch.teams team on team.id = pr.team_id
            where team.slug = 'sample-calcom' order by pr.id desc limit 1
            """
        );
        var (run, batch) = await AskAsync(
            "select run_id::text, provider_batch_id from groqbatch.batches where provider_batch_id is not null order by id limit 1"
        );

        await session.GoToAsync("/");
        await WaitUntilItListensAsync(page);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync($"/teams/sample-calcom?state=all&pr={id}");
        var drawer = page.Locator("dialog.drawer");
        await Assertions.Expect(drawer.GetByRole(AriaRole.Heading, new() { Name = "Attempts" })).ToBeVisibleAsync();

        // Over the drawer as well; Escape closes the search alone.
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.GetByRole(AriaRole.Combobox)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(drawer).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(drawer).ToHaveCountAsync(0);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(run);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync($"/runs/{run}");
        await session.WaitUntilReadyAsync();

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(batch);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(Pattern($@"/runs/{run}\?batch="));
        await Assertions.Expect(page.Locator("tr.sel")).ToBeInViewportAsync();
        await session.AssertSoundAsync();
    }

    // Its script comes after the page: until then keys are nobody's.
    private static async Task WaitUntilItListensAsync(IPage page) =>
        await page.WaitForSelectorAsync("dialog.search[data-listens]", new() { State = WaitForSelectorState.Attached });

    private async Task<(string, string)> AskAsync(string sql)
    {
        await using var command = sample.Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        return (reader.GetString(0), reader.GetString(1));
    }
}
