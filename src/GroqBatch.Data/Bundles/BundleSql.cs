namespace GroqBatch.Data.Bundles;

/// <summary>Raw, because rows travel whole, as the database writes them in JSON, and come back by its own conversion: no value is read on the way.</summary>
internal static class BundleSql
{
    public const string Settings = "settings.json";
    public const string Team = "ledger/team.json";
    public const string Run = "ledger/run.json";
    public const string Passes = "ledger/passes.jsonl";
    public const string PassFailures = "ledger/pass_failures.jsonl";
    public const string Batches = "ledger/batches.jsonl";
    public const string Requests = "ledger/requests.jsonl";
    public const string Attempts = "ledger/attempts.jsonl";
    public const string Summaries = "ledger/summaries.jsonl";
    public const string Events = "ledger/events.jsonl";
    public const string PullRequests = "pull_requests.jsonl";

    /// <summary>The members and the query of each; parameter: the run.</summary>
    public static readonly IReadOnlyList<(string Member, string Sql)> Rows =
    [
        (
            Settings,
            """
            select jsonb_build_object('ladder', ladder, 'settings', settings, 'promptVersion', prompt_version, 'limit', scope_limit,
                                      'withFallback', with_fallback, 'includeStale', include_stale, 'estimate', estimate)
            from groqbatch.runs where id = $1
            """
        ),
        (
            Team,
            """
            select jsonb_build_object('slug', team.slug, 'name', team.name, 'goal', team.goal)
            from groqbatch.teams team join groqbatch.runs run on run.team_id = team.id where run.id = $1
            """
        ),
        (Run, "select to_jsonb(run) - 'team_id' - 'request_key' from groqbatch.runs run where id = $1"),
        (Passes, "select to_jsonb(pass) from groqbatch.passes pass where run_id = $1 order by ordinal"),
        (PassFailures, "select to_jsonb(failure) from groqbatch.pass_failures failure where run_id = $1 order by ordinal, code"),
        (Batches, "select to_jsonb(batch) from groqbatch.batches batch where run_id = $1 order by pass_ordinal, ordinal"),
        (Requests, "select to_jsonb(request) from groqbatch.requests request where run_id = $1 order by id"),
        (
            Attempts,
            """
            select to_jsonb(attempt)
                   || jsonb_build_object('custom_id', coalesce(known.custom_id, 'pr-' || request.pull_request_id))
            from groqbatch.requests request
            join groqbatch.attempts attempt on attempt.request_id = request.id
            left join groqbatch.batch_custom_ids known
                   on known.batch_id = attempt.batch_id and known.pull_request_id = request.pull_request_id
            where request.run_id = $1 order by attempt.id
            """
        ),
        (Summaries, "select to_jsonb(summary) from groqbatch.summaries summary where run_id = $1 order by id"),
        (Events, "select to_jsonb(event) - 'id' from groqbatch.run_events event where run_id = $1 order by id"),
        (
            PullRequests,
            """
            select to_jsonb(pull_request) - 'team_id' - 'imported_at' - 'updated_at'
            from groqbatch.pull_requests pull_request
            where id in (select pull_request_id from groqbatch.requests where run_id = $1) order by id
            """
        ),
    ];

    /// <summary>
    /// Counted from rows, never from counters; the summaries by a digest over their documents, in an order that ids have no part in.
    /// </summary>
    public const string Figures = """
        select jsonb_build_object(
            'selected', run.selected,
            'succeeded', (select count(*) from groqbatch.requests where run_id = run.id and outcome = 'succeeded'),
            'firstPassFailures', (select count(*) from groqbatch.requests where run_id = run.id and pass_ordinal = 1 and outcome = 'failed'),
            'recovered', (select count(*) from groqbatch.requests where run_id = run.id and pass_ordinal > 1 and outcome = 'succeeded'),
            'finalFailures', (select count(*) from groqbatch.requests where run_id = run.id and is_final),
            'failuresByCode', (select coalesce(jsonb_object_agg(failure_code, number), '{}')
                               from (select failure_code, count(*) as number from groqbatch.requests
                                     where run_id = run.id and is_final group by failure_code) codes),
            'attempts', spent.attempts, 'promptTokens', spent.prompt_tokens, 'completionTokens', spent.completion_tokens,
            'booked', spent.cost, 'summaries', written.summaries, 'summariesSha256', written.digest)::text
        from groqbatch.runs run
        cross join lateral (
            select count(*) as attempts, coalesce(sum(attempt.prompt_tokens), 0) as prompt_tokens,
                   coalesce(sum(attempt.completion_tokens), 0) as completion_tokens, coalesce(sum(attempt.cost), 0.000000000) as cost
            from groqbatch.requests request join groqbatch.attempts attempt on attempt.request_id = request.id
            where request.run_id = run.id
        ) spent
        cross join lateral (
            select count(*) as summaries,
                   encode(sha256(convert_to(coalesce(string_agg(summary.document::text, E'\n'
                          order by request.pass_ordinal, request.position, attempt.number), ''), 'UTF8')), 'hex') as digest
            from groqbatch.summaries summary
            join groqbatch.attempts attempt on attempt.id = summary.attempt_id
            join groqbatch.requests request on request.id = attempt.request_id
            where summary.run_id = run.id
        ) written
        where run.id = $1
        """;

