namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>Every row that the ledger has of a run, as text, and ways to lose them.</summary>
internal static class RowsOfRun
{
    /// <summary>All rows of a run with every column, but for keys that a summary gets anew when it is written anew.</summary>
    public static Task<IReadOnlyList<string>> ReadAsync(TestInstallation installation, Guid runId, CancellationToken cancellationToken) =>
        installation.ListAsync<string>(
            $"""
            select line from (
                select 1 as part, to_jsonb(run)::text as line from groqbatch.runs run where id = '{runId}'
                union all select 2, to_jsonb(pass)::text from groqbatch.passes pass where run_id = '{runId}'
                union all select 3, to_jsonb(failure)::text from groqbatch.pass_failures failure where run_id = '{runId}'
                union all select 4, to_jsonb(batch)::text from groqbatch.batches batch where run_id = '{runId}'
                union all select 5, to_jsonb(request)::text from groqbatch.requests request where run_id = '{runId}'
                union all select 6, to_jsonb(attempt)::text from groqbatch.attempts attempt
                    join groqbatch.requests request on request.id = attempt.request_id where request.run_id = '{runId}'
                union all select 7, (to_jsonb(summary) - 'id')::text from groqbatch.summaries summary where run_id = '{runId}'
                union all select 8, (to_jsonb(stand) - 'summary_id' - 'failure_group_id')::text || coalesce(summary.document::text, '')
                                    || coalesce((select failed.code || failed.message_key::text from groqbatch.failure_groups failed
                                                 where failed.id = stand.failure_group_id), '')
                    from groqbatch.pull_request_states stand
                    join groqbatch.requests request on request.pull_request_id = stand.pull_request_id and request.pass_ordinal = 1
                    left join groqbatch.summaries summary on summary.id = stand.summary_id where request.run_id = '{runId}'
                union all select 9, to_jsonb(counter)::text from groqbatch.coverage_by_team counter
            ) rows order by part, line collate "C"
            """,
            cancellationToken
        );

    /// <summary>Tells whether any row of a run was written in between, were it only with what it held.</summary>
    public static Task<string> VersionsAsync(TestInstallation installation, Guid runId, CancellationToken cancellationToken) =>
        installation.ScalarAsync<string>(
            $"""
            select md5(string_agg(version, ',' order by version)) from (
                select 'run ' || xmin as version from groqbatch.runs where id = '{runId}'
                union all select 'pass ' || ordinal || xmin from groqbatch.passes where run_id = '{runId}'
                union all select 'failure ' || ordinal || code || xmin from groqbatch.pass_failures where run_id = '{runId}'
                union all select 'batch ' || id || xmin from groqbatch.batches where run_id = '{runId}'
                union all select 'request ' || id || xmin from groqbatch.requests where run_id = '{runId}'
                union all select 'attempt ' || attempt.id || attempt.xmin from groqbatch.attempts attempt
                    join groqbatch.requests request on request.id = attempt.request_id where request.run_id = '{runId}'
                union all select 'summary ' || id || xmin from groqbatch.summaries where run_id = '{runId}'
                union all select 'state ' || pull_request_id || xmin from groqbatch.pull_request_states
                union all select 'event ' || id from groqbatch.run_events where run_id = '{runId}'
            ) versions
            """,
            cancellationToken
        );

    /// <summary>A disaster: every summary and every outcome of a run is gone.</summary>
    /// <param name="timesToo">Whether it is forgotten as well when each request had its outcome.</param>
    public static Task LoseOutcomesAsync(
        TestInstallation installation,
        Guid runId,
        CancellationToken cancellationToken,
        bool timesToo = true
    ) =>
        installation.ExecuteAsync(
            $"""
            delete from groqbatch.summaries where run_id = '{runId}';
            update groqbatch.attempts attempt
            set outcome = null, failure_code = null, message = null, http_status = null, prompt_tokens = null, completion_tokens = null,
                cost = null, provider_request_id = null, raw_answer = null
            from groqbatch.requests request where request.id = attempt.request_id and request.run_id = '{runId}';
            update groqbatch.requests
            set outcome = null, failure_code = null, message = null, is_final = false, attempts = 0{(
                timesToo ? ", resolved_at = null" : ""
            )}
            where run_id = '{runId}';
            """,
            cancellationToken
        );

    /// <summary>A worse one: the counters are gone as well, and what pull requests know of it.</summary>
    public static Task LoseCountersAsync(TestInstallation installation, Guid runId, CancellationToken cancellationToken) =>
        installation.ExecuteAsync(
            $"""
            update groqbatch.passes
            set succeeded = 0, failed = 0, prompt_tokens = 0, completion_tokens = 0, cost = 0, unknown_requests = 0, ended_at = null
            where run_id = '{runId}';
            delete from groqbatch.pass_failures where run_id = '{runId}';
            delete from groqbatch.failure_groups where run_id = '{runId}';
            update groqbatch.runs set succeeded = 0 where id = '{runId}';
            update groqbatch.batches set succeeded = null, failed = null, cost = null where run_id = '{runId}' and state = 'Ingested';
            update groqbatch.pull_request_states
            set summary_id = null, summary_hash = null, summary_rung = null, has_failed = false, failure_code = null;
            """,
            cancellationToken
        );
}
