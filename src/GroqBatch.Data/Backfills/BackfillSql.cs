namespace GroqBatch.Data.Backfills;

/// <summary>Raw, because EF can't say LATERAL or limit each arm of a UNION.</summary>
internal static class BackfillSql
{
    /// <summary>
    /// Each state apart, along <c>ix_pull_request_states_provider_team_id_state_created_at_pull_request_id</c>: one condition over both would be
    /// sorted, and in a large team that takes longer than all the rest. Runs by <c>ix_runs_team_id_created_at</c> and <c>ix_runs_live</c>.
    /// </summary>
    public const string Sizes = """
        select team.id, newest.bytes, oldest.mean, latest.id, live.id
        from groqbatch.teams team
        cross join lateral (
            select coalesce(array_agg(pull_request.prompt_bytes order by picked.created_at desc, picked.pull_request_id desc), '{}') as bytes
            from (select * from (
                    (select state.pull_request_id, state.created_at from groqbatch.pull_request_states state
                     where state.provider = @provider and state.team_id = team.id and state.state = 'pending'
                     order by state.created_at desc, state.pull_request_id desc limit @sample)
                    union all
                    (select state.pull_request_id, state.created_at from groqbatch.pull_request_states state
                     where state.provider = @provider and state.team_id = team.id and state.state = 'failed'
                     order by state.created_at desc, state.pull_request_id desc limit @sample)) candidate
                  order by candidate.created_at desc, candidate.pull_request_id desc limit @sample) picked
            join groqbatch.pull_requests pull_request on pull_request.id = picked.pull_request_id) newest
        cross join lateral (
            select avg(pull_request.prompt_bytes)::double precision as mean
            from (select state.pull_request_id from groqbatch.pull_request_states state
                  where state.provider = @provider and state.team_id = team.id and state.state = 'pending'
                  order by state.created_at, state.pull_request_id limit @sample / 2) picked
            join groqbatch.pull_requests pull_request on pull_request.id = picked.pull_request_id) oldest
        left join lateral (
            select run.id from groqbatch.runs run
            where run.team_id = team.id and run.provider = @provider and run.state <> 'Queued'
            order by run.created_at desc limit 1) latest on true
        left join lateral (
            select run.id from groqbatch.runs run
            where run.team_id = team.id and run.provider = @provider
              and run.state in ('Queued', 'Running', 'Held', 'NeedsAttention', 'Cancelling')
            order by run.created_at desc limit 1) live on true
        where team.id = any(@teams)
        """;
}
