using System.Globalization;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.SpotChecks;

/// <summary>A spot check in a browser, on sample data.</summary>
[Collection<Writers>]
public sealed class SpotCheckTests(SampleDashboard sample)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_read_with_the_keyboard_alone_until_it_is_settled()
    {
        const string name = "reader";
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), name);
        var page = session.Page;
        await session.GoToAsync("spot-check");
        await session.AssertSoundInEveryLookAsync();

        // 80 %: some fifteen reads settle it.
        await page.GetByLabel("At least").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        var draw = page.GetByRole(AriaRole.Button, new() { Name = "Draw a sample" });
        for (var tabs = 0; tabs < 8 && !await draw.EvaluateAsync<bool>("button => button === document.activeElement"); tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/spot-check/*");
        await session.WaitUntilReadyAsync();
        await ExpectAtAsync(page, 1);
        await session.AssertSoundInEveryLookAsync();

        await page.Keyboard.PressAsync("3");
        await Assertions.Expect(page.GetByRole(AriaRole.Group, new() { Name = "Why is it wrong?" })).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("spot-check-wrong");
        await page.Keyboard.PressAsync("2");
        await ExpectAtAsync(page, 2);
        await page.Keyboard.PressAsync("u");
        await ExpectAtAsync(page, 1);
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.GetByText("Takes your last verdict back")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync();
        await page.Keyboard.PressAsync("?");
        await page.Keyboard.PressAsync("2");
        await ExpectAtAsync(page, 2);
        await page.Keyboard.PressAsync("j");
        await ExpectAtAsync(page, 3);
        await page.Keyboard.PressAsync("k");
        await ExpectAtAsync(page, 2);

        var done = page.GetByTestId("done");
        for (var read = 2; read < 60 && !await done.IsVisibleAsync(); read++)
        {
            if (read == 9)
            {
                await session.AssertSoundInEveryLookAsync("spot-check");
            }

            await page.Keyboard.PressAsync("1");
            await page.WaitForFunctionAsync(
                "before => document.querySelector('[data-testid=done]') || Number(document.querySelector('[data-position]')?.dataset.position) > before",
                read
            );
        }

        await Assertions.Expect(done).ToContainTextAsync("Settled: good enough");
        await Assertions.Expect(page.GetByTestId("sentence")).ToContainTextAsync("Settled: at least 80 % of");
        await session.AssertSoundInEveryLookAsync("spot-check-settled");
        var id = new Uri(page.Url).Segments[^1];
        Assert.Equal(
            await CountAsync($"select read from groqbatch.samples where id = '{id}' and settlement = 'Good' and drawn_by = '{name}'"),
            await CountAsync(
                $"select count(*) from groqbatch.sample_items where sample_id = '{id}' and verdict is not null and read_by = '{name}'"
            )
        );
    }

    [Fact]
    public async Task Holds_under_fast_keys_each_judges_one_and_none_is_judged_unseen()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "fast");
        var page = session.Page;
        var id = await DrawAsync(session);
        await page.EvaluateAsync(
            """
            () => {
                window.seen = new Set();
                const look = () => { const at = document.querySelector('[data-position]'); if (at) { window.seen.add(at.dataset.position); } };
                look();
                new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
            }
            """
        );

        // As fast as keys come, faster than answers do.
        for (var press = 0; press < 60; press++)
        {
            await page.Keyboard.PressAsync("1");
        }

        await page.WaitForTimeoutAsync(500);
        var judged = await ListAsync(id);
        var seen = (await page.EvaluateAsync<string[]>("[...window.seen]"))
            .Select(position => int.Parse(position, CultureInfo.InvariantCulture))
            .ToHashSet();

        Assert.NotEmpty(judged);
        Assert.All(judged, position => Assert.Contains(position, seen));
        Assert.Equal(judged.Count, judged.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, judged.Count), judged.Order());
        Assert.Equal(judged.Count, await CountAsync($"select count(*) from groqbatch.verdicts where sample_id = '{id}'"));
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Two_reviewers_read_different_items_and_see_each_others_reads()
    {
        await using var ada = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "ada");
        var id = await DrawAsync(ada);
        await using var bob = await BrowserSession.SignInAsync(sample.Dashboard, new Look(true, 1440), "bob");
        await bob.GoToAsync($"spot-check/{id}");
        await ExpectAtAsync(ada.Page, 1);
        await ExpectAtAsync(bob.Page, 2);

        await ada.Page.Keyboard.PressAsync("1");

        await ExpectAtAsync(ada.Page, 3);
        await Assertions.Expect(bob.Page.Locator(".legend")).ToContainTextAsync("good 1");
        await ExpectAtAsync(bob.Page, 2);
    }

    [Fact]
    public async Task On_a_phone_a_verdict_is_taken_back_and_help_is_had_by_a_finger()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 360), "finger");
        var page = session.Page;
        await DrawAsync(session);
        await page.GetByRole(AriaRole.Button, new() { Name = "Good" }).ClickAsync();
        await ExpectAtAsync(page, 2);

        await page.GetByRole(AriaRole.Button, new() { Name = "undo" }).ClickAsync();
        await ExpectAtAsync(page, 1);
        await page.GetByRole(AriaRole.Button, new() { Name = "help" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Takes your last verdict back")).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "spot-check-help", session.What);
        await session.AssertSoundAsync();
    }

    [Fact]
    public async Task Hostile_text_runs_nothing_loads_nothing_and_breaks_no_layout()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        var id = await DrawAsync(session);
        await page.AddInitScriptAsync("window.trapped = []; window.trap = what => window.trapped.push(what); window.alert = window.trap;");
        page.Dialog += (_, dialog) => throw new InvalidOperationException($"A dialog opened: {dialog.Message}");
        const string Traps = """
            <script>trap('script')</script><img src=x onerror="trap('image')"><svg onload="trap('svg')"><a href="javascript:trap('link')">here</a>
            [there](javascript:trap('markdown')) [data](data:text/html,<script>trap(1)</script>) ![far](https://picture.invalid/x.png)
            <iframe src="https://frame.invalid"></iframe><style>body { display: none }</style><form action="https://form.invalid"><button>Send</button></form>
            <b style="position:fixed;inset:0;background:url(https://style.invalid)" onclick="trap('click')" class="verdict" data-position="7">bold</b>
            ‮right to left‬ [31mred[0m 👩‍👩‍👧‍👦🏳️‍🌈 {{7*7}} @(1+1) <!-- gone --> ```never closed

            """;
        await using var spoil = sample.Database.DataSource.CreateCommand(
            """
            update groqbatch.pull_requests pr
            set title = $2 || repeat('W', 300), body = $2 || repeat('x', 200000), author_login = $2,
                files = (select jsonb_agg(jsonb_build_object('path', repeat('very/deep/', 30) || n || '<img src=x onerror=trap(2)>', 'status', 'added', 'additions', n, 'deletions', 0))
                         from generate_series(1, 5000) n),
                changed_files = 5000, commits = jsonb_build_array(jsonb_build_object('sha', '', 'message', $2)), url = 'javascript:trap(3)'
            from groqbatch.sample_items item where item.pull_request_id = pr.id and item.sample_id = $1 and item.position = 1
            """
        );
        spoil.Parameters.Add(new() { Value = Guid.Parse(id) });
        spoil.Parameters.Add(new() { Value = Traps });
        await spoil.ExecuteNonQueryAsync(Cancellation);

        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();
        await ExpectAtAsync(page, 1);
        await Assertions.Expect(page.GetByText("This pull request has changed since it was summarised")).ToHaveCountAsync(0); // its hash is the import's
        await page.GetByRole(AriaRole.Button, new() { Name = "193 more" }).ClickAsync();
        foreach (var link in await page.Locator(".prose a").AllAsync())
        {
            await link.DispatchEventAsync("click");
        }

        await page.Locator(".prose b").DispatchEventAsync("click");
        await session.AssertSoundInEveryLookAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>("window.trapped"));
        Assert.Equal(
            0,
            await page.Locator(".prose :is(script, img, svg, iframe, style, form, button, [style], [class], [onclick])").CountAsync()
        );
        await page.Keyboard.PressAsync("1");
        await ExpectAtAsync(page, 2);
    }

    private static async Task<string> DrawAsync(BrowserSession session)
    {
        await session.GoToAsync("spot-check");
        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Draw a sample" }).ClickAsync();
        await session.Page.WaitForURLAsync("**/spot-check/*");
        await session.WaitUntilReadyAsync();
        await ExpectAtAsync(session.Page, 1);
        return new Uri(session.Page.Url).Segments[^1];
    }

    private static Task ExpectAtAsync(IPage page, int position) =>
        Assertions
            .Expect(page.Locator("[data-reader] [data-position]"))
            .ToHaveAttributeAsync("data-position", position.ToString(CultureInfo.InvariantCulture));

    private async Task<long> CountAsync(string sql)
    {
        await using var command = sample.Database.DataSource.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }

    private async Task<List<int>> ListAsync(string id)
    {
        await using var command = sample.Database.DataSource.CreateCommand(
            $"select position from groqbatch.sample_items where sample_id = '{id}' and verdict is not null"
        );
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var positions = new List<int>();
        while (await reader.ReadAsync(Cancellation))
        {
            positions.Add(reader.GetInt32(0));
        }

        return positions;
    }
}
