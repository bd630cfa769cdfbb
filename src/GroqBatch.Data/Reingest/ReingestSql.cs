using GroqBatch.Data.Batches;

namespace GroqBatch.Data.Reingest;

/// <summary>
/// Giving back what was lost. A batch's files are folded by the statement that ingestion folds them with; here stands what follows when the
/// ledger may hold a part of it already. Every statement writes only rows that lack something. Raw SQL, for the reasons of
/// <see cref="IngestSql"/>.
/// </summary>
internal static class ReingestSql
{
    /// <summary>Rows that are gone: those of requests against their pass, those of attempts against their batch.</summary>
    public const string LostRows = """
        select 'Pass ' || pass.ordinal || ' had ' || pass.requests || ' requests, and the ledger has rows of ' || counted.rows || '.'
        from groqbatch.passes pass
        cross join lateral (select count(*) as rows from groqbatch.requests request
                            where request.run_id = pass.run_id and request.pass_ordinal = pass.ordinal) counted
        where pass.run_id = @run and counted.rows <> pass.requests
        union all
        select 'Batch ' || batch.ordinal || ' of pass ' || batch.pass_ordinal || ' had ' || batch.requests
               || ' requests, and the ledger has attempts of ' || counted.rows || '.'
        from groqbatch.batches batch
        cross join lateral (select count(*) as rows from groqbatch.attempts attempt where attempt.batch_id = batch.id) counted
        where batch.run_id = @run and counted.rows <> batch.requests
        """;

    /// <summary>What the files tell otherwise than the ledger, where the ledger tells something.</summary>
    public const string Contradicted = """
        select (select count(*)::int
                from folded join groqbatch.attempts attempt on attempt.id = folded.attempt_id
                where attempt.outcome is not null
                  and (attempt.outcome, coalesce(attempt.failure_code, ''))
                      is distinct from (case when folded.kind = 0 then 'succeeded'
                                             when folded.kind = 2 or folded.code is null then 'not_run' else 'failed' end,
                                        case when folded.kind in (1, 3) then coalesce(folded.code, '') else '' end))
             + (select count(*)::int
                from folded
                join answers answer on answer.seq = folded.seq
                join groqbatch.summaries summary on summary.attempt_id = folded.attempt_id
                where folded.kind = 0 and summary.document <> answer.document)
        """;

    public const string Attempts = IngestSql.Attempts + " and attempt.outcome is null";

    /// <summary>With the time at which they were first taken: that of their batch.</summary>
    public const string Summaries = """
        insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash,
                                         document, prompt_tokens, completion_tokens, cost, created_at)
        select folded.pull_request_id, @provider, @run, folded.attempt_id, @model, @rung, @pass, @prompt_version, folded.content_hash,
               answer.document, answer.prompt_tokens, answer.completion_tokens, answer.cost, coalesce(@ingested_at, now())
        from folded join answers answer on answer.seq = folded.seq
        where folded.kind = 0
          and not exists (select 1 from groqbatch.summaries there where there.attempt_id = folded.attempt_id)
        on conflict (attempt_id) do nothing
        """;

    /// <summary>What a batch that was given up left of its attempts; no file tells of them, and its row does.</summary>
    public const string AbandonedAttempts = """
        update groqbatch.attempts attempt
        set outcome = 'not_run', message = batch.trouble
        from groqbatch.batches batch
        where batch.run_id = @run and batch.state = 'Abandoned' and attempt.batch_id = batch.id and attempt.outcome is null
        """;

    public const string Drop = "drop table folded, answers";

    /// <summary>Ours of a batch, as its attempts now tell them.</summary>
    public const string BatchCounters = """
        update groqbatch.batches batch
        set succeeded = counted.succeeded, failed = counted.failed, unanswered = coalesce(batch.unanswered, @unanswered),
            cost = counted.cost
        from (select count(*) filter (where attempt.outcome = 'succeeded')::int as succeeded,
                     count(*) filter (where attempt.outcome = 'failed')::int as failed, coalesce(sum(attempt.cost), 0) as cost
              from groqbatch.attempts attempt where attempt.batch_id = @batch) counted
        where batch.id = @batch
          and (batch.succeeded, batch.failed, batch.cost) is distinct from (counted.succeeded, counted.failed, counted.cost)
        """;

    public const string Unanswered = "select count(*)::int from folded where kind = 3";

