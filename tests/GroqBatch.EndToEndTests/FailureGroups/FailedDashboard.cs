using GroqBatch.EndToEndTests.Browser;

namespace GroqBatch.EndToEndTests.FailureGroups;

/// <summary>
/// A dashboard with a team whose seven runs failed on some two per cent, but for the last: 289 of its 500 requests, 57.8 %, with messages and answers
/// that strangers wrote. What they left without a summary is open.
/// </summary>
public sealed class FailedDashboard : IAsyncLifetime
{
    /// <summary>The run that failed.</summary>
    internal static readonly Guid Failed = Guid.Parse("019ac000-0000-7000-8000-0000000000a7");

    private const string Traps = """
        <script>trap('script')</script><img src=x onerror="trap('image')"><svg onload="trap('svg')"></svg><a href="javascript:trap('link')">here</a> ‮right to left‬ {{7*7}} 👩‍👩‍👧‍👦
        """;

    private readonly SampleDashboard _sample = new();

    internal Testing.Databases.TestDatabase Database => _sample.Database;
    internal DashboardProcess Dashboard => _sample.Dashboard;

    public async ValueTask InitializeAsync()
    {
        await _sample.InitializeAsync();
        await using var write = Database.DataSource.CreateCommand(
            $$"""
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (900, 'acme', 'Acme', 0.95, false);

            insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                                                 additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash,
                                                 prompt_bytes, is_eligible)
            select 900, 'acme/app', n, case when n % 7 = 0 then '{{Traps.Replace(
                "'",
                "''",
                StringComparison.Ordinal
            )}}' || repeat('W', 300) else 'Count the ' || n || ' things that changed' end,
                   'A body.', 'ada', false, 'closed', true, false, array[]::text[], 1, 1, 1, now() - n * interval '1 hour',
                   case when n % 7 = 0 then 'javascript:trap(1)' else 'https://github.example/acme/app/pull/' || n end, '[]', '[]', '[]', '[]', sha256(n::text::bytea), 400, true
            from generate_series(1, 500) n;

            insert into groqbatch.runs (id, team_id, provider, state, reason, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, created_at, planned_at, ended_at, is_canary_decided, selected, succeeded)
            select ('019ac000-0000-7000-8000-0000000000a' || n)::uuid, 900, 'simulator', 'CompletedWithFailures', 'Some have no summary.', false, false, array[]::text[],
                   '{"rungs":[{"ordinal":1,"model":"openai/gpt-oss-20b","responseFormat":"JsonSchema","maxCompletionTokens":4096,"contextTokens":131072}]}', '1.0',
                   '{"maxRequestsPerBatch":5000,"maxBatchBytes":100000000,"completionWindow":"24h","maxAttemptsPerRequest":2}', 'mira', now() - (8 - n) * interval '2 days',
                   now() - (8 - n) * interval '2 days', now() - (8 - n) * interval '2 days' + interval '20 minutes', true, 500, case n when 7 then 211 else 490 end
            from generate_series(1, 7) n;
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests, started_at, ended_at)
            select id, 1, 'openai/gpt-oss-20b', 500, case selected - succeeded when 289 then 211 else 490 + right(id::text, 1)::int % 3 end,
                   case selected - succeeded when 289 then 289 else 10 - right(id::text, 1)::int % 3 end, 400000, 90000, 0.05, 0, planned_at, ended_at
            from groqbatch.runs where team_id = 900;

            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, outcome, failure_code, message, is_final, attempts, resolved_at)
            select '{{Failed}}', 1, pr.id, pr.number, case when pr.number <= 289 then 'failed' else 'succeeded' end,
                   case when pr.number > 289 then null when pr.number <= 170 then 'json_validate_failed' when pr.number <= 260 then 'max_tokens' else 'schema_violation' end,
                   case when pr.number > 289 then null when pr.number <= 170 then 'Failed to validate JSON. Please adjust your prompt. See ''failed_generation'' for more details.'
                        when pr.number <= 260 then null else 'Not of the shape: ' || pr.number || ' {{Traps.Replace(
                "'",
                "''",
                StringComparison.Ordinal
            )}}' end,
                   pr.number <= 289, 1, now() - interval '2 days'
            from groqbatch.pull_requests pr where pr.team_id = 900;
            insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, status, provider, nonce, requests, bytes, prompt_version, request_file_hash, troubles,
                                           provider_batch_id, succeeded, failed, unanswered, cost)
            values (gen_random_uuid(), '{{Failed}}', 1, 1, 'Ingested', 'completed', 'simulator', gen_random_uuid(), 500, 2000000, '1.0', ''::bytea, 0, 'batch_failed', 211, 289, 0, 0.05);
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash, outcome, failure_code, message, http_status, prompt_tokens, completion_tokens,
                                            cost, raw_answer)
            select request.id, 1, batch.id, request.position, ''::bytea, request.outcome, request.failure_code, request.message, case request.outcome when 'failed' then 400 else 200 end,
                   case request.outcome when 'succeeded' then 800 end, case request.outcome when 'succeeded' then 180 end, case request.outcome when 'succeeded' then 0.0001 end,
                   '{"error":"' || coalesce(request.message, '') || '","failed_generation":"{{Traps.Replace(
                "'",
                "''",
                StringComparison.Ordinal
            )}}' || repeat('x', 200000) || '"}'
            from groqbatch.requests request join groqbatch.batches batch on batch.run_id = request.run_id
            where request.run_id = '{{Failed}}';
            insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
            select run_id, pass_ordinal, failure_code, count(*), count(*) from groqbatch.requests where run_id = '{{Failed}}' and outcome = 'failed' group by 1, 2, 3
            union all select id, 1, 'json_validate_failed', 10 - right(id::text, 1)::int % 3, 0 from groqbatch.runs where team_id = 900 and id <> '{{Failed}}';
            insert into groqbatch.failure_groups (run_id, ordinal, code, message_key, message, provider, team_id, model, requests, final, first_at, last_at)
            select run_id, 1, failure_code, message_key, groqbatch.folded_message(coalesce(min(message), '')), 'simulator', 900, 'openai/gpt-oss-20b', count(*), count(*),
                   min(resolved_at), max(resolved_at)
            from groqbatch.requests where run_id = '{{Failed}}' and outcome = 'failed' group by 1, 3, 4;
            update groqbatch.pull_request_states state set has_failed = true, failure_code = request.failure_code, failure_group_id = failed.id
            from groqbatch.requests request
            join groqbatch.failure_groups failed on failed.run_id = request.run_id and failed.code = request.failure_code and failed.message_key = request.message_key
            where request.run_id = '{{Failed}}' and state.pull_request_id = request.pull_request_id and state.provider = 'simulator';
            analyze;
            """
        );
        await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    internal async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
