using GroqBatch.Core.FailureGroups;

namespace GroqBatch.Data.FailureGroups;

/// <summary>
/// Groups over runs, from the counters and from <c>ix_pull_request_states_failed</c>. Raw, for the reasons of <see cref="FailureGroupSql"/>. Parameters
/// are those of <see cref="FailureGroupSql.ParametersOf"/>, and what each names.
/// </summary>
internal static class FailureListSql
{
    private static string Condition(FailureListQuery query) =>
        $"failed.provider = @provider{FailureGroupSql.OfTeam(query.TeamId)} and {FailureGroupSql.Matching(query.Filter)}";

    /// <summary>skip, take. Counters of what matches are added up; what is open is counted in an index that has only failed pull requests.</summary>
    public static string Read(FailureListQuery query) =>
        $"""
            with grouped as materialized (
                select failed.code, failed.message_key, max(failed.message) as message, sum(failed.requests)::bigint as requests,
                       sum(failed.final)::bigint as final, count(distinct failed.run_id)::int as runs, count(distinct failed.team_id)::int as teams,
                       array_agg(distinct failed.model) as models, max(failed.last_at) as last_at
                from groqbatch.failure_groups failed
                where {Condition(query)}
                group by failed.code, failed.message_key
            ), waiting as materialized (
                select failed.code, failed.message_key, sum(of_group.number)::int as number
                from (select failure_group_id, count(*) as number from groqbatch.pull_request_states
                      where state = 'failed' and failure_group_id is not null
                      group by failure_group_id) of_group
                join groqbatch.failure_groups failed on failed.id = of_group.failure_group_id
                where {Condition(query)}
                group by failed.code, failed.message_key
            ), page as (
                select * from grouped order by requests desc, code, message_key offset @skip limit @take
            )
            select page.code, page.message_key, page.message, page.requests, page.final, coalesce(waiting.number, 0), page.runs, page.teams,
                   page.models, coalesce(earliest.first_at, page.last_at), page.last_at, total.groups, total.requests,
                   (select coalesce(sum(number), 0)::int from waiting), coalesce(@since, oldest.at, now()), now()
            from (select count(*)::int as groups, coalesce(sum(requests), 0)::bigint as requests from grouped) total
            cross join (select min(last_at) as at from groqbatch.failure_groups where provider = @provider) oldest
            left join page on true
            left join waiting on waiting.code = page.code and waiting.message_key = page.message_key
            left join lateral (select failed.first_at from groqbatch.failure_groups failed
                               where failed.provider = @provider and failed.code = page.code and failed.message_key = page.message_key
                               order by failed.last_at limit 1) earliest on true
            order by page.requests desc, page.code, page.message_key
            """;

    /// <summary>page_codes, page_messages, from, to (seconds since 1970), parts.</summary>
    public static string Trends(FailureListQuery query) =>
        $"""
            select failed.code, failed.message_key,
                   least(@parts, greatest(1, width_bucket(extract(epoch from failed.last_at)::float8, @from, @to, @parts))) as part,
                   sum(failed.requests)::int
            from unnest(@page_codes, @page_messages) as page (code, message_key)
            join groqbatch.failure_groups failed on failed.code = page.code and failed.message_key = page.message_key
            where {Condition(query)}
            group by 1, 2, 3
            """;

    /// <summary>code, key, take.</summary>
    public static string Runs(FailureListQuery query) =>
        $"""
            select failed.run_id, team.slug, team.name, failed.ordinal, failed.model, failed.requests, pass.requests, failed.last_at
            from (select * from groqbatch.failure_groups failed
                  where failed.code = @code and failed.message_key = @key and {Condition(query)}
                  order by failed.last_at desc, failed.id desc limit @take) failed
            join groqbatch.teams team on team.id = failed.team_id
            join groqbatch.passes pass on pass.run_id = failed.run_id and pass.ordinal = failed.ordinal
            order by failed.last_at desc, failed.id desc
            """;

    /// <summary>code, key, take.</summary>
    public static string Open(FailureListQuery query) =>
        $"""
            select open.pull_request_id, team.name, pull_request.repository, pull_request.number, pull_request.title, pull_request.url, open.run_id,
                   open.model, open.last_at
            from (select state.pull_request_id, failed.team_id, failed.run_id, failed.model, failed.last_at
                  from groqbatch.failure_groups failed
                  join groqbatch.pull_request_states state on state.failure_group_id = failed.id and state.state = 'failed'
                  where failed.code = @code and failed.message_key = @key and failed.final > 0 and {Condition(query)}
                  order by state.pull_request_id desc limit @take) open
            join groqbatch.teams team on team.id = open.team_id
            join groqbatch.pull_requests pull_request on pull_request.id = open.pull_request_id
            order by open.pull_request_id desc
            """;

    /// <summary>code, key, take, answer. The first of each of the latest passes before the second of any.</summary>
    public static string Examples(FailureListQuery query) =>
        $"""
            select request.run_id, request.pass_ordinal, request.model, pull_request.id, pull_request.repository, pull_request.number,
                   pull_request.title, pull_request.url, request.message, left(attempt.raw_answer, @answer), length(attempt.raw_answer),
                   attempt.http_status, coalesce(request.resolved_at, request.last_at)
            from (select one.*, failed.model, failed.last_at
                  from (select * from groqbatch.failure_groups failed
                        where failed.code = @code and failed.message_key = @key and {Condition(query)}
                        order by failed.last_at desc, failed.id desc limit @take) failed
                  cross join lateral (
                      select request.*, row_number() over (order by request.pull_request_id) as place
                      from (select * from groqbatch.requests
                            where run_id = failed.run_id and pass_ordinal = failed.ordinal and outcome = 'failed' and failure_code = failed.code
                              and message_key = failed.message_key
                            order by pull_request_id limit @take) request
                  ) one
                  order by one.place, failed.last_at desc limit @take) request
            join groqbatch.pull_requests pull_request on pull_request.id = request.pull_request_id
            left join lateral (select raw_answer, http_status from groqbatch.attempts
                               where request_id = request.id order by number desc limit 1) attempt on true
            order by request.place, request.last_at desc
            """;
}