    /// <summary>An attempt counts when it ran; what somebody cancelled at the provider while the run was live did not, and waited to be resumed.</summary>
    private const string HasRun = """
        attempt.outcome in ('succeeded', 'failed')
        and not (attempt.failure_code is not distinct from 'cancelled' and batch.cancel_requested_at is null
                 and (run.cancel_requested_at is null or batch.ingested_at < run.cancel_requested_at))
        """;

    /// <summary>
    /// Requests get their outcome back from the attempts that were taken while their run was live: what came after its end changed no request.
    /// The last attempt that ran decides, by the rule of its code; where a later pass has the request, the failure was not the final one.
    /// </summary>
    public const string Requests = $"""
        with ran as (
            select request.id, request.pull_request_id, request.pass_ordinal, attempt.outcome, attempt.failure_code, attempt.message,
                   batch.ingested_at,
                   count(*) over (partition by request.id) as attempts,
                   row_number() over (partition by request.id order by (attempt.outcome = 'succeeded') desc, attempt.number desc) as place
            from groqbatch.runs run
            join groqbatch.requests request on request.run_id = run.id
            join groqbatch.attempts attempt on attempt.request_id = request.id
            join groqbatch.batches batch on batch.id = attempt.batch_id
            where run.id = @run and request.outcome is null
              and (request.batch_id is null or request.batch_id = batch.id)
              and batch.state = 'Ingested' and {HasRun}
              and (run.ended_at is null or batch.ingested_at <= run.ended_at)
        ), decided as (
            select ran.*,
                   exists (select 1 from groqbatch.requests later
                           where later.run_id = @run and later.pull_request_id = ran.pull_request_id
                             and later.pass_ordinal > ran.pass_ordinal) as has_climbed
            from ran
            left join unnest(@rule_passes::smallint[], @rule_codes::text[], @rule_attempts::int[], @rule_actions::text[])
                   as rule (pass, code, attempts, action)
                   on rule.pass = ran.pass_ordinal and rule.code = ran.failure_code and rule.attempts = least(ran.attempts, @max_attempts)
            where ran.place = 1 and (ran.outcome = 'succeeded' or rule.action in ('next', 'final'))
        )
        update groqbatch.requests request
        set outcome = decided.outcome, failure_code = decided.failure_code,
            message = case when decided.outcome = 'failed' then decided.message end,
            is_final = decided.outcome = 'failed' and not decided.has_climbed,
            attempts = decided.attempts, batch_id = null, resolved_at = coalesce(request.resolved_at, decided.ingested_at)
        from decided where request.id = decided.id
        """;

    /// <summary>
    /// What an ended run still has open was given its outcome by no file: it was cancelled, or a cap kept it from being sent. The timeline says
    /// when and why. A request that waits for a file that is missing stays open.
    /// </summary>
    public const string RequestsWithoutAnswer = $"""
        update groqbatch.requests request
        set outcome = 'failed', failure_code = @code, batch_id = null,
            is_final = not exists (select 1 from groqbatch.requests later
                                   where later.run_id = @run and later.pull_request_id = request.pull_request_id
                                     and later.pass_ordinal > request.pass_ordinal),
            attempts = (select count(*) from groqbatch.attempts attempt
                        join groqbatch.batches batch on batch.id = attempt.batch_id
                        where attempt.request_id = request.id and batch.ingested_at <= run.ended_at and {HasRun}),
            message = coalesce(request.message, told.message), resolved_at = coalesce(request.resolved_at, told.at, run.ended_at)
        from groqbatch.runs run
        left join lateral (
            select at, substring(reason from ' end as ' || @code || ': (.*)$') as message
            from groqbatch.run_events
            where run_id = @run and subject = 'run' and reason like '% requests end as ' || @code || ': %'
            order by id desc limit 1
        ) told on true
        where run.id = @run and request.run_id = @run and request.outcome is null
          and not exists (select 1 from groqbatch.attempts open
                          join groqbatch.batches batch on batch.id = open.batch_id
                          where open.request_id = request.id and open.outcome is null and batch.state = 'Ingested')
        """;

    /// <summary>
    /// Pull requests whose current summary is gone point to the newest that is there, one of today's content before others.
    /// </summary>
    public const string CurrentSummaries = """
        update groqbatch.pull_request_states state
        set summary_id = latest.id, summary_hash = latest.content_hash, summary_rung = latest.rung, has_failed = false, failure_code = null,
            is_prompt_outdated = split_part(latest.prompt_version, '.', 1)::int <> @prompt_major
        from (
            select distinct on (summary.pull_request_id) summary.*
            from groqbatch.summaries summary
            join groqbatch.pull_request_states mine on mine.provider = summary.provider and mine.pull_request_id = summary.pull_request_id
            where summary.provider = @provider
              and summary.pull_request_id in (select pull_request_id from groqbatch.requests where run_id = @run)
              and (mine.summary_id is null or not exists (select 1 from groqbatch.summaries there where there.id = mine.summary_id))
            order by summary.pull_request_id, (summary.content_hash = mine.content_hash) desc, summary.created_at desc, summary.id desc
        ) latest
        where state.provider = @provider and state.pull_request_id = latest.pull_request_id
        """;

