using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Backfills;

/// <summary>Choosing and starting a backfill in a browser, on sample data.</summary>
[Collection<Writers>]
public sealed partial class BackfillDialogTests(SampleDashboard sample)
{
    private const string Started =
        "select count(*) from groqbatch.runs where estimate is not null and team_id = (select id from groqbatch.teams where slug = $1)";

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var (page, dialog) = await OpenAsync(session, "sample-posthog");
        await session.AssertSoundInEveryLookAsync("backfill");

        await dialog.GetByText("Custom", new() { Exact = true }).ClickAsync();
        await dialog.GetByLabel("How many", new() { Exact = true }).FillAsync("0");
        await Assertions.Expect(dialog.GetByText("Write how many").First).ToBeVisibleAsync();
        await dialog.GetByText("Everything missing").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = AllOf() }).ClickAsync();
        await Assertions.Expect(dialog.Locator(".selection tbody tr")).ToHaveCountAsync(50);
        await session.AssertSoundInEveryLookAsync("backfill-preview");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();

        (_, dialog) = await OpenAsync(session, "sample-posthog,sample-antiwork");
        await session.AssertSoundInEveryLookAsync("backfill-teams");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Follows_every_change_and_gives_the_focus_back()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var (page, dialog) = await OpenAsync(session, "sample-posthog");
        var times = new List<double>();
        foreach (var scope in (string[])["100", "1,000", "10", "Everything missing", "100", "10", "1,000"])
        {
            times.Add(
                await page.EvaluateAsync<double>(
                    """
                    scope => new Promise(done => {
                      const button = document.querySelector('dialog footer .primary');
                      const option = [...document.querySelectorAll('dialog .scope label')].find(label => label.textContent.trim().startsWith(scope) && (label.textContent.trim().length === scope.length || scope.length > 6));
                      const before = button.textContent;
                      const began = performance.now();
                      const seen = new MutationObserver(() => {
                        if (button.textContent !== before) { seen.disconnect(); done(performance.now() - began); }
                      });
                      seen.observe(button, { childList: true, characterData: true, subtree: true });
                      option.querySelector('input').click();
                    })
                    """,
                    scope
                )
            );
        }

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Backfill 1 team…" })).ToBeFocusedAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"A change is answered within {string.Join(", ", times.Select(time => $"{time:0} ms"))}."
        );
        // How long it takes is written down, not judged: this machine does other things as well.
        Assert.Equal(7, times.Count);
    }

    [Fact]
    public async Task Is_started_by_a_double_click_once_and_sends_what_the_preview_listed()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var (page, dialog) = await OpenAsync(session, "sample-antiwork");
        await dialog.Locator(".scope").GetByText("10", new() { Exact = true }).ClickAsync();
        var start = dialog.GetByRole(AriaRole.Button, new() { Name = "Start 10 requests" });
        await start.WaitForAsync();
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = AllOf() }).ClickAsync();
        var rows = dialog.Locator(".selection tbody tr td:nth-child(3)");
        await Assertions.Expect(rows).ToHaveCountAsync(10);
        var listed = (await rows.AllInnerTextsAsync())
            .Select(text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Back to the choices" }).ClickAsync();

        var before = await ScalarAsync<long>(Started, "sample-antiwork");
        await start.DblClickAsync();

        var run = await ReadRunAsync(page);
        Assert.Equal(before + 1, await ScalarAsync<long>(Started, "sample-antiwork"));
        var sent = await SentAsync(run);
        Assert.Equal(listed, sent);
    }

    [Fact]
    public async Task Is_started_with_the_keyboard_alone()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/?select=sample-posthog");
        await TabToAsync(page, "Backfill 1 team…");
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = StartRequests() }).WaitForAsync();

        // Close, then the scope: arrows choose. From everything missing, right is around to 10.
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowRight");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start 10 requests" }).WaitForAsync();
        await TabToAsync(page, "Start 10 requests");
        await page.Keyboard.PressAsync("Enter");

        Assert.NotEqual(Guid.Empty, await ReadRunAsync(page));
    }

    [Fact]
    public async Task Two_people_who_start_the_same_thing_get_one_run_and_both_see_it()
    {
        await using var mira = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        await using var jo = await BrowserSession.SignInAsync(sample.Dashboard, new Look(true, 1440), "jo");
        var (first, firstDialog) = await OpenAsync(mira, "sample-calcom");
        var (second, secondDialog) = await OpenAsync(jo, "sample-calcom");
        foreach (var dialog in (ILocator[])[firstDialog, secondDialog])
        {
            await dialog.Locator(".scope").GetByText("100", new() { Exact = true }).ClickAsync();
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Start 100 requests" }).WaitForAsync();
        }

        var before = await ScalarAsync<long>(Started, "sample-calcom");
        await Task.WhenAll(StartAsync(firstDialog), StartAsync(secondDialog));
        var runs = await Task.WhenAll(ReadRunAsync(first), ReadRunAsync(second));

        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(before + 1, await ScalarAsync<long>(Started, "sample-calcom"));

        static Task StartAsync(ILocator dialog) => dialog.GetByRole(AriaRole.Button, new() { NameRegex = StartRequests() }).ClickAsync();
    }

    private static async Task<(IPage Page, ILocator Dialog)> OpenAsync(BrowserSession session, string teams)
    {
        await session.GoToAsync($"/?select={teams}");
        await session.Page.GetByRole(AriaRole.Button, new() { NameRegex = BackfillTeams() }).ClickAsync();
        var dialog = session.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = StartRequests() }).WaitForAsync();
        await Assertions.Expect(dialog.GetByTestId("exactness")).ToHaveTextAsync("");
        return (session.Page, dialog);
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var tabs = 0; tabs < 60; tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("name => (document.activeElement?.textContent ?? '').trim().startsWith(name)", name))
            {
                return;
            }
        }

        Assert.Fail($"Tab never came to “{name}”.");
    }

    /// <summary>The run that is shown, on its page or in the dialog.</summary>
    private static async Task<Guid> ReadRunAsync(IPage page)
    {
        var shown = await page.WaitForFunctionAsync(
            @"() => (location.pathname.match(/runs\/([0-9a-f-]{36})/) ?? document.querySelector('dialog .outcome')?.textContent.match(/([0-9a-f]{8}-[0-9a-f-]{27})/) ?? [])[1]"
        );
        return Guid.Parse(await shown.JsonValueAsync<string>());
    }

    private async Task<T> ScalarAsync<T>(string sql, object argument)
    {
        await using var command = sample.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = argument });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<List<long>> SentAsync(Guid run)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            await using var command = sample.Database.DataSource.CreateCommand(
                """
                select pull_request.number from groqbatch.requests request
                join groqbatch.pull_requests pull_request on pull_request.id = request.pull_request_id
                where request.run_id = $1 and request.pass_ordinal = 1 order by request.position
                """
            );
            command.Parameters.Add(new() { Value = run });
            var numbers = new List<long>();
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                numbers.Add(reader.GetInt64(0));
            }

            if (numbers.Count > 0)
            {
                return numbers;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return [];
    }

    [GeneratedRegex("^all ", RegexOptions.None, 1_000)]
    private static partial Regex AllOf();

    [GeneratedRegex("^Backfill [0-9]+ teams?…$", RegexOptions.None, 1_000)]
    private static partial Regex BackfillTeams();

    [GeneratedRegex("^Start [0-9]", RegexOptions.None, 1_000)]
    private static partial Regex StartRequests();
}
