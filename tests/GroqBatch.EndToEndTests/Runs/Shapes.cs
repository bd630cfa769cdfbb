using Npgsql;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>Runs written by hand, counters only, in states in which nothing moves them: every shape that a ladder can have.</summary>
internal static class Shapes
{
    private const string Sql = """
        with chosen as (select id from groqbatch.teams order by id limit 1),
        shape (name, state, reason, rungs, passes, batches) as (
            values
                ('two-passes', 'CompletedWithFailures', null, 2, '{4147,4022,125;125,123,2}', 5),
                ('three-rungs-57-8', 'CompletedWithFailures', null, 3, '{1000,422,578;578,541,37;37,36,1}', 9),
                ('one-rung', 'CompletedWithFailures', null, 1, '{3045,2970,75}', 4),
                ('no-failures', 'Completed', null, 2, '{100,100,0}', 1),
                ('held-canary', 'Held', 'The canary: 10 of 50 failed on the first rung (20.0 %), at most 10.0 % may.', 2, '{4147,40,10}', 1),
                ('many', 'CompletedWithFailures', null, 2, '{300000,288000,12000;12000,11940,60}', 60),
                ('not-begun', 'Held', 'Held before it began.', 2, '{}', 0)),
        run as (
            insert into groqbatch.runs (id, team_id, provider, state, reason, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, created_at, planned_at, ended_at, is_canary_decided, selected, succeeded)
            select gen_random_uuid(), chosen.id, 'simulator', shape.state, shape.reason, shape.rungs > 1, false, '{}',
                   jsonb_build_object('rungs', (
                       select jsonb_agg(jsonb_build_object('ordinal', n, 'responseFormat', 'JsonSchema', 'maxCompletionTokens', 4096, 'contextTokens', 131072,
                                                           'model', (array['openai/gpt-oss-20b', 'openai/gpt-oss-120b', 'moonshotai/kimi-k2-instruct'])[n],
                                                           'replaced', case when n = 2 then 'llama-3.3-70b-versatile' end,
                                                           'promptPrice', 0.0375, 'completionPrice', 0.15, 'pricesReadOn', '2026-11-01') order by n)
                       from generate_series(1, shape.rungs) n)),
                   '1.0', '{"maxRequestsPerBatch":1000,"maxBatchBytes":100000000,"completionWindow":"24h","maxAttemptsPerRequest":2,"canary":50}',
                   'shape:' || shape.name, now() - interval '32 minutes', case when shape.passes = '{}' then null else now() - interval '31 minutes' end,
                   case when shape.state = 'Held' then null else now() - interval '2 minutes' end, shape.name <> 'held-canary', 0, 0
            from shape, chosen
            returning id, started_by, state),
        pass as (
            insert into groqbatch.passes (run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                          unknown_requests, started_at, ended_at)
            select run.id, part.ordinal, (array['openai/gpt-oss-20b', 'openai/gpt-oss-120b', 'moonshotai/kimi-k2-instruct'])[part.ordinal],
                   case when part.ordinal = 2 then 'llama-3.3-70b-versatile' end, split_part(part.figures, ',', 1)::int,
                   split_part(part.figures, ',', 2)::int, split_part(part.figures, ',', 3)::int, 0, 0, split_part(part.figures, ',', 2)::int * 0.00025,
                   split_part(part.figures, ',', 3)::int, now() - interval '31 minutes', now() - interval '2 minutes'
            from run
            join shape on 'shape:' || shape.name = run.started_by
            cross join lateral string_to_table(trim(both '{}' from shape.passes), ';') with ordinality part (figures, ordinal)
            where shape.passes <> '{}'
            returning run_id, ordinal, requests, succeeded, failed),
        failure as (
            insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
            select pass.run_id, pass.ordinal, 'json_validate_failed', pass.failed,
                   case when run.state <> 'Held' and pass.ordinal = (select max(ordinal) from pass other where other.run_id = pass.run_id)
                        then pass.failed else 0 end
            from pass join run on run.id = pass.run_id where pass.failed > 0),
        batch as (
            insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, status, provider, nonce, requests, bytes, prompt_version, request_file_hash,
                                           provider_batch_id, input_file_id, output_file_id, error_file_id, provider_total, provider_completed, provider_failed,
                                           succeeded, failed, difference, offending_ids, created_at, submitted_at, ended_at, ingested_at, polled_at, troubles)
            select gen_random_uuid(), pass.run_id, pass.ordinal, n, 'Ingested', 'completed', 'simulator', gen_random_uuid(), part.requests, 1, '1.0', '\x00',
                   'batch_' || replace(gen_random_uuid()::text, '-', ''), 'file_' || replace(gen_random_uuid()::text, '-', ''),
                   'file_' || replace(gen_random_uuid()::text, '-', ''), 'file_' || replace(gen_random_uuid()::text, '-', ''), part.requests,
                   part.requests - part.failed + case when n = 3 then least(3, part.failed) else 0 end, part.failed - case when n = 3 then least(3, part.failed) else 0 end,
                   part.requests - part.failed, part.failed, null, null, now() - interval '31 minutes', now() - interval '30 minutes',
                   now() - interval '19 minutes', now() - interval '19 minutes', now() - interval '19 minutes', 0
            from pass
            join run on run.id = pass.run_id
            join shape on 'shape:' || shape.name = run.started_by
            cross join lateral (select case when pass.ordinal = 1 then greatest(1, shape.batches) else 1 end as count) batches
            cross join lateral generate_series(1, batches.count) n
            cross join lateral (select (pass.succeeded + pass.failed) / batches.count as requests, pass.failed / batches.count as failed) part)
        select replace(started_by, 'shape:', ''), id from run order by 1
        """;

    /// <summary>Writes them.</summary>
    public static async Task<IReadOnlyList<(string Name, Guid Id)>> WriteAsync(NpgsqlDataSource database)
    {
        var shapes = new List<(string Name, Guid Id)>();
        await using (var command = database.CreateCommand(Sql))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                shapes.Add((reader.GetString(0), reader.GetGuid(1)));
            }
        }

        await using var totals = database.CreateCommand(
            """
            update groqbatch.runs run
            set selected = first.requests, succeeded = (select sum(succeeded) from groqbatch.passes pass where pass.run_id = run.id)
            from groqbatch.passes first
            where first.run_id = run.id and first.ordinal = 1 and run.started_by like 'shape:%'
            """
        );
        await totals.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return shapes;
    }
}
