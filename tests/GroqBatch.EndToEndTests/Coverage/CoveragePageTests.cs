using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Coverage;

/// <summary>The coverage page in a browser, on sample data.</summary>
[Collection<Readers>]
public sealed class CoveragePageTests(SampleDashboard sample)
{
    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await OpenAsync();
        var rows = session.Page.GetByRole(AriaRole.Row);
        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss the first steps" }).ClickAsync();

        await Assertions.Expect(rows).ToHaveCountAsync(4);
        await session.AssertSoundInEveryLookAsync("coverage");

        // Loaded on a phone as well: a row's heading is in its cells there.
        await session.LookAsync(new Look(true, 360));
        await session.GoToAsync("/");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Shows_the_counts_of_the_rows_behind_it()
    {
        await using var session = await OpenAsync();
        await using var command = sample.Database.DataSource.CreateCommand(
            """
            select to_char(count(*) filter (where state.state <> 'excluded'), 'FM999,999')
            from groqbatch.pull_request_states state
            join groqbatch.teams team on team.id = state.team_id
            where state.provider = 'simulator' and team.slug = 'sample-calcom'
            """
        );
        var eligible = (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;

        var row = session
            .Page.GetByRole(AriaRole.Row)
            .Filter(new() { Has = session.Page.Locator("input[aria-label^='Select'][aria-label*='al.com']") });

        await Assertions.Expect(row.Locator("td[data-l=Eligible]")).ToHaveTextAsync(eligible);
    }

    [Fact]
    public async Task Keeps_order_search_and_selection_in_the_address()
    {
        await using var session = await OpenAsync();
        var page = session.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Team", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync("/?sort=name");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("post");
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await page.Locator("tbody input[type=checkbox]").CheckAsync();
        await Assertions.Expect(page).ToHaveURLAsync("/?sort=name&q=post&select=sample-posthog");
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("tbody input[type=checkbox]")).ToBeCheckedAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("post");
        await Assertions.Expect(page.GetByText("1 selected")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Moves_when_the_ledger_moves_without_a_reload()
    {
        await using var session = await OpenAsync();
        var missing = session.Page.GetByTestId("missing");
        var before = await missing.InnerTextAsync();
        await session.Page.EvaluateAsync("window.stays = true");

        await SetGoalAsync(1);
        await Assertions.Expect(missing).Not.ToHaveTextAsync(before);
        await SetGoalAsync(0.95);
        await Assertions.Expect(missing).ToHaveTextAsync(before);

        Assert.True(await session.Page.EvaluateAsync<bool>("window.stays"));
    }

    [Fact]
    public async Task Reads_out_exact_figures_on_focus()
    {
        await using var session = await OpenAsync();
        var bar = session.Page.Locator(".cov-all").First;
        await Assertions.Expect(bar.Locator(".tip")).ToBeHiddenAsync();

        await bar.FocusAsync();
        await session.Page.Keyboard.PressAsync("Shift+Tab");
        await session.Page.Keyboard.PressAsync("Tab");

        await Assertions.Expect(bar.Locator(".tip")).ToBeVisibleAsync();
        await Assertions.Expect(bar.Locator(".tip")).ToContainTextAsync("eligible");
    }

    private async Task<BrowserSession> OpenAsync()
    {
        var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        await session.GoToAsync("/");
        return session;
    }

    /// <summary>Of one team; with the touch of its counters that tells pages to look.</summary>
    private async Task SetGoalAsync(double goal)
    {
        await using var command = sample.Database.DataSource.CreateCommand(
            """
            with changed as (update groqbatch.teams set goal = $1 where slug = 'sample-antiwork' returning id)
            update groqbatch.coverage_by_team counter set pending = counter.pending from changed where counter.team_id = changed.id
            """
        );
        command.Parameters.Add(new() { Value = goal });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
