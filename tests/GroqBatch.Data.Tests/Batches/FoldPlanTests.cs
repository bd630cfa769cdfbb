using GroqBatch.Data.Batches;
using GroqBatch.Testing.Databases;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Tests.Batches;

/// <summary>What came back is folded in time that grows with its lines, whatever the server believes of a batch that it has not seen.</summary>
public sealed class FoldPlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Lines = 2_000;
    private static readonly Guid Batch = Guid.Parse("019ac000-0000-7000-8000-0000000000b1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_batch_that_is_newer_than_the_statistics_each_attempt_looks_up_its_own_lines()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(
            connection,
            $"""
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (1, 'acme', 'Acme', 0.95, false);
            with run as (
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, is_canary_decided, selected, succeeded)
                values (gen_random_uuid(), 1, 'simulator', 'Running', true, false, array[]::text[], '[]', '1.0', '[]', 'mira', true, {4
                * Lines}, 0)
                returning id
            )
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            select id, 1, 'small', {4 * Lines}, 0, 0, 0, 0, 0, 0 from run;
            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
            select id, 1, n, n, false, 0 from groqbatch.runs cross join generate_series(1, {4 * Lines}) n;

            -- Three batches that the statistics know of, and one that came after them.
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
            select id, 1, ('019ac000-0000-7000-8000-00000000000' || position % 3)::uuid, position, ''::bytea
            from groqbatch.requests where position <= {3 * Lines};
            analyze groqbatch.requests, groqbatch.attempts;
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
            select id, 1, '{Batch}', position - {3 * Lines}, ''::bytea from groqbatch.requests where position > {3 * Lines};
            """
        );
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(connection, IngestSql.CreateAnswers);
        await ExecuteAsync(
            connection,
            $"""
            insert into answers (seq, custom_id, pull_request_id, kind)
            select n, 'pr-' || {3 * Lines} + 1 + n, {3 * Lines} + 1 + n, 0 from generate_series(0, {Lines - 1}) n;
            {IngestSql.IndexAnswers};
            analyze answers (seq, pull_request_id, kind);
            """
        );

        await using var fold = new NpgsqlCommand($"explain (analyze, timing off) {IngestSql.CreateFolded}", connection)
        {
            Parameters =
            {
                new("batch", Batch),
                new("missing_code", NpgsqlDbType.Text) { Value = "unanswered" },
                new("missing_message", "In neither file."),
                new("rejected_lines", Array.Empty<int>()),
                new("rejected_messages", Array.Empty<string>()),
            },
        };
        var plan = new List<string>();
        await using (var reader = await fold.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
            {
                plan.Add(reader.GetString(0));
            }
        }

        // A join that compares each with each says how many of its pairs it threw away.
        Assert.DoesNotContain(plan, line => line.Contains("Rows Removed by Join Filter", StringComparison.Ordinal));
        Assert.Contains(
            plan,
            line => line.Contains("on answers", StringComparison.Ordinal) && line.Contains($"loops={Lines}", StringComparison.Ordinal)
        );
        await using var folded = new NpgsqlCommand("select count(*)::int from folded where kind = 0", connection);
        Assert.Equal(Lines, await folded.ExecuteScalarAsync(Cancellation));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
