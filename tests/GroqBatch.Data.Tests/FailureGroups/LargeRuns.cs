using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.FailureGroups;

/// <summary>
/// Two runs of 20,000 requests on one team. In pass 1 of the first each tenth request failed, by turns with json_validate_failed in two kinds of
/// message and with max_tokens; in pass 2 each fifth of these.
/// </summary>
public sealed class LargeRuns : IAsyncLifetime
{
    public const int Requests = 20_000;
    public static readonly Guid First = Guid.Parse("019ac000-0000-7000-8000-000000000001");
    public static readonly Guid Second = Guid.Parse("019ac000-0000-7000-8000-000000000002");
    private ServiceProvider? _services;

    internal TestDatabase Database { get; } = new();
    internal IFailureReader Failures => _services!.GetRequiredService<IFailureReader>();
    internal IRequestReader Reader => _services!.GetRequiredService<IRequestReader>();
    internal IServiceProvider Services => _services!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(Database.ConnectionString);
        _services = services.BuildServiceProvider();
        await _services
            .GetRequiredService<Data.Installation.DatabaseInitialiser>()
            .PrepareProviderAsync("simulator", 1, TestContext.Current.CancellationToken);
        await ExecuteAsync(
            $"""
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
            values (1, 'acme', 'Acme', 0.95, false), (2, 'idle', 'Idle', 0.95, false);

            insert into groqbatch.pull_requests (id, team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                                                 additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash,
                                                 prompt_bytes, is_eligible)
            overriding system value
            select n, 1, 'acme/app', n, case when n % 5000 = 4999 then 'A Rare title ' || n else 'Title ' || n end, 'b', 'ada', false, 'closed', true, false, array[]::text[],
                   0, 0, 0, timestamptz '2026-01-01' + n * interval '1 minute', 'https://host.example/' || n, '[]', '[]', '[]', '[]', sha256(n::text::bytea), 100, true
            from generate_series(1, {Requests}) n;

            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, created_at, is_canary_decided, selected, succeeded)
            select id::uuid, 1, 'simulator', 'CompletedWithFailures', true, false, array[]::text[], '[]', '1.0', '[]', 'mira', at::timestamptz, true, {Requests}, 19600
            from (values ('{First}', '2026-11-20'), ('{Second}', '2026-11-21')) run (id, at);
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            select id, 1, 'openai/gpt-oss-20b', {Requests}, 18000, 2000, 0, 0, 0, 0 from groqbatch.runs
            union all select id, 2, 'openai/gpt-oss-120b', 2000, 1600, 400, 0, 0, 0, 0 from groqbatch.runs;

            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, outcome, failure_code, message, is_final, attempts, resolved_at)
            select run.id, 1, n, {Requests} - n, case when n % 10 = 0 then 'failed' else 'succeeded' end,
                   case when n % 10 > 0 then null when n % 30 = 0 then 'max_tokens' else 'json_validate_failed' end,
                   case when n % 10 > 0 then null when n % 30 = 0 then 'max completion tokens reached'
                        when n % 20 = 0 then 'Failed to generate JSON: "' || n || '"' else 'Failed to validate JSON of pr-' || n end,
                   false, 1, run.created_at
            from groqbatch.runs run cross join generate_series(1, {Requests}) n
            union all
            select run.id, 2, n, {Requests} - n, case when n % 50 = 0 then 'failed' else 'succeeded' end,
                   case when n % 50 = 0 then 'max_tokens' end, case when n % 50 = 0 then 'max completion tokens reached' end, n % 50 = 0, 1, run.created_at
            from groqbatch.runs run cross join generate_series(10, {Requests}, 10) n;

            insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, nonce, requests, bytes, prompt_version, request_file_hash, troubles)
            select gen_random_uuid(), run_id, ordinal, 1, 'Ingested', 'simulator', gen_random_uuid(), requests, 0, '1.0', ''::bytea, 0 from groqbatch.passes;
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash, outcome, failure_code, message, http_status, prompt_tokens,
                                            completion_tokens, cost, raw_answer)
            select request.id, 1, batch.id, request.position + 1, ''::bytea, request.outcome, request.failure_code, request.message,
                   case when request.outcome = 'failed' then 400 else 200 end, case when request.outcome = 'succeeded' then 1000 end,
                   case when request.outcome = 'succeeded' then 200 end, case when request.outcome = 'succeeded' then 0.0003 end,
                   case when request.outcome = 'failed' then repeat('x', 10000) end
            from groqbatch.requests request join groqbatch.batches batch on batch.run_id = request.run_id and batch.pass_ordinal = request.pass_ordinal;
            insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
            select run_id, pass_ordinal, failure_code, count(*), count(*) filter (where is_final) from groqbatch.requests where outcome = 'failed' group by 1, 2, 3;
            """
        );
        foreach (var run in new[] { First, Second })
        {
            await using var count = Database.DataSource.CreateCommand(Data.FailureGroups.FailureGroupSql.CountOfRun);
            count.Parameters.AddWithValue("run", run);
            await count.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // The last failure of each: the second run's.
        await ExecuteAsync(
            $"""
            update groqbatch.pull_request_states state set has_failed = true, failure_code = failed.code, failure_group_id = failed.id
            from groqbatch.failure_groups failed
            where failed.run_id = '{Second}' and failed.ordinal = 2 and state.pull_request_id % 50 = 0;
            analyze;
            """
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How a statement would be carried out, as text.</summary>
    internal async Task<string> ExplainAsync(string sql, params Npgsql.NpgsqlParameter[] parameters)
    {
        await using var command = Database.DataSource.CreateCommand($"explain (analyze, timing off) {sql}");
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }
}
