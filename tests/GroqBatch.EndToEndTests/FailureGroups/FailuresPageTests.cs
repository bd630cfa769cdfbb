using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Runs;
using GroqBatch.EndToEndTests.TeamComparisons;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.FailureGroups;

/// <summary>The failures of all runs in a browser: seen, opened, retried, parked.</summary>
[Collection<Strangers>]
public sealed class FailuresPageTests(ComparedDashboard failed)
{
    private const string MaxTokens = "code = 'max_tokens'";

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_and_a_run_of_57_8_percent_stands_out()
    {
        await using var session = await BrowserSession.SignInAsync(failed.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("failures?team=acme");
        await Assertions.Expect(page.Locator(".c-l")).ToHaveTextAsync("57.8 %");
        await Assertions.Expect(page.GetByText("1 run outside the limits")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("failures");

        await page.GetByText("As a table").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "outside", Exact = true })).ToBeVisibleAsync();
        await page.GetByText("As a table").ClickAsync();

        await page.Locator(".f-all tbody button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".example").First).ToBeVisibleAsync();
        await page.Locator(".example summary").First.ClickAsync();
        await page.Locator(".f-all").ScrollIntoViewIfNeededAsync();
        await session.AssertSoundInEveryLookAsync("failures-group");

        await page.Locator(".tbl-bar .btn.primary").ClickAsync();
        await Assertions
            .Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("Send .* again", RegexOptions.None, TimeSpan.FromSeconds(1)) }))
            .ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("failures-retry");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".retry-ask")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Each_figure_is_the_count_of_the_rows_behind_it()
    {
        await using var session = await BrowserSession.SignInAsync(failed.Dashboard, new Look(false, 1440), "counter");
        var page = session.Page;
        await session.GoToAsync("failures?team=acme&code=json_validate_failed&since=all");
        await page.Locator(".f-all tbody button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".example").First).ToBeVisibleAsync();
        var row = page.Locator(".f-all tbody tr").First;

        Assert.Equal(
            await failed.ScalarAsync<long>(
                $"select count(*) from groqbatch.requests where run_id = '{FailedDashboard.Failed}' and failure_code = 'json_validate_failed'"
            ),
            long.Parse(await row.Locator("td[data-l=Failed]").InnerTextAsync())
        );
        Assert.Equal(
            await failed.ScalarAsync<long>(
                "select count(*) from groqbatch.pull_request_states where team_id = 900 and state = 'failed' and failure_code = 'json_validate_failed'"
            ),
            long.Parse(await row.Locator("td[data-l=Open]").InnerTextAsync())
        );
    }

    [Fact]
    public async Task A_group_is_retried_and_another_parked_with_the_keyboard_alone()
    {
        await using var session = await BrowserSession.SignInAsync(failed.Dashboard, new Look(false, 1440), "keys");
        var page = session.Page;
        var open = await failed.ScalarAsync<long>(
            $"select count(*) from groqbatch.pull_request_states where team_id = 900 and state = 'failed' and failure_{MaxTokens}"
        );
        await session.GoToAsync("failures?team=acme&code=max_tokens&since=all");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open max_tokens" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Retry these", RegexOptions.None, TimeSpan.FromSeconds(1)) })
            .FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".retry-ask")).ToContainTextAsync($"{open} pull requests that failed with max_tokens");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Send {open} again" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".f-note")).ToContainTextAsync($"{open} pull requests are sent again.");
        await Starter.EndAsync(failed.Database, await failed.ScalarAsync<Guid>("select id from groqbatch.runs where started_by = 'keys'"));
        Assert.Equal(
            1L,
            await failed.ScalarAsync<long>("select count(*) from groqbatch.audit_events where action = 'failures.retry' and actor = 'keys'")
        );

        var violations = await failed.ScalarAsync<long>(
            "select count(*) from groqbatch.pull_request_states where team_id = 900 and state = 'failed' and failure_code = 'schema_violation'"
        );
        await session.GoToAsync("failures?team=acme&code=schema_violation&since=all");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Park [0-9]", RegexOptions.None, TimeSpan.FromSeconds(1)) })
            .FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("Reason, as others will read it")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Written by a machine");
        await session.AssertSoundAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".f-note")).ToContainTextAsync($"{violations} pull requests are parked");
        Assert.Equal(
            violations,
            await failed.ScalarAsync<long>(
                "select count(*) from groqbatch.pull_request_states where team_id = 900 and state = 'parked' and parked_reason = 'Written by a machine'"
            )
        );
    }

    [Fact]
    public async Task Hostile_messages_and_answers_run_nothing_and_break_no_layout()
    {
        await using var session = await BrowserSession.SignInAsync(failed.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        await page.AddInitScriptAsync("window.trapped = []; window.trap = what => window.trapped.push(what); window.alert = window.trap;");
        await session.GoToAsync("failures?team=acme&code=schema_violation&since=all");
        await page.Locator(".f-all tbody button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".example")).Not.ToHaveCountAsync(0);
        foreach (var answer in await page.Locator(".example summary").AllAsync())
        {
            await answer.ClickAsync();
        }

        await session.AssertSoundInEveryLookAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>("window.trapped"));
        Assert.Equal(0, await page.Locator(".f-open :is(script, img, svg, iframe, [onload], [onerror], a[href^=javascript])").CountAsync());
        Assert.Contains("<script>trap('script')</script>", await page.Locator("pre.answer").First.InnerTextAsync());
    }
}
