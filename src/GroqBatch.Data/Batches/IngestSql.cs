namespace GroqBatch.Data.Batches;

/// <summary>
/// Ingestion. What came back is copied as it came, folded to one row for each attempt (the first success wins, else the first line), and then
/// taken by one statement each for attempts, requests, summaries and states. Raw SQL, since one statement may not update a row twice: the fold
/// has to stand between the file and the ledger.
/// </summary>
internal static class IngestSql
{
    public const string CreateAnswers = """
        create temporary table answers
        (seq int not null, custom_id text, pull_request_id bigint, kind smallint not null, code text, message text, http_status int,
         prompt_tokens int, completion_tokens int, cost numeric(18,9), provider_request_id text, document jsonb, raw text)
        with (toast_tuple_target = 8160) on commit drop
        """;

    public const string CopyAnswers = """
        copy answers (seq, custom_id, pull_request_id, kind, code, message, http_status, prompt_tokens, completion_tokens, cost,
                      provider_request_id, document, raw) from stdin (format binary)
        """;

    /// <summary>
    /// For the fold, which looks up the lines of each attempt. It is not left to a join: the server knows the batches it has seen, takes a new one for a
    /// single attempt, and compares each of its thousands with each line.
    /// </summary>
    public const string IndexAnswers = "create index on answers (pull_request_id, kind, seq)";

    public const string LockBatch = """
        select state from groqbatch.batches where id = @batch for update
        """;

    /// <summary>
    /// <c>kind</c> 0 succeeded, 1 failed, 2 refused, 3 in neither file. A line that validation refused is a failure whatever else is said of it.
    /// </summary>
    public const string CreateFolded = CreateFoldedOfAll + " and attempt.outcome is null";

    /// <summary>The same of every attempt, whether it has its outcome or not: what the files say, to be held against the ledger.</summary>
    public const string CreateFoldedOfAll = """
        create temporary table folded on commit drop as
        select attempt.id as attempt_id, request.id as request_id, request.pull_request_id, request.position, request.attempts,
               request.outcome as request_outcome, attempt.content_hash,
               case when rejected.line is not null then 1 else coalesce(answer.kind, 3) end as kind,
               case when rejected.line is not null then 'batch_rejected' when answer.seq is null then @missing_code::text else answer.code end as code,
               case when rejected.line is not null then rejected.message when answer.seq is null then @missing_message else answer.message end as message,
               answer.seq
        from groqbatch.attempts attempt
        join groqbatch.requests request on request.id = attempt.request_id
        left join lateral (select line.seq, line.kind, line.code, line.message from answers line
                           where line.pull_request_id = request.pull_request_id order by line.kind, line.seq limit 1) answer on true
        left join unnest(@rejected_lines::int[], @rejected_messages::text[]) as rejected (line, message)
               on rejected.line = attempt.line and coalesce(answer.kind, 3) <> 0
        where attempt.batch_id = @batch
        """;

    /// <summary>
    /// Which pull requests the lines of a batch mean whose custom ids this installation did not give. Batches of its own have no rows to ask.
    /// </summary>
    public const string MapCustomIds = """
        update answers answer
        set pull_request_id = (select known.pull_request_id from groqbatch.batch_custom_ids known
                               where known.batch_id = @batch and known.custom_id = answer.custom_id)
        where exists (select 1 from groqbatch.batch_custom_ids where batch_id = @batch)
        """;

    /// <summary>
    /// Attempts that ran count against the rung's limit; a refusal, a batch that was given back unrun, and one that somebody cancelled at the
    /// provider do not.
    /// </summary>
    public const string FillResolutions = """
        insert into resolutions (request_id, pull_request_id, position, action, code, message, ran, next_pass)
        select folded.request_id, folded.pull_request_id, folded.position,
               case when folded.kind = 0 then 'succeeded'
                    when folded.kind = 2 or folded.code is null then 'again'
                    else rule.action end,
               folded.code, folded.message,
               case when folded.kind = 2 or (folded.kind = 3 and folded.code is null)
                      or (folded.code = 'cancelled' and rule.action = 'again') then 0 else 1 end,
               case when folded.kind in (1, 3) then rule.next_pass end
        from folded
        left join unnest(@rule_codes::text[], @rule_attempts::int[], @rule_actions::text[], @rule_passes::smallint[])
               as rule (code, attempts, action, next_pass)
               on rule.code = folded.code and rule.attempts = least(folded.attempts + 1, @max_attempts)
        where folded.request_outcome is null
        """;

    public const string Attempts = """
        update groqbatch.attempts attempt
        set outcome = case when folded.kind = 0 then 'succeeded' when folded.kind = 2 or folded.code is null then 'not_run' else 'failed' end,
            failure_code = case when folded.kind in (1, 3) then folded.code end,
            message = folded.message, http_status = answer.http_status, prompt_tokens = answer.prompt_tokens,
            completion_tokens = answer.completion_tokens,
            cost = case when folded.code in ('expired', 'batch_rejected') or (folded.kind = 3 and folded.code is null) then coalesce(answer.cost, 0)
                        else answer.cost end,
            provider_request_id = answer.provider_request_id, raw_answer = answer.raw
        from folded left join answers answer on answer.seq = folded.seq
        where attempt.id = folded.attempt_id
        """;

