using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.FailureGroups;

namespace GroqBatch.EndToEndTests.TeamComparisons;

/// <summary>
/// The dashboard with failed runs, and beside them what a comparison, a report and a team's page show: a history of each team, a team whose name is a
/// trap, pull requests that were parked for a reason that is one too, and sample teams with failures and stale summaries.
/// </summary>
public sealed class ComparedDashboard : IAsyncLifetime
{
    private readonly FailedDashboard _failed = new();

    internal Testing.Databases.TestDatabase Database => _failed.Database;
    internal DashboardProcess Dashboard => _failed.Dashboard;

    public async ValueTask InitializeAsync()
    {
        await _failed.InitializeAsync();
        await using var write = _failed.Database.DataSource.CreateCommand(
            """
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
            values (901, 'hostile', '<script>trap(1)</script><img src=x onerror="trap(2)">' || repeat('W', 100), 0.9, false);
            insert into groqbatch.coverage_by_team (provider, team_id, excluded, summarised_first, recovered, stale, in_flight, failed, parked, pending)
            values ('simulator', 901, 120, 4000, 90, 60, 0, 40, 12, 700);
            insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed,
                                                    parked, pending, goal)
            select provider, team_id, now() - day * interval '1 day', excluded, greatest(0, summarised_first - day / 5 * (summarised_first / 14)), recovered, 0, 0,
                   0, 0, pending + least(summarised_first, day / 5 * (summarised_first / 14)), 0.95
            from groqbatch.coverage_by_team cross join generate_series(1, 80) day
            where provider = 'simulator' and (team_id <> 901 or day < 30);
            update groqbatch.pull_request_states state set is_parked = true, parked_by = 'mira',
                   parked_reason = case when pull_request_id % 3 = 0 then 'Generated code' else '<img src=x onerror="trap(3)">' || repeat('w', 200) end
            where state.provider = 'simulator' and state.team_id = 900 and state.state = 'failed' and state.pull_request_id % 4 = 0;

            update groqbatch.pull_request_states state set has_failed = true, failure_code = 'max_tokens'
            from (select state.pull_request_id, row_number() over (partition by team_id order by created_at desc) as place
                  from groqbatch.pull_request_states state
                  where provider = 'simulator' and state.state = 'pending' and team_id in (select id from groqbatch.teams where is_sample)) chosen
            where state.provider = 'simulator' and state.pull_request_id = chosen.pull_request_id and chosen.place <= 7;
            update groqbatch.pull_requests pr set content_hash = '\x00', title = pr.title
            from (select state.pull_request_id, row_number() over (partition by team_id order by created_at) as place
                  from groqbatch.pull_request_states state
                  where provider = 'simulator' and state.state = 'summarised' and team_id in (select id from groqbatch.teams where is_sample)) chosen
            where pr.id = chosen.pull_request_id and chosen.place <= 120;
            update groqbatch.pull_requests pr set title = '=cmd|'' /C calc''!A0'
            from groqbatch.pull_request_states state
            where state.pull_request_id = pr.id and state.provider = 'simulator' and state.state = 'failed'
              and state.team_id in (select id from groqbatch.teams where is_sample) and state.pull_request_id % 2 = 0;
            analyze;
            """
        );
        await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _failed.DisposeAsync();

    internal Task<T> ScalarAsync<T>(string sql) => _failed.ScalarAsync<T>(sql);
}
