using System.Globalization;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Hostile;

/// <summary>
/// Pull requests and model answers made of traps, through a whole run and onto every page that shows their text: nothing runs, nothing is loaded from
/// elsewhere, nothing breaks out of its place. What was refused by the content security policy would be an error on the console, and so a finding.
/// </summary>
public sealed class HostileTextTests(HostileTextTests.HostileDashboard hostile) : IClassFixture<HostileTextTests.HostileDashboard>
{
    private const string Watch =
        "window.trapped = []; window.trap = what => window.trapped.push(String(what)); window.alert = window.confirm = window.prompt = window.trap;";

    [Fact]
    public async Task Runs_nothing_loads_nothing_and_breaks_no_layout_on_any_page()
    {
        var run = await hostile.RunAsync();
        await using var session = await BrowserSession.SignInAsync(hostile.Dashboard, new Look(false, 1440), "<b>mira</b>", isItsOwn: true);
        var page = session.Page;
        await session.Context.AddInitScriptAsync(Watch);
        page.Dialog += (_, dialog) => throw new InvalidOperationException($"A dialog opened: {dialog.Message}");
        string[] addresses =
        [
            "/",
            "/?q=%3Cscript%3Etrap('search')%3C%2Fscript%3E",
            "/runs",
            $"/runs/{run}",
            $"/runs/{run}?tab=failures",
            $"/runs/{run}?tab=requests",
            $"/runs/{run}?tab=timeline",
            $"/runs/{run}?tab=settings",
            "/spot-check",
            $"/spot-check?run={run}",
            "/teams/hostile?state=all",
            "/teams/hostile?state=all&q=%3Cscript%3Etrap('search')%3C%2Fscript%3E&select=all&do=backfill",
            "/teams/hostile/report",
            "/teams/compare?team=hostile",
            "/failures",
            "/models?team=hostile",
            "/settings?tab=audit",
            "/settings?tab=prompt",
            "/import?team=hostile",
            .. (await hostile.ListPullRequestsAsync()).Select(pullRequest => $"/teams/hostile?state=all&pr={pullRequest}"),
        ];
        // All of them, so that one finding does not hide the next.
        var found = new List<string>();
        foreach (var address in addresses)
        {
            await session.GoToAsync(address);
            // What an address says could stand in the first answer to it, which only loading it brings.
            if (address.Contains('?', StringComparison.Ordinal))
            {
                await page.ReloadAsync();
                await session.WaitUntilReadyAsync();
            }

            if (await Record.ExceptionAsync(() => AssertHarmlessAsync(session)) is { } harmed)
            {
                found.Add($"{address}: {harmed.Message}");
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));

        // A sample of the run: each summary beside its source.
        await session.GoToAsync($"/runs/{run}?tab=summaries");
        var draw = page.GetByRole(AriaRole.Button, new() { Name = "Draw a sample" });
        if (await draw.IsVisibleAsync())
        {
            await draw.ClickAsync();
        }

        var pair = page.Locator("[data-position]");
        await Assertions.Expect(pair).ToBeVisibleAsync();
        for (var read = 0; read < 3; read++)
        {
            await AssertHarmlessAsync(session);
            await page.Keyboard.PressAsync("j");
            await page.WaitForTimeoutAsync(200);
        }

        await Screenshots.TakeAsync(page, "hostile", session.What);
    }

    private static async Task AssertHarmlessAsync(BrowserSession session)
    {
        var page = session.Page;

        // Whatever a trap left in the document is touched as a careless reader would.
        foreach (
            var link in await page.Locator("main a[href^='javascript'], main a[href^='data'], main [onclick], main [onerror]").AllAsync()
        )
        {
            await link.DispatchEventAsync("click");
        }

        Assert.Empty(await page.EvaluateAsync<string[]>("window.trapped"));
        Assert.Equal(
            0,
            await page.Locator("main :is(script, iframe, object, embed, img, form[action*=invalid], style, [onerror], [onload])")
                .CountAsync()
        );
        Assert.Equal(0, await page.Locator("main a:is([href^='javascript' i], [href^='data' i])").CountAsync());
        Assert.Equal(0, await page.Locator("main a[href^='https:']:not([rel~='noopener'])").CountAsync());
        await session.AssertSoundInEveryLookAsync(looks: [new Look(false, 1440), new Look(true, 360)]);
    }

    /// <summary>Its dashboard: a team whose every text is a trap, and a simulator that answers with traps.</summary>
    public sealed class HostileDashboard : IAsyncLifetime
    {
        private const int PullRequests = 12;

        private const string Traps = """
            <script>trap('script')</script><img src=x onerror="trap('image')"><svg onload="trap('svg')"></svg><a href="javascript:trap('link')">here</a>
            [there](javascript:trap('markdown')) [data](data:text/html,<script>trap(1)</script>) ![far](https://picture.invalid/x.png) <https://picture.invalid>
            <iframe src="https://frame.invalid"></iframe><style>body { display: none }</style><form action="https://form.invalid"><button>Send</button></form>
            <b style="position:fixed;inset:0" onclick="trap('click')" class="verdict" data-position="7">bold</b> <!-- gone --> {{7*7}} @(1+1)
            """;

