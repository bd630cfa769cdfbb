using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.PullRequests;

/// <summary>The pull request drawer in a browser, over a team's list.</summary>
[Collection<Writers>]
public sealed class DrawerTests(SampleDashboard sample)
{
    private const string List = "/teams/sample-calcom?state=summarised";

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync(List);

        await page.Locator("a[data-pr]").First.ClickAsync();
        var drawer = page.GetByRole(AriaRole.Dialog);
        await Assertions
            .Expect(drawer.GetByText("Earlier summaries").Or(drawer.GetByRole(AriaRole.Heading, new() { Name = "Attempts" })).First)
            .ToBeVisibleAsync();
        await drawer.Locator(".attempt-line").First.ClickAsync();
        await Assertions
            .Expect(drawer.GetByText("The request file is gone").Or(drawer.GetByText("Read from the raw request file")).First)
            .ToBeVisibleAsync();

        await session.AssertSoundInEveryLookAsync("pull-request");
    }

    [Fact]
    public async Task Is_read_by_keys_alone_and_gives_the_focus_back_to_the_list()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync(List);
        var ids = await page.EvaluateAsync<string[]>("[...document.querySelectorAll('a[data-pr]')].map(link => link.dataset.pr)");

        await page.Locator($"a[data-pr='{ids[1]}']").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page).ToHaveURLAsync(Pattern($"pr={ids[2]}$"));
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("k");
        await Assertions.Expect(page).ToHaveURLAsync(Pattern($"pr={ids[0]}$"));
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Previous" })).ToBeDisabledAsync();
        await page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Assertions.Expect(page).ToHaveURLAsync(List);
        await Assertions.Expect(page.Locator($"a[data-pr='{ids[0]}']")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Has_an_address_of_its_own_over_any_page_and_closes_by_the_browsers_own_button()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        var id = await IdAsync("state.state = 'summarised'");

        await session.GoToAsync($"/?sort=name&pr={id}");
        await Assertions
            .Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Heading, new() { Name = "Attempts" }))
            .ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync("/?sort=name");
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await session.GoToAsync("/?pr=999999999");

        await Assertions.Expect(page.GetByText("There is no such pull request")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Hostile_text_of_pull_requests_and_models_executes_nothing()
    {
        var id = await IdAsync("state.state = 'summarised' and state.summary_rung > 1");
        await ExecuteAsync(
            $$"""
            update groqbatch.pull_requests set title = '<img src=x onerror="window.hacked=1">',
                body = '<script>window.hacked=2</script>[click](javascript:window.hacked=3) ![](https://evil.example/x.png) <iframe src="https://evil.example"></iframe><svg onload="window.hacked=4">',
                comments = '[{"author":"<b onclick=hacked()>x","body":"<img src=https://evil.example/y.png onerror=window.hacked=5>"}]'
            where id = {{id}};
            update groqbatch.attempts set raw_answer = '</pre><script>window.hacked=6</script><img src=https://evil.example/z.png>', message = '<script>window.hacked=7</script>'
            from groqbatch.requests request where request.id = attempts.request_id and request.pull_request_id = {{id}};
            """
        );
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"/teams/sample-calcom?pr={id}");
        var drawer = page.GetByRole(AriaRole.Dialog);

        await drawer.Locator(".attempt-line").First.WaitForAsync();
        foreach (var line in await drawer.Locator(".attempt-line").AllAsync())
        {
            await line.ClickAsync();
        }

        await Assertions.Expect(drawer.GetByText("</pre><script>window.hacked=6</script>").First).ToBeVisibleAsync();
        await Assertions.Expect(drawer.GetByText("<script>window.hacked=7</script>").First).ToBeVisibleAsync();
        Assert.Null(await page.EvaluateAsync<object?>("window.hacked ?? null"));
        Assert.Equal(0, await drawer.Locator("img, iframe, script, svg:not(.i)").CountAsync());
        Assert.Equal(0, await drawer.Locator("a[href^='javascript']").CountAsync());
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Summarises_again_once_and_shows_the_earlier_summary_with_what_has_changed()
    {
        var id = await IdAsync("state.state = 'summarised' and state.summary_rung = 1");
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"/teams/sample-calcom?pr={id}");
        var drawer = page.GetByRole(AriaRole.Dialog);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Summarise again" }).ClickAsync();
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Send 1 request" }).DblClickAsync();
        await Assertions.Expect(drawer.GetByText("Earlier summaries")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await drawer.Locator(".earlier summary").First.ClickAsync();
        await drawer.Locator(".attempt-line").First.ClickAsync();

        await Assertions.Expect(drawer.GetByText("Read from the raw request file: as it was sent")).ToBeVisibleAsync();
        await Assertions.Expect(drawer.Locator(".earlier .diff, .earlier p").First).ToBeVisibleAsync();
        Assert.Equal(1L, await ScalarAsync($"select count(*) from groqbatch.runs where only_pull_request_id = {id}"));
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Parks_a_failed_one_with_a_reason_and_brings_it_back()
    {
        var id = await IdAsync("state.state = 'pending'");
        await ExecuteAsync(
            $"update groqbatch.pull_request_states set has_failed = true, failure_code = 'max_tokens' where pull_request_id = {id}"
        );
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"/teams/sample-calcom?pr={id}");
        var drawer = page.GetByRole(AriaRole.Dialog);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Park", Exact = true }).ClickAsync();
        await drawer.GetByLabel("Why is it set aside?").FillAsync("90 MB of generated code");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(drawer.GetByText("Parked by mira: 90 MB of generated code")).ToBeVisibleAsync();
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Unpark" }).ClickAsync();

        await Assertions.Expect(drawer.GetByText("Brought back")).ToBeVisibleAsync();
        Assert.Equal(
            0L,
            await ScalarAsync($"select count(*) from groqbatch.pull_request_states where pull_request_id = {id} and is_parked")
        );
    }

    private async Task<long> IdAsync(string condition) =>
        await ScalarAsync(
            $"""
            select state.pull_request_id from groqbatch.pull_request_states state join groqbatch.teams team on team.id = state.team_id
            where state.provider = 'simulator' and team.slug = 'sample-calcom' and {condition} order by state.created_at desc limit 1
            """
        );

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = sample.Database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = sample.Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
