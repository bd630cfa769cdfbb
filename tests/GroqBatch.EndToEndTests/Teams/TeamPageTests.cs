using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.TeamComparisons;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Teams;

/// <summary>A team's page in a browser, on sample data with a history, failures and stale summaries.</summary>
[Collection<Strangers>]
public sealed class TeamPageTests(ComparedDashboard team)
{
    private const string Address = "/teams/sample-calcom";

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync(Address);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("svg.line")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("team");
        await page.GetByText("Its own", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Model of rung 2")).ToBeVisibleAsync();
        await page.Locator("#settings").ScrollIntoViewIfNeededAsync();
        await session.AssertSoundInEveryLookAsync("team-ladder");
        await page.Locator("#pull-requests").ScrollIntoViewIfNeededAsync();
        await page.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await Assertions.Expect(page.GetByText("1 selected")).ToBeVisibleAsync();
        await page.GetByText("As a table").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Backfill these…" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern("^Start 1 request") })).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("team-selection");
    }

    [Fact]
    public async Task Counts_what_the_rows_behind_each_state_are()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"{Address}?state=all");

        foreach (
            var (label, states) in new[]
            {
                ("Failed", "'failed'"),
                ("Stale", "'stale'"),
                ("Excluded", "'excluded'"),
                ("Missing", "'pending','failed','parked','in_flight'"),
            }
        )
        {
            var count = await ScalarAsync<string>(
                $"""
                select to_char(count(*), 'FM999,999') from groqbatch.pull_request_states state join groqbatch.teams team on team.id = state.team_id
                where state.provider = 'simulator' and team.slug = 'sample-calcom' and state.state in ({states})
                """
            );
            var tab = page.GetByRole(AriaRole.Navigation, new() { Name = "State" })
                .GetByRole(AriaRole.Link, new() { NameRegex = Pattern($"^{label}") });
            await Assertions.Expect(tab.Locator("span")).ToHaveTextAsync(count);
            await tab.ClickAsync();
            await Assertions.Expect(page.Locator(".tbl-foot").First).ToContainTextAsync($"{count} pull request");
        }
    }

    [Fact]
    public async Task Turns_pages_there_and_back_without_leaving_anybody_out()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync($"{Address}?state=stale");
        var seen = new List<string>();
        var first = await IdsAsync(page);

        while (true)
        {
            seen.AddRange(await IdsAsync(page));
            var older = page.GetByRole(AriaRole.Link, new() { Name = "Older pull requests" });
            if (await older.CountAsync() == 0)
            {
                break;
            }

            var last = seen[^1];
            await older.ClickAsync();
            await Assertions.Expect(page.Locator($"tbody a[data-pr='{last}']")).ToHaveCountAsync(0);
        }

        Assert.Equal(
            await ScalarAsync<long>(
                "select count(*) from groqbatch.pull_request_states state join groqbatch.teams team on team.id = state.team_id where state.provider = 'simulator' and team.slug = 'sample-calcom' and state.state = 'stale'"
            ),
            seen.Distinct(StringComparer.Ordinal).Count()
        );
        while (await page.GetByRole(AriaRole.Link, new() { Name = "Newer pull requests" }).CountAsync() > 0)
        {
            var top = (await IdsAsync(page))[0];
            await page.GetByRole(AriaRole.Link, new() { Name = "Newer pull requests" }).ClickAsync();
            await Assertions.Expect(page.Locator($"tbody a[data-pr='{top}']")).ToHaveCountAsync(0);
        }

        Assert.Equal(first, await IdsAsync(page));
    }

    [Fact]
    public async Task Keeps_filters_search_and_selection_in_the_address()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync(Address);
        var cell = page.Locator(".heat td > a:not(.h4)").Last;
        var label = await cell.GetAttributeAsync("aria-label");

        await cell.ClickAsync();
        await Assertions.Expect(page.GetByText("Only in")).ToBeVisibleAsync();
        await page.Locator("thead input[type=checkbox]").CheckAsync();
        await Assertions.Expect(page).ToHaveURLAsync(Pattern("select="));
        var all = page.GetByRole(AriaRole.Link, new() { NameRegex = Pattern("^Select all") });
        if (await all.CountAsync() > 0)
        {
            await all.ClickAsync();
            await Assertions.Expect(page.GetByText("that match: missing ones in")).ToBeVisibleAsync();
        }

        var address = page.Url;
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();

        Assert.Equal(address, page.Url);
        Assert.Contains("repo=", address, StringComparison.Ordinal);
        Assert.Contains("month=", address, StringComparison.Ordinal);
        Assert.Contains("select=", address, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator(".heat a.on")).ToHaveAttributeAsync("aria-label", label!);
        await Assertions.Expect(page.Locator("tbody input[type=checkbox]").First).ToBeCheckedAsync();
    }

    [Fact]
    public async Task Finds_by_number_and_by_the_beginning_of_a_word()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        var (id, number, title) = await RowAsync(
            "select pr.id, pr.number, pr.title from groqbatch.pull_requests pr join groqbatch.teams team on team.id = pr.team_id where team.slug = 'sample-calcom' order by pr.created_at desc offset 20 limit 1"
        );
        await session.GoToAsync($"{Address}?state=all");

        await page.GetByPlaceholder("Number or title").FillAsync(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator($"a[data-pr='{id}']")).ToBeVisibleAsync();
        await page.GetByPlaceholder("Number or title").FillAsync(title[..Math.Min(title.Length, 90)].ToUpperInvariant());
        await Assertions.Expect(page).ToHaveURLAsync(Pattern("q="));

        await Assertions.Expect(page.Locator($"a[data-pr='{id}']")).ToBeVisibleAsync();
        await page.GetByPlaceholder("Number or title").FillAsync("zzzzqqq");
        await Assertions.Expect(page.GetByText("Nothing is called that")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_run_over_a_cell_takes_what_the_cell_lacks_and_nothing_else()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/teams/sample-antiwork");
        await page.Locator(".heat td > a:not(.h4)").Last.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Plan a run for this" }).ClickAsync();
        var start = page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern("^Start [0-9,]+ request") });
        await Assertions.Expect(start).ToBeVisibleAsync();
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query);
        var missing = await ScalarAsync<long>(
            $"""
            select count(*) from groqbatch.pull_request_states state join groqbatch.teams team on team.id = state.team_id
            where state.provider = 'simulator' and team.slug = 'sample-antiwork' and state.state in ('pending', 'failed', 'parked')
              and state.repository = '{query["repo"]}' and to_char(state.created_at at time zone 'UTC', 'YYYY-MM') = '{query["month"]}'
            """
        );
        await Assertions.Expect(start).ToContainTextAsync($"Start {missing:N0} request");

        await start.DblClickAsync();

        await WaitForAsync(
            "select count(*) from groqbatch.runs run join groqbatch.teams team on team.id = run.team_id where team.slug = 'sample-antiwork' and run.filter is not null and run.state in ('Completed', 'CompletedWithFailures')",
            1
        );
        Assert.Equal(
            missing,
            await ScalarAsync<int>("select selected from groqbatch.runs where filter is not null and filter ->> 'repository' is not null")
        );
        Assert.Equal(
            "mira",
            await ScalarAsync<string>(
                "select min(actor) from groqbatch.audit_events where action = 'run.start' and target = (select id::text from groqbatch.runs where filter ->> 'repository' is not null)"
            )
        );
    }

    [Fact]
    public async Task Parks_all_that_match_with_a_reason_as_one_action_and_brings_them_back()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/teams/sample-posthog?state=failed&select=all");
        await Assertions.Expect(page.GetByText("All 7 selected")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Park…" }).ClickAsync();
        await page.GetByLabel("Why").FillAsync("Generated code.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Park the failed ones" }).ClickAsync();
        await Assertions.Expect(page.GetByText("7 pull requests parked.")).ToBeVisibleAsync();
        await session.GoToAsync("/teams/sample-posthog?state=parked&select=all&do=unpark");
        await page.GetByRole(AriaRole.Button, new() { Name = "Unpark the parked ones" }).ClickAsync();
        await Assertions.Expect(page.GetByText("7 pull requests brought back.")).ToBeVisibleAsync();

        Assert.Equal(
            "mira sample-posthog 7 Generated code.",
            await ScalarAsync<string>(
                "select actor || ' ' || target || ' ' || (after ->> 'changed') || ' ' || (after ->> 'reason') from groqbatch.audit_events where action = 'pull_request.park'"
            )
        );
    }

    [Fact]
    public async Task Exports_the_selection_as_a_file_that_no_spreadsheet_runs()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/teams/sample-posthog?state=failed&select=all");

        var file = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Export CSV", Exact = true }).ClickAsync()
        );
        var lines = await File.ReadAllLinesAsync(await file.PathAsync(), Cancelled);

        Assert.Matches(@"^sample-posthog-pull-requests-\d{4}-\d\d-\d\d\.csv$", file.SuggestedFilename);
        Assert.Equal(8, lines.Length);
        Assert.StartsWith("team,repository,number,title", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("'=cmd|", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(",=cmd|", StringComparison.Ordinal));
        await WaitForAsync(
            "select count(*) from groqbatch.audit_events where action = 'pull_request.export' and after ->> 'rows' = '7'",
            1
        );
    }

    [Fact]
    public async Task Saves_name_goal_and_ladder_and_says_what_is_wrong_with_them()
    {
        await using var session = await SignInAsync(new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/teams/sample-posthog");
        var goal = page.GetByLabel("Goal, % of eligible");

        await goal.FillAsync("190");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("“190” is no goal")).ToBeVisibleAsync();
        await goal.FillAsync("97.5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Saved: goal 97.5 % (was 95 %).")).ToBeVisibleAsync();

        await Assertions.Expect(page.GetByText("Missing to 97.5 %")).ToBeVisibleAsync();
        Assert.Equal(0.975, await ScalarAsync<double>("select goal from groqbatch.teams where slug = 'sample-posthog'"));

        // By keys alone: the focus goes with the rung that is moved.
        await page.GetByRole(AriaRole.Radio, new() { Name = "The installation's" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.GetByLabel("Move rung 2 up").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("Model of rung 1")).ToHaveValueAsync("openai/gpt-oss-120b");
        await Assertions.Expect(page.GetByLabel("Move rung 1 down")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions
            .Expect(page.GetByText("Saved: ladder openai/gpt-oss-120b → openai/gpt-oss-20b (was the installation's)."))
            .ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Backfill…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByText("The team's own ladder")).ToBeVisibleAsync();
        await Assertions.Expect(dialog.Locator(".rung .mono")).ToHaveTextAsync(["openai/gpt-oss-120b", "openai/gpt-oss-20b"]);
    }

    private Task<BrowserSession> SignInAsync(Look look) => BrowserSession.SignInAsync(team.Dashboard, look);

    private static async Task<IReadOnlyList<string>> IdsAsync(IPage page) =>
        await page.EvaluateAsync<string[]>("[...document.querySelectorAll('tbody a[data-pr]')].map(link => link.dataset.pr)");

    private Task<T> ScalarAsync<T>(string sql) => team.ScalarAsync<T>(sql);

    private async Task<(long Id, long Number, string Title)> RowAsync(string sql)
    {
        await using var command = team.Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        await reader.ReadAsync(Cancelled);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2));
    }

    private async Task WaitForAsync(string sql, long wanted)
    {
        for (var tries = 0; tries < 900; tries++)
        {
            if (await ScalarAsync<long>(sql) == wanted)
            {
                return;
            }

            await Task.Delay(100, Cancelled);
        }

        Assert.Equal(wanted, await ScalarAsync<long>(sql));
    }
}