        private readonly SemaphoreSlim _once = new(1, 1);
        private DashboardProcess? _dashboard;
        private Guid? _run;

        internal TestDatabase Database { get; } = new();
        internal DashboardProcess Dashboard => _dashboard!;

        public async ValueTask InitializeAsync()
        {
            await Chromium.RequireAsync();
            await Database.InitializeAsync();
            await using (
                var write = Database.DataSource.CreateCommand(
                    $"""
                    with team as (
                        insert into groqbatch.teams (slug, name, goal, is_sample)
                        values ('hostile', '<script>trap(''team'')</script>' || repeat('W', 150), 0.95, false)
                        returning id
                    )
                    insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_name, author_is_bot, state, is_merged,
                                                         is_draft, labels, additions, deletions, changed_files, created_at, url, files, commits, reviews,
                                                         comments, content_hash, prompt_bytes, is_eligible)
                    select team.id, 'evil/<img src=x onerror=trap(1)>' || repeat('r', 40), n, $1 || repeat('W', 300), $1 || repeat('x', 200000), left($1, 90), $1, false,
                           'closed', true, false, array[]::text[], 9, 9, 5000, now() - n * interval '1 hour',
                           case n % 3 when 0 then 'javascript:trap(3)' when 1 then 'data:text/html,<script>trap(3)</script>' else 'https://url.invalid/' || n end,
                           (select jsonb_agg(jsonb_build_object('path', repeat('very/deep/', 30) || file || '<img src=x onerror=trap(2)>', 'status', 'added',
                                                                'additions', file, 'deletions', 0)) from generate_series(1, 5000) file),
                           jsonb_build_array(jsonb_build_object('sha', 'abc', 'message', $1)), '[]', '[]', sha256(n::text::bytea), 220000, true
                    from team cross join generate_series(1, {PullRequests}) n
                    """
                )
            )
            {
                write.Parameters.Add(
                    new() { Value = $"{Traps}\u202eright to left\u202c \u001b[31mred\u001b[0m 👩‍👩‍👧‍👦🏳️‍🌈 ```never closed\n" }
                );
                await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            _dashboard = await DashboardProcess.StartAsync(
                Database.ConnectionString,
                ("Pipeline__PollInterval", "00:00:00.200"),
                ("Pipeline__FirstMinutePollInterval", "00:00:00.200"),
                ("Simulator__Fast", "true"),
                ("Simulator__Faults__0__Id", "first"),
                ("Simulator__Faults__0__Kind", "AnswerAs"),
                ("Simulator__Faults__0__Answer", "HostileFailure"),
                ("Simulator__Faults__0__Share", "0.4"),
                ("Simulator__Faults__1__Id", "second"),
                ("Simulator__Faults__1__Kind", "AnswerAs"),
                ("Simulator__Faults__1__Answer", "Hostile"),
                ("Simulator__Faults__1__Share", "1")
            );
        }

        /// <summary>A run that has ended: some were answered with a hostile summary, some failed with hostile words, in both passes.</summary>
        public async Task<Guid> RunAsync()
        {
            var cancellation = TestContext.Current.CancellationToken;
            await _once.WaitAsync(cancellation);
            try
            {
                if (_run is { } done)
                {
                    return done;
                }

                var run = await Starter.StartAsync(Dashboard, Database.ConnectionString, "hostile", PullRequests);
                for (
                    var tries = 0;
                    await CountAsync($"select count(*) from groqbatch.runs where id = '{run}' and ended_at is not null") == 0;
                    tries++
                )
                {
                    Assert.True(tries < 600, $"The run has not ended. The dashboard said: {Dashboard.Said}");
                    await Task.Delay(100, cancellation);
                }

                Assert.True(await CountAsync($"select count(*) from groqbatch.summaries where document::text like '%trap(%'") > 2);
                Assert.True(
                    await CountAsync($"select count(*) from groqbatch.attempts where outcome = 'failed' and raw_answer like '%trap(%'") > 2
                );
                _run = run;
                return run;
            }
            finally
            {
                _once.Release();
            }
        }

        /// <summary>One that was summarised with traps, and one that failed with them.</summary>
        public async Task<IReadOnlyList<long>> ListPullRequestsAsync()
        {
            await using var command = Database.DataSource.CreateCommand(
                "select min(pull_request_id) from groqbatch.pull_request_states where state in ('summarised', 'failed') group by state"
            );
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var found = new List<long>();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                found.Add(reader.GetInt64(0));
            }

            Assert.Equal(2, found.Count);
            return found;
        }

        public async ValueTask DisposeAsync()
        {
            _once.Dispose();
            if (_dashboard is not null)
            {
                await _dashboard.DisposeAsync();
            }

            await Database.DisposeAsync();
        }

        private async Task<long> CountAsync(string sql)
        {
            await using var command = Database.DataSource.CreateCommand(sql);
            return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        }
    }
}
