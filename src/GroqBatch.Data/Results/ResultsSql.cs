namespace GroqBatch.Data.Results;

/// <summary>Raw, because of INSERT … SELECT over what was given, and joins with lists of parameters.</summary>
internal static class ResultsSql
{
    public const string FindBatch = """
        select run_id, id from groqbatch.batches
        where provider = @provider and (provider_batch_id = @id or (provider_batch_id is null and nonce = @nonce))
        order by provider_batch_id nulls last
        limit 1
        """;

    private const string Known = """
        , pr.id, pr.team_id, team.slug, state.state
        from {0}
        join groqbatch.teams team on team.id = pr.team_id
        join groqbatch.pull_request_states state on state.pull_request_id = pr.id and state.provider = @provider
        order by pr.created_at desc, pr.id desc
        """;

    /// <summary>By the unique key of teams, then that of pull requests.</summary>
    public static readonly string Mapped =
        "select given.custom_id"
        + Known.Replace(
            "{0}",
            """
            unnest(@custom_ids::text[], @teams::text[], @repositories::text[], @numbers::bigint[]) as given (custom_id, team, repository, number)
            join groqbatch.teams named on named.slug = given.team
            join groqbatch.pull_requests pr on pr.team_id = named.id and pr.repository = given.repository and pr.number = given.number
            """,
            StringComparison.Ordinal
        );

    public static readonly string Own =
        "select 'pr-' || pr.id"
        + Known.Replace(
            "{0}",
            "unnest(@ids::bigint[]) as given (id) join groqbatch.pull_requests pr on pr.id = given.id",
            StringComparison.Ordinal
        );

    /// <summary>It holds no claim: its requests have their outcome before anybody sees it.</summary>
    public const string AddRun = """
        insert into groqbatch.runs (id, team_id, provider, state, reason, with_fallback, include_stale, retry_codes, ladder, prompt_version,
                                    settings, started_by, planned_at, is_canary_decided, selected, succeeded, provenance)
        values (@run, @team, @provider, 'Running', @reason, false, false, '{}', @ladder, @prompt_version, @settings, @actor, now(), true,
                @selected, 0, 'Results')
        """;

    public const string AddPass = """
        insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                      unknown_requests)
        values (@run, 1, @model, @selected, 0, 0, 0, 0, 0, 0)
        """;

    /// <summary>Without an intent: nothing of it was spent by this installation's leave, and no cap counts it.</summary>
    public const string AddBatch = """
        insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, nonce, requests, bytes, request_file_hash,
                                       prompt_version, rung, troubles, provider_batch_id, status, raw, input_file_id, output_file_id,
                                       error_file_id, provider_total, provider_completed, provider_failed, submitted_at, ended_at, polled_at,
                                       expires_at)
        values (@batch, @run, 1, 1, 'Ended', @provider, @nonce, @selected, @bytes, @hash, @prompt_version, @rung, 0, @provider_batch_id,
                @status, @raw, @input, @output, @error, @total, @completed, @failed, @submitted_at, coalesce(@ended_at, now()), now(),
                @expires_at)
        on conflict (provider, provider_batch_id) do nothing
        """;

    public const string AddRequests = """
        insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts, batch_id)
        select @run, 1, given.id, given.position, false, 0, @batch
        from unnest(@ids::bigint[]) with ordinality as given (id, position)
        """;

    /// <summary>
    /// What exactly was sent nobody here knows: the content as it is now, if it has not changed since the batch was created, otherwise none, and
    /// a summary of none is stale. Providers tell times in whole seconds.
    /// </summary>
    public const string AddAttempts = """
        insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
        select request.id, 1, @batch, request.position, case when pr.updated_at < @submitted_at + interval '1 second' then pr.content_hash else '\x' end
        from groqbatch.requests request join groqbatch.pull_requests pr on pr.id = request.pull_request_id
        where request.run_id = @run
        """;

    public const string AddCustomIds = """
        insert into groqbatch.batch_custom_ids (batch_id, custom_id, pull_request_id)
        select @batch, given.custom_id, given.id from unnest(@custom_ids::text[], @ids::bigint[]) as given (custom_id, id)
        """;

    public const string MarkPrompt = """
        update groqbatch.pull_request_states state
        set is_prompt_outdated = true
        from groqbatch.summaries summary
        where summary.run_id = @run and state.summary_id = summary.id and not state.is_prompt_outdated
          and split_part(summary.prompt_version, '.', 1)::int <> @prompt_major
        """;

    public const string End = """
        update groqbatch.runs run
        set ended_at = now(), reason = @reason,
            state = case when exists (select 1 from groqbatch.pass_failures failure where failure.run_id = run.id and failure.final > 0)
                         then 'CompletedWithFailures' else 'Completed' end
        where run.id = @run
        returning state
        """;
}