    /// <summary>
    /// A pull request whose content changed since it was sent becomes stale by this: its state compares both hashes. Answers that come after
    /// their run has ended (it was cancelled, the provider took longer) are saved, but don't take the place of a fresh summary.
    /// </summary>
    public const string Summaries = """
        with written as (
            insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash,
                                             document, prompt_tokens, completion_tokens, cost)
            select folded.pull_request_id, @provider, @run, folded.attempt_id, @model, @rung, @pass, @prompt_version, folded.content_hash,
                   answer.document, answer.prompt_tokens, answer.completion_tokens, answer.cost
            from folded join answers answer on answer.seq = folded.seq
            where folded.kind = 0
            on conflict (attempt_id) do nothing
            returning id, pull_request_id, content_hash
        )
        update groqbatch.pull_request_states state
        set summary_id = written.id, summary_hash = written.content_hash, summary_rung = @rung, is_prompt_outdated = false, is_claimed = false,
            has_failed = false, failure_code = null, is_parked = false, parked_by = null, parked_reason = null
        from written
        where state.provider = @provider and state.pull_request_id = written.pull_request_id
          and (not @late or state.summary_id is null or state.summary_hash is distinct from state.content_hash)
        """;

    /// <summary>
    /// The lock that saving a summary takes, for a batch that saved none: two batches of a run are taken at once, and both are to lock its team's
    /// counters before those of its passes.
    /// </summary>
    public const string LockCounters = "select 1 from groqbatch.coverage_by_team where provider = @provider and team_id = @team for update";

    /// <summary>Cost once per attempt, from the attempts as they now stand.</summary>
    public const string Counted = """
        select count(*) filter (where folded.kind = 0)::int,
               count(*) filter (where folded.kind <> 0 and attempt.outcome = 'failed')::int,
               count(*) filter (where folded.kind = 3)::int,
               count(*) filter (where folded.kind = 2)::int,
               coalesce(sum(attempt.prompt_tokens), 0)::bigint,
               coalesce(sum(attempt.completion_tokens), 0)::bigint,
               coalesce(sum(attempt.cost), 0),
               count(*) filter (where attempt.cost is null and attempt.outcome <> 'not_run')::int,
               min(folded.message) filter (where folded.kind = 2)
        from folded join groqbatch.attempts attempt on attempt.id = folded.attempt_id
        """;

    /// <summary>How many lines there were, how many named nothing of this batch, how many came twice, and by HTTP status as the provider counts.</summary>
    public const string Lines = """
        select count(*)::int,
               (count(*) filter (where request.id is null))::int,
               (count(answer.pull_request_id) - count(distinct answer.pull_request_id))::int,
               (count(*) filter (where answer.http_status between 200 and 299))::int,
               (array_agg(coalesce(answer.custom_id, '(none)')) filter (where request.id is null))[1:10],
               (count(distinct answer.pull_request_id) filter (where answer.http_status between 200 and 299 and request.id is not null))::int,
               (count(distinct answer.pull_request_id) filter (where (answer.http_status between 200 and 299) is not true and request.id is not null))::int
        from answers answer
        left join (select request.id, request.pull_request_id
                   from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id
                   where attempt.batch_id = @batch) request on request.pull_request_id = answer.pull_request_id
        """;

    /// <summary>The custom ids behind a difference, the first ten of each kind: of no request of this batch, repeated, in neither file.</summary>
    public const string OffendingIds = """
        select coalesce(array_agg(id), '{}') from (
            (select coalesce(answer.custom_id, '(none)') as id
             from answers answer
             where not exists (select 1 from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id
                               where attempt.batch_id = @batch and request.pull_request_id = answer.pull_request_id)
             limit 10)
            union
            (select min(custom_id) from answers where pull_request_id is not null group by pull_request_id having count(*) > 1 limit 10)
            union
            (select coalesce((select known.custom_id from groqbatch.batch_custom_ids known
                              where known.batch_id = @batch and known.pull_request_id = folded.pull_request_id limit 1),
                             'pr-' || folded.pull_request_id)
             from folded where @unanswered and folded.kind = 3 limit 10)
        ) offending
        """;

    /// <summary>How many attempts failed, by code.</summary>
    public const string FailedByCode = """
        select folded.code, count(*)::int
        from folded join groqbatch.attempts attempt on attempt.id = folded.attempt_id
        where folded.kind <> 0 and attempt.outcome = 'failed'
        group by folded.code
        """;

    public const string PassTokens = """
        update groqbatch.passes
        set prompt_tokens = prompt_tokens + @prompt_tokens, completion_tokens = completion_tokens + @completion_tokens, cost = cost + @cost,
            unknown_requests = unknown_requests + @unknown
        where run_id = @run and ordinal = @pass
        """;

    /// <summary>Whether one of those that wait has had all its attempts. Read after the requests were updated.</summary>
    public const string NeedsAttention = """
        select exists (
            select 1 from resolutions resolution
            join groqbatch.requests request on request.id = resolution.request_id
            join unnest(@rule_codes::text[], @rule_attempts::int[]) as rule (code, attempts)
              on rule.code = resolution.code and rule.attempts = least(request.attempts, @max_attempts)
            where resolution.action = 'again' and resolution.ran = 1)
        """;

    public const string Again = "select count(*)::int from resolutions where action = 'again'";

    /// <summary>
    /// Of the estimate the share of those attempts stays committed whose cost is unknown: it may have to be paid, so no cap takes it for nothing.
    /// The time is the transaction's, as that of the summaries and outcomes it brought: whoever rebuilds them knows it from here.
    /// </summary>
    public const string Ingested = """
        update groqbatch.batches
        set state = 'Ingested', ingested_at = now(), offending_ids = @offending_ids, succeeded = @succeeded, failed = @failed_requests, unanswered = @unanswered,
            difference = @difference, cost = @cost,
            committed_cost = case when @unknown > 0 then round(committed_cost * @unknown / requests, 9) end, retry_at = null, troubles = 0, trouble = null
        where id = @batch and state = 'Ended'
        returning ordinal
        """;
}
