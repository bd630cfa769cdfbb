using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.FailureGroups;

/// <summary>
/// Counters of failures by code and folded message. Raw, since EF has no upsert, no aggregates over a function of ours and no LATERAL.
/// </summary>
internal static class FailureGroupSql
{
    /// <summary>From the resolutions of one pass, beside its other counters. Few messages are different, so few are folded.</summary>
    public const string Count = """
        insert into groqbatch.failure_groups as counter (run_id, ordinal, code, message_key, message, provider, team_id, model, requests, final,
                                                         first_at, last_at)
        select @run, @pass, failed.code, groqbatch.message_key(failed.message), min(groqbatch.folded_message(failed.message)), run.provider,
               run.team_id, pass.model, sum(failed.requests)::int, sum(failed.final)::int, now(), now()
        from (select code, coalesce(message, '') as message, count(*) as requests, count(*) filter (where action = 'final') as final
              from resolutions where action in ('next', 'final') group by 1, 2) failed
        join groqbatch.runs run on run.id = @run
        join groqbatch.passes pass on pass.run_id = run.id and pass.ordinal = @pass
        group by 3, 4, run.provider, run.team_id, pass.model
        order by 3, 4
        on conflict (run_id, ordinal, code, message_key) do update
        set requests = counter.requests + excluded.requests, final = counter.final + excluded.final, last_at = excluded.last_at
        """;

    /// <summary>From the requests of a run that did not come by <see cref="Count"/>: given back, brought in a bundle, or generated.</summary>
    public const string CountOfRun = """
        insert into groqbatch.failure_groups as counter (run_id, ordinal, code, message_key, message, provider, team_id, model, requests, final,
                                                         first_at, last_at)
        select run.id, pass.ordinal, request.failure_code, request.message_key, groqbatch.folded_message(coalesce(min(request.message), '')),
               run.provider, run.team_id, pass.model, count(*), count(*) filter (where request.is_final),
               coalesce(min(request.resolved_at), run.created_at), coalesce(max(request.resolved_at), run.created_at)
        from groqbatch.runs run
        join groqbatch.passes pass on pass.run_id = run.id
        join groqbatch.requests request on request.run_id = run.id and request.pass_ordinal = pass.ordinal
        where run.id = @run and request.outcome = 'failed'
        group by run.id, pass.ordinal, request.failure_code, request.message_key, pass.model
        on conflict (run_id, ordinal, code, message_key) do update set requests = excluded.requests, final = excluded.final
        where (counter.requests, counter.final) is distinct from (excluded.requests, excluded.final)
        """;

    public const string DeleteOfNothing = """
        delete from groqbatch.failure_groups counter
        where counter.run_id = @run
          and not exists (select 1 from groqbatch.requests request
                          where request.run_id = @run and request.pass_ordinal = counter.ordinal and request.outcome = 'failed'
                            and request.failure_code = counter.code and request.message_key = counter.message_key)
        """;

    /// <summary>
    /// Passes and groups by their keys. Open is what a retry of the group would take: by <c>ix_requests_failed</c> to the final failures of the
    /// group, and by their keys to where these pull requests stand; beyond @most they are not counted.
    /// </summary>
    public const string OfRun = """
        select run.state, pass.ordinal, pass.model, pass.requests, pass.failed, failed.code, failed.message_key, failed.message, failed.requests,
               failed.final, open.count
        from groqbatch.runs run
        left join groqbatch.passes pass on pass.run_id = run.id
        left join groqbatch.failure_groups failed on failed.run_id = pass.run_id and failed.ordinal = pass.ordinal
        left join lateral (
            select count(*)::int as count
            from (select 1
                  from groqbatch.requests request
                  join groqbatch.pull_request_states state on state.provider = run.provider and state.pull_request_id = request.pull_request_id
                  where request.run_id = failed.run_id and request.pass_ordinal = failed.ordinal and request.outcome = 'failed'
                    and request.failure_code = failed.code and request.message_key = failed.message_key and request.is_final
                    and state.state in ('pending', 'failed')
                  limit @most) few
        ) open on failed.final > 0
        where run.id = @run
        order by pass.ordinal, failed.requests desc, failed.code, failed.message_key
        """;