    public const string FailedStates = """
        update groqbatch.pull_request_states state
        set has_failed = true, failure_code = request.failure_code, failure_group_id = failed.id
        from groqbatch.requests request
        left join groqbatch.failure_groups failed
          on failed.run_id = request.run_id and failed.ordinal = request.pass_ordinal and failed.code = request.failure_code
         and failed.message_key = request.message_key
        where request.run_id = @run and request.is_final and request.failure_code not in ('cancelled', 'not_sent')
          and state.provider = @provider and state.pull_request_id = request.pull_request_id
          and state.summary_id is null and not state.has_failed
        """;

    public const string PassCounters = """
        update groqbatch.passes pass
        set succeeded = counted.succeeded, failed = counted.failed, prompt_tokens = spent.prompt_tokens,
            completion_tokens = spent.completion_tokens, cost = spent.cost, unknown_requests = spent.unknown,
            ended_at = coalesce(pass.ended_at,
                                case when counted.succeeded + counted.failed = pass.requests then counted.resolved_at end)
        from groqbatch.passes mine
        cross join lateral (
            select count(*) filter (where outcome = 'succeeded')::int as succeeded, count(*) filter (where outcome = 'failed')::int as failed,
                   max(resolved_at) as resolved_at
            from groqbatch.requests request where request.run_id = mine.run_id and request.pass_ordinal = mine.ordinal
        ) counted
        cross join lateral (
            select coalesce(sum(attempt.prompt_tokens), 0)::bigint as prompt_tokens,
                   coalesce(sum(attempt.completion_tokens), 0)::bigint as completion_tokens, coalesce(sum(attempt.cost), 0) as cost,
                   count(*) filter (where attempt.cost is null and attempt.outcome in ('succeeded', 'failed'))::int as unknown
            from groqbatch.attempts attempt
            join groqbatch.batches batch on batch.id = attempt.batch_id
            where batch.run_id = mine.run_id and batch.pass_ordinal = mine.ordinal and batch.state = 'Ingested'
        ) spent
        where mine.run_id = @run and pass.run_id = mine.run_id and pass.ordinal = mine.ordinal
          and (pass.succeeded, pass.failed, pass.prompt_tokens, pass.completion_tokens, pass.cost, pass.unknown_requests)
              is distinct from
              (counted.succeeded, counted.failed, spent.prompt_tokens, spent.completion_tokens, spent.cost, spent.unknown)
        """;

    public const string FailureCounters = """
        insert into groqbatch.pass_failures as counter (run_id, ordinal, code, requests, final)
        select run_id, pass_ordinal, failure_code, count(*), count(*) filter (where is_final)
        from groqbatch.requests where run_id = @run and outcome = 'failed'
        group by run_id, pass_ordinal, failure_code
        on conflict (run_id, ordinal, code) do update set requests = excluded.requests, final = excluded.final
        where (counter.requests, counter.final) is distinct from (excluded.requests, excluded.final)
        """;

    public const string FailureCountersOfNothing = """
        delete from groqbatch.pass_failures counter
        where counter.run_id = @run
          and not exists (select 1 from groqbatch.requests request
                          where request.run_id = @run and request.pass_ordinal = counter.ordinal and request.outcome = 'failed'
                            and request.failure_code = counter.code)
        """;

    public const string RunCounter = """
        update groqbatch.runs run
        set succeeded = counted.succeeded
        from (select coalesce(sum(succeeded), 0)::int as succeeded from groqbatch.passes where run_id = @run) counted
        where run.id = @run and run.succeeded <> counted.succeeded
        """;

    /// <summary>The figures of a run, for the audit log's before and after.</summary>
    public const string Figures = """
        select jsonb_build_object(
            'succeeded', (select count(*) from groqbatch.requests where run_id = @run and outcome = 'succeeded'),
            'failed', (select count(*) from groqbatch.requests where run_id = @run and outcome = 'failed' and is_final),
            'summaries', (select count(*) from groqbatch.summaries where run_id = @run))::text
        """;
}
