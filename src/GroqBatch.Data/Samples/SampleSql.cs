namespace GroqBatch.Data.Samples;

/// <summary>Raw, because of COPY and INSERT … SELECT: a sample run has some thousands of requests and attempts.</summary>
internal static class SampleSql
{
    public const string AddTeam = """
        insert into groqbatch.teams (slug, name, goal, is_sample) values (@slug, @name, @goal, true)
        on conflict (slug) do nothing
        returning id
        """;

    /// <summary>One row for each attempt, with the answer it had.</summary>
    public const string CreateAttempts = """
        create temporary table sample_attempts (
            pass smallint not null, batch_id uuid not null, line int not null, position int not null, repository text not null,
            number bigint not null, resolved_at timestamptz not null, failure_code text, message text, generated text,
            prompt_tokens int, completion_tokens int, cost numeric(18,9), provider_request_id text not null, document jsonb,
            pull_request_id bigint, content_hash bytea
        ) on commit drop
        """;

    public const string CopyAttempts = """
        copy sample_attempts (pass, batch_id, line, position, repository, number, resolved_at, failure_code, message, generated,
                              prompt_tokens, completion_tokens, cost, provider_request_id, document) from stdin (format binary)
        """;

    /// <summary>
    /// Once, and each statement after it has a key to go by: what was written in this transaction has no statistics yet, and a join of it with
    /// everything else at once was planned as if each side were one row (10 million of them in 13 seconds).
    /// </summary>
    public const string FindPullRequests = """
        update sample_attempts attempt
        set pull_request_id = pr.id, content_hash = pr.content_hash
        from groqbatch.pull_requests pr
        where (pr.team_id, pr.repository, pr.number) = (@team, attempt.repository, attempt.number)
        """;

    public const string AddRequests = """
        insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, outcome, failure_code, message, is_final, attempts,
                                        resolved_at)
        select @run, attempt.pass, attempt.pull_request_id, attempt.position,
               case when attempt.failure_code is null then 'succeeded' else 'failed' end,
               attempt.failure_code, attempt.message, false, 1, attempt.resolved_at
        from sample_attempts attempt
        order by attempt.pass, attempt.position
        """;

    /// <summary>With the line that a provider would have answered: what the page of a request shows.</summary>
    public const string AddAttempts = """
        insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash, outcome, failure_code, message, http_status,
                                        prompt_tokens, completion_tokens, cost, provider_request_id, raw_answer)
        select request.id, 1, attempt.batch_id, attempt.line, attempt.content_hash, request.outcome, attempt.failure_code, attempt.message,
               case when attempt.failure_code is null then 200 else 400 end, attempt.prompt_tokens, attempt.completion_tokens, attempt.cost,
               attempt.provider_request_id,
               json_build_object(
                   'id', 'batch_req_out_' || md5(attempt.provider_request_id),
                   'custom_id', 'pr-' || attempt.pull_request_id,
                   'response', json_build_object(
                       'status_code', case when attempt.failure_code is null then 200 else 400 end,
                       'request_id', attempt.provider_request_id,
                       'body', case when attempt.failure_code is null then json_build_object(
                           'object', 'chat.completion', 'model', pass.model,
                           'choices', json_build_array(json_build_object(
                               'index', 0,
                               'message', json_build_object('role', 'assistant', 'content', attempt.document::text),
                               'finish_reason', 'stop')),
                           'usage', json_build_object(
                               'prompt_tokens', attempt.prompt_tokens, 'completion_tokens', attempt.completion_tokens,
                               'total_tokens', attempt.prompt_tokens + attempt.completion_tokens))
                       else json_build_object('error', json_build_object(
                           'message', attempt.message, 'type', 'invalid_request_error', 'code', 'json_validate_failed',
                           'failed_generation', attempt.generated)) end),
                   'error', null)::text
        from sample_attempts attempt
        join groqbatch.requests request
          on (request.run_id, request.pass_ordinal, request.pull_request_id) = (@run, attempt.pass, attempt.pull_request_id)
        join groqbatch.passes pass on pass.run_id = @run and pass.ordinal = attempt.pass
        order by attempt.pass, attempt.position
        """;

    public const string AddSummaries = """
        with written as (
            insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash,
                                             document, prompt_tokens, completion_tokens, cost, created_at)
            select request.pull_request_id, @provider, @run, attempt.id, pass.model, pass.ordinal, pass.ordinal, @prompt_version,
                   attempt.content_hash, sample.document, attempt.prompt_tokens, attempt.completion_tokens, attempt.cost, sample.resolved_at
            from sample_attempts sample
            join groqbatch.attempts attempt on attempt.batch_id = sample.batch_id and attempt.line = sample.line
            join groqbatch.requests request on request.id = attempt.request_id
            join groqbatch.passes pass on pass.run_id = @run and pass.ordinal = request.pass_ordinal
            where sample.document is not null
            returning id, pull_request_id, content_hash, rung
        )
        update groqbatch.pull_request_states state
        set summary_id = written.id, summary_hash = written.content_hash, summary_rung = written.rung
        from written
        where state.provider = @provider and state.pull_request_id = written.pull_request_id
        """;

    /// <summary>
    /// What an installation that had been there all the while would have noted on each of the last thirty evenings: of the pull requests there were
    /// by then, those that had a summary by then. Today's is noted by whoever notes every day's.
    /// </summary>
    public const string AddHistory = """
        insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed, parked,
                                                pending, goal)
        select @provider, team.id, evening.at,
               count(*) filter (where not pr.is_eligible),
               count(*) filter (where pr.is_eligible and summary.rung = 1),
               count(*) filter (where pr.is_eligible and summary.rung > 1),
               0, 0, 0, 0,
               count(*) filter (where pr.is_eligible and summary.id is null),
               team.goal
        from (select date_trunc('day', now(), 'UTC') - day * interval '1 day' + interval '23 hours' as at from generate_series(1, 30) day) evening
        join groqbatch.teams team on team.id = @team
        join groqbatch.pull_requests pr on pr.team_id = team.id and pr.created_at <= evening.at
        left join groqbatch.summaries summary on summary.run_id = @run and summary.pull_request_id = pr.id and summary.created_at <= evening.at
        group by team.id, team.goal, evening.at
        order by evening.at
        """;

    public const string Exists = "select exists (select 1 from groqbatch.teams where is_sample)";

    public const string Lock = "select id, slug from groqbatch.teams where is_sample order by slug for update";

    /// <summary>
    /// Children first and each in one statement: left to the foreign keys, every pull request would be followed on its own, and each time the
    /// counters would be written.
    /// </summary>
    public static readonly string[] Remove =
    [
        SpotChecks.SpotCheckSql.RemoveOfTeams,
        "delete from groqbatch.pull_request_states where team_id = any(@teams)",
        "delete from groqbatch.coverage_by_month where team_id = any(@teams)",
        "delete from groqbatch.coverage_by_team where team_id = any(@teams)",
        """
            delete from groqbatch.summaries summary using groqbatch.pull_requests pr
            where summary.pull_request_id = pr.id and pr.team_id = any(@teams)
            """,
        """
            delete from groqbatch.attempts attempt using groqbatch.requests request, groqbatch.runs run
            where attempt.request_id = request.id and request.run_id = run.id and run.team_id = any(@teams)
            """,
        "delete from groqbatch.requests request using groqbatch.runs run where request.run_id = run.id and run.team_id = any(@teams)",
        "delete from groqbatch.runs where team_id = any(@teams)",
        "delete from groqbatch.pull_requests where team_id = any(@teams)",
        "delete from groqbatch.teams where id = any(@teams)",
    ];
}