    public const string ColumnsOf = """
        select attname from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum
        """;

    public const string TeamOfRun = """
        select team.slug from groqbatch.runs run join groqbatch.teams team on team.id = run.team_id where run.id = $1
        """;

    public const string TakenBatch = """
        select batch.provider_batch_id || ' is in the ledger already, as part of run ' || batch.run_id
        from bundle_batches bundled
        join groqbatch.batches batch on batch.provider = bundled.line ->> 'provider'
                                    and batch.provider_batch_id = bundled.line ->> 'provider_batch_id'
        limit 1
        """;

    /// <summary>
    /// Looked up one by one, as <see cref="MapRequests"/>: a team and a run that came a moment ago have no rows as far as the server's statistics go,
    /// and a join compares each of their thousands with each line.
    /// </summary>
    public const string MapPullRequests = """
        create temporary table bundle_pull_request_ids on commit drop as
        select (bundled.line ->> 'id')::bigint as theirs, pull_request.id as ours
        from bundle_pull_requests bundled
        cross join lateral (select here.id from groqbatch.pull_requests here
                            where here.team_id = @team and here.repository = bundled.line ->> 'repository'
                              and here.number = (bundled.line ->> 'number')::bigint
                            limit 1) pull_request
        """;

    public const string MapRequests = """
        create temporary table bundle_request_ids on commit drop as
        select (bundled.line ->> 'id')::bigint as theirs, request.id as ours
        from bundle_requests bundled
        join bundle_pull_request_ids pull_request on pull_request.theirs = (bundled.line ->> 'pull_request_id')::bigint
        cross join lateral (select here.id from groqbatch.requests here
                            where here.run_id = @run and here.pass_ordinal = (bundled.line ->> 'pass_ordinal')::smallint
                              and here.pull_request_id = pull_request.ours
                            limit 1) request
        """;

    public const string MapAttempts = """
        create temporary table bundle_attempt_ids on commit drop as
        select (bundled.line ->> 'id')::bigint as theirs, attempt.id as ours
        from bundle_attempts bundled
        join bundle_request_ids request on request.theirs = (bundled.line ->> 'request_id')::bigint
        join groqbatch.attempts attempt on attempt.request_id = request.ours and attempt.number = (bundled.line ->> 'number')::smallint
        """;

    public const string CustomIds = """
        insert into groqbatch.batch_custom_ids (batch_id, custom_id, pull_request_id)
        select (bundled.line ->> 'batch_id')::uuid, bundled.line ->> 'custom_id', request.pull_request_id
        from bundle_attempts bundled
        join bundle_request_ids id on id.theirs = (bundled.line ->> 'request_id')::bigint
        join groqbatch.requests request on request.id = id.ours
        on conflict do nothing
        """;

    /// <summary>An imported summary is the current one where there is none of today's content.</summary>
    public const string CurrentSummaries = """
        update groqbatch.pull_request_states state
        set summary_id = latest.id, summary_hash = latest.content_hash, summary_rung = latest.rung, has_failed = false, failure_code = null,
            is_parked = false, parked_by = null, parked_reason = null,
            is_prompt_outdated = split_part(latest.prompt_version, '.', 1)::int <> @prompt_major
        from (select distinct on (pull_request_id) * from groqbatch.summaries where run_id = @run
              order by pull_request_id, created_at desc, id desc) latest
        where state.provider = latest.provider and state.pull_request_id = latest.pull_request_id
          and (state.summary_id is null or state.summary_hash is distinct from state.content_hash)
        """;

    public const string FailedStates = """
        update groqbatch.pull_request_states state
        set has_failed = true, failure_code = request.failure_code, failure_group_id = failed.id
        from groqbatch.requests request
        join groqbatch.runs run on run.id = request.run_id
        left join groqbatch.failure_groups failed
          on failed.run_id = request.run_id and failed.ordinal = request.pass_ordinal and failed.code = request.failure_code
         and failed.message_key = request.message_key
        where request.run_id = @run and request.is_final and request.failure_code not in ('cancelled', 'not_sent')
          and state.provider = run.provider and state.pull_request_id = request.pull_request_id
          and state.summary_id is null and not state.has_failed
        """;

    /// <summary>Rows that a member has and the ledger has not got, in words.</summary>
    public const string Missing = """
        select 'pull requests', (select count(*) from bundle_pull_requests), (select count(*) from bundle_pull_request_ids)
        union all select 'requests', (select count(*) from bundle_requests), (select count(*) from bundle_request_ids)
        union all select 'attempts', (select count(*) from bundle_attempts), (select count(*) from bundle_attempt_ids)
        union all select 'attempts of its batches', (select count(*) from bundle_attempts),
                         (select count(*) from groqbatch.batches batch join groqbatch.attempts attempt on attempt.batch_id = batch.id
                          where batch.run_id = @run)
        """;
}
