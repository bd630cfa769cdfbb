namespace GroqBatch.Data.Coverage;

internal static class CoverageSql
{
    public static readonly string[] Buckets =
    [
        "excluded",
        "summarised_first",
        "recovered",
        "stale",
        "in_flight",
        "failed",
        "parked",
        "pending",
    ];

    private static readonly string Columns = string.Join(", ", Buckets);
    private static readonly string CounterColumns = string.Join(", ", Buckets.Select(bucket => $"counter.{bucket}"));
    private static readonly string LastColumns = string.Join(", ", Buckets.Select(bucket => $"last.{bucket}"));
    private static readonly string OrZero = string.Join(", ", Buckets.Select(bucket => $"coalesce(counter.{bucket}, 0)"));

    /// <summary>A team without pull requests has no counters: all are 0.</summary>
    public static readonly string Read = $"""
        select team.id, team.slug, team.name, team.goal, team.is_sample, {OrZero}, team.ladder
        from groqbatch.teams team
        left join groqbatch.coverage_by_team counter on counter.team_id = team.id and counter.provider = $1
        where $2::text is null or team.slug = $2
        order by team.slug
        """;

    /// <summary>
    /// Nobody waits: whoever has it appends what is due. A statement of its own, before the other: one that took the lock itself would still look
    /// at the rows as they were before it had it, and append twice.
    /// </summary>
    public static readonly string TryLockHistory = $"select pg_try_advisory_xact_lock({HistoryLock})";

    /// <summary>
    /// Raw, because EF has no INSERT … SELECT. Under <see cref="TryLockHistory" />.
    /// </summary>
    public static readonly string AppendHistory = $"""
        insert into groqbatch.coverage_history (provider, team_id, taken_at, {Columns}, goal)
        select counter.provider, counter.team_id, @now, {CounterColumns}, team.goal
        from groqbatch.coverage_by_team counter
        join groqbatch.teams team on team.id = counter.team_id
        left join lateral (
            select history.*
            from groqbatch.coverage_history history
            where history.provider = counter.provider and history.team_id = counter.team_id
            order by history.taken_at desc
            limit 1
        ) last on true
        where counter.provider = @provider
          and (
              last.id is null
              or (last.taken_at at time zone 'UTC')::date < (@now at time zone 'UTC')::date
              or (last.taken_at <= @now - interval '1 hour'
                  and ({LastColumns}, last.goal) is distinct from ({CounterColumns}, team.goal))
          )
        """;

    public static readonly string ReadHistory = $"""
        select taken_at, goal, {Columns}
        from groqbatch.coverage_history
        where provider = $1 and team_id = $2 and taken_at >= $3
        order by taken_at
        """;

    /// <summary>
    /// For each team and day one step in the index (provider, team_id, taken_at), however often a busy team was noted. Raw, because EF has no LATERAL
    /// over a series.
    /// </summary>
    public static readonly string ReadHistoryDays = $"""
        select team.id, history.taken_at, history.goal, {string.Join(", ", Buckets.Select(bucket => $"history.{bucket}"))}
        from unnest($2::int[]) as team (id)
        cross join generate_series(0, $4::int) as day (number)
        cross join lateral (
            select taken.*
            from groqbatch.coverage_history taken
            where taken.provider = $1 and taken.team_id = team.id
              and taken.taken_at >= ($3::date + day.number)::timestamp at time zone 'UTC'
              and taken.taken_at < ($3::date + day.number + 1)::timestamp at time zone 'UTC'
            order by taken.taken_at desc
            limit 1
        ) history
        order by team.id, history.taken_at
        """;

    /// <summary>
    /// What the counters should be, from the facts themselves, against what they are; a row only where they differ. It does not read the
    /// generated state either: that is checked along with the counters. A scan, for tests and for a check on demand.
    /// </summary>
    public static readonly string Differences = $"""
        with facts as (
            select state.provider, pr.team_id, pr.repository, date_trunc('month', pr.created_at at time zone 'UTC')::date as month,
                   case
                       when not pr.is_eligible then 'excluded'
                       when state.summary_id is not null and (state.is_prompt_outdated or state.summary_hash is distinct from pr.content_hash)
                           then 'stale'
                       when state.summary_id is not null then case when state.summary_rung > 1 then 'recovered' else 'summarised_first' end
                       when state.is_claimed then 'in_flight'
                       when state.is_parked then 'parked'
                       when state.has_failed then 'failed'
                       else 'pending'
                   end as bucket
            from groqbatch.pull_request_states state
            join groqbatch.pull_requests pr on pr.id = state.pull_request_id
        ),
        recount as (
            select provider, team_id, repository, month, bucket, count(*)::int as rows
            from facts group by provider, team_id, repository, month, bucket
        ),
        month_counters as (
            select counter.provider, counter.team_id, counter.repository, counter.month, kind.bucket, kind.rows
            from groqbatch.coverage_by_month counter
            cross join lateral (values {Values("counter")}) kind(bucket, rows)
            where kind.rows <> 0
        ),
        team_recount as (select provider, team_id, bucket, sum(rows)::int as rows from recount group by provider, team_id, bucket),
        team_counters as (
            select counter.provider, counter.team_id, kind.bucket, kind.rows
            from groqbatch.coverage_by_team counter
            cross join lateral (values {Values("counter")}) kind(bucket, rows)
            where kind.rows <> 0
        )
        select 'month', provider, team_id, repository, month::text, bucket, coalesce(counted.rows, 0), coalesce(counter.rows, 0)
        from recount counted full join month_counters counter using (provider, team_id, repository, month, bucket)
        where counted.rows is distinct from counter.rows
        union all
        select 'team', provider, team_id, null, null, bucket, coalesce(counted.rows, 0), coalesce(counter.rows, 0)
        from team_recount counted full join team_counters counter using (provider, team_id, bucket)
        where counted.rows is distinct from counter.rows
        union all
        -- Each pull request has one state for each provider, with copies that are true.
        select 'state', provider.name, pr.team_id, pr.repository, pr.number::text, 'copies', 1, count(state.*)::int
        from groqbatch.pull_requests pr
        cross join groqbatch.providers provider
        left join groqbatch.pull_request_states state
            on state.provider = provider.name and state.pull_request_id = pr.id
           and (state.team_id, state.repository, state.created_at, state.is_eligible, state.content_hash)
               = (pr.team_id, pr.repository, pr.created_at, pr.is_eligible, pr.content_hash)
        group by provider.name, pr.id
        having count(state.*) <> 1
        """;

    /// <summary>Any constant that no other advisory lock of this database has.</summary>
    private const long HistoryLock = 7_164_202_611;

    private static string Values(string alias) => string.Join(", ", Buckets.Select(bucket => $"('{bucket}', {alias}.{bucket})"));
}