    /// <summary>A few of a group, by <c>ix_requests_failed</c>; of each the last attempt. Answers are cut here, not on the way.</summary>
    public const string Examples = """
        select request.run_id, request.pass_ordinal, pass.model, pull_request.id, pull_request.repository, pull_request.number, pull_request.title,
               pull_request.url, request.message, left(attempt.raw_answer, @answer), length(attempt.raw_answer), attempt.http_status,
               coalesce(request.resolved_at, run.created_at)
        from (select * from groqbatch.requests
              where run_id = @run and pass_ordinal = @pass and outcome = 'failed' and failure_code = @code and message_key = @message
              order by pull_request_id limit @take) request
        join groqbatch.runs run on run.id = request.run_id
        join groqbatch.passes pass on pass.run_id = request.run_id and pass.ordinal = request.pass_ordinal
        join groqbatch.pull_requests pull_request on pull_request.id = request.pull_request_id
        left join lateral (select raw_answer, http_status from groqbatch.attempts
                           where request_id = request.id order by number desc limit 1) attempt on true
        order by request.pull_request_id
        """;

    /// <summary>
    /// A condition on rows of <c>failure_groups</c>, called <c>failed</c>, put together from fixed pieces. Parameters: codes, and those of
    /// <see cref="NarrowingParametersOf"/>.
    /// </summary>
    public static string Matching(FailureFilter filter) =>
        "(cardinality(@codes) = 0 or failed.code = any(@codes))"
        + (filter.Message is null ? "" : " and failed.message_key = @message")
        + (filter.Pass is null ? "" : " and failed.ordinal = @pass")
        + (filter.Model is null ? "" : " and failed.model = @model")
        + (filter.Since is null ? "" : " and failed.last_at >= @since");

    /// <summary>Teams with failed pull requests whose last failure matches; by <c>ix_pull_request_states_failed</c> to the pull requests.</summary>
    public static string TeamsWithOpen(int? teamId, FailureFilter filter) =>
        $"""
            select distinct failed.team_id
            from groqbatch.failure_groups failed
            where failed.provider = @provider{OfTeam(teamId)} and failed.final > 0 and {Matching(filter)}
              and exists (select 1 from groqbatch.pull_request_states state where state.failure_group_id = failed.id and state.state = 'failed')
            order by 1
            """;

    /// <summary>By the same two indexes; those that a live run has, or that have a summary by now, are in another state.</summary>
    public static string Park(int? teamId, FailureFilter filter) =>
        $"""
            update groqbatch.pull_request_states parked set is_parked = true, parked_by = @actor, parked_reason = @reason
            where parked.state = 'failed' and parked.provider = @provider
              and parked.failure_group_id in (select failed.id from groqbatch.failure_groups failed
                                              where failed.provider = @provider{OfTeam(teamId)} and failed.final > 0 and {Matching(filter)})
            """;

    public static string OfTeam(int? teamId) => teamId is null ? "" : " and failed.team_id = @team";

    public static NpgsqlParameter[] ParametersOf(string provider, int? teamId, FailureFilter filter) =>
        [
            new("provider", provider),
            Nullable("team", NpgsqlDbType.Integer, teamId),
            new("codes", filter.Codes.Select(code => code.ToWire()).ToArray()),
            .. NarrowingParametersOf(filter),
        ];

    /// <summary>message, pass, model, since.</summary>
    public static NpgsqlParameter[] NarrowingParametersOf(FailureFilter? filter) =>
        [
            Nullable("message", NpgsqlDbType.Uuid, filter?.Message),
            Nullable("pass", NpgsqlDbType.Smallint, (short?)filter?.Pass),
            Nullable("model", NpgsqlDbType.Text, filter?.Model),
            Nullable("since", NpgsqlDbType.TimestampTz, filter?.Since?.ToUniversalTime()),
        ];

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
