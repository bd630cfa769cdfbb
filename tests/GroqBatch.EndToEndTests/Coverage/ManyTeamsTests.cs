using GroqBatch.EndToEndTests.Browser;
using GroqBatch.Testing.Databases;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Coverage;

/// <summary>The coverage page with everything on it: forty teams, each kind of segment, a month of history, runs that are held and that need somebody.</summary>
public sealed class ManyTeamsTests(ManyTeamsTests.ManyTeams many) : IClassFixture<ManyTeamsTests.ManyTeams>
{
    [Fact]
    public async Task Is_sound_with_everything_on_it()
    {
        await using var session = await BrowserSession.SignInAsync(many.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");
        await Assertions.Expect(page.GetByText("1 to 25 of 40 teams")).ToBeVisibleAsync();
        await page.GetByLabel("Select Team 3", new() { Exact = true }).CheckAsync();
        await Assertions.Expect(page.GetByText("1 selected")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Last 30 days")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("many-teams");

        await page.GetByRole(AriaRole.Button, new() { Name = "2 live runs" }).ClickAsync();
        await Assertions.Expect(page.GetByText("pass 1: 100 of 100 answered · 7 failed").First).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("live-runs");
    }

    [Fact]
    public async Task Turns_pages_and_comes_back_with_the_browsers_own_button()
    {
        await using var session = await BrowserSession.SignInAsync(many.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");

        await page.GetByRole(AriaRole.Link, new() { Name = "Next page" }).ClickAsync();
        await Assertions.Expect(page.GetByText("26 to 40 of 40 teams")).ToBeVisibleAsync();
        await page.GoBackAsync();

        await Assertions.Expect(page.GetByText("1 to 25 of 40 teams")).ToBeVisibleAsync();
    }

    /// <summary>Its dashboard. Counters are written by hand, without pull requests behind them.</summary>
    public sealed class ManyTeams : IAsyncLifetime
    {
        private DashboardProcess? _dashboard;

        internal TestDatabase Database { get; } = new();
        internal DashboardProcess Dashboard => _dashboard!;

        public async ValueTask InitializeAsync()
        {
            await Chromium.RequireAsync();
            await Database.InitializeAsync();
            await using (
                var write = Database.DataSource.CreateCommand(
                    """
                    insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
                    select n, 'team-' || n, case n when 7 then repeat('Ein_sehr_langer_Name_', 9) else 'Team ' || n end, 0.95, false
                    from generate_series(0, 39) n;
                    insert into groqbatch.coverage_by_team (provider, team_id, excluded, summarised_first, recovered, stale, in_flight, failed, parked, pending)
                    select 'simulator', n, 300, 900 + 60 * n, 20 + n, 10, case when n = 3 then 400 else 0 end, 10 + n % 5, 2, 4000 / (n + 1)
                    from generate_series(0, 39) n;
                    insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed,
                                                            parked, pending, goal)
                    select 'simulator', n, now() - day * interval '1 day', 300, 900 + 60 * n - day / 4 * 70, 20, 10, 0, 10, 2, 4000 / (n + 1) + day / 4 * 70, 0.95
                    from generate_series(0, 39) n cross join generate_series(0, 29) day;
                    insert into groqbatch.runs (id, team_id, provider, state, reason, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                                started_by, created_at, planned_at, ended_at, is_canary_decided, selected, succeeded)
                    select gen_random_uuid(), team, 'simulator', state, reason, true, false, '{}', '{"rungs":[]}', '1.0', '{}', 'mira', now() - age::interval,
                           now() - age::interval, case when state in ('Held', 'NeedsAttention') then null else now() - age::interval end, true, 100, 93
                    from (values (3, 'Held', 'Held at the canary', '21 hours'), (4, 'NeedsAttention', 'The key was refused', '3 minutes'),
                                 (1, 'Completed', null, '2 days'), (2, 'CompletedWithFailures', null, '5 days'), (5, 'Cancelled', null, '40 days'))
                         run (team, state, reason, age);
                    insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                                  unknown_requests, ended_at)
                    select id, 1, 'openai/gpt-oss-20b', 100, 93, 7, 100000, 30000, 0.02, 0, now() from groqbatch.runs;
                    """
                )
            )
            {
                await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            _dashboard = await DashboardProcess.StartAsync(Database.ConnectionString);
        }

        public async ValueTask DisposeAsync()
        {
            if (_dashboard is not null)
            {
                await _dashboard.DisposeAsync();
            }

            await Database.DisposeAsync();
        }
    }
}
