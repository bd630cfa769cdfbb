using GroqBatch.Testing.Databases;
using Npgsql;

namespace GroqBatch.Data.Tests.Runs;

/// <summary>What claims, requests, attempts and summaries name exists, and they go with it: as with foreign keys, asked once for each statement.</summary>
public sealed class StatementReferenceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly Guid Run = Guid.Parse("11111111-1111-1111-1111-111111111111");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("insert into groqbatch.claims (pull_request_id, run_id) values (1, gen_random_uuid())")]
    [InlineData(
        """
            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
            values (gen_random_uuid(), 1, 1, 1, false, 0)
            """
    )]
    [InlineData(
        "insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash) values (-1, 1, gen_random_uuid(), 1, '')"
    )]
    [InlineData(
        """
            insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
            values (1, 'simulator', gen_random_uuid(), -1, 'small', 1, 1, '1.0', '', '{}')
            """
    )]
    public async Task A_row_that_names_what_does_not_exist_is_refused(string insert)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(insert));

        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refusal.SqlState);
    }

    [Fact]
    public async Task One_row_among_many_is_refused_with_all_of_them()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await MakeRunAsync(connection, Guid.NewGuid(), requests: 3);
        await using var command = new NpgsqlCommand(
            """
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
            select id, 7, gen_random_uuid(), 1, ''::bytea from groqbatch.requests union all select -1, 7, gen_random_uuid(), 1, ''::bytea
            """,
            connection
        );

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refusal.SqlState);
    }

    [Fact]
    public async Task A_run_that_is_removed_takes_all_of_its_own_with_it_and_nothing_else()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await MakeRunAsync(connection, Run, requests: 5);
        await MakeRunAsync(connection, Guid.NewGuid(), requests: 2);

        await ExecuteAsync($"delete from groqbatch.runs where id = '{Run}'");

        Assert.Equal("0 0 0 0", await CountAsync($"= '{Run}'"));
        Assert.Equal("2 2 2 2", await CountAsync($"<> '{Run}'"));
    }

    [Fact]
    public async Task A_run_cannot_be_removed_while_a_claim_for_it_is_being_made()
    {
        var run = Guid.NewGuid();
        await using var claiming = await database.DataSource.OpenConnectionAsync(Cancellation);
        await MakeRunAsync(claiming, run, requests: 0);
        await using (var transaction = await claiming.BeginTransactionAsync(Cancellation))
        {
            await using var claim = new NpgsqlCommand(
                $"insert into groqbatch.claims (pull_request_id, run_id) values (987654, '{run}')",
                claiming
            );
            await claim.ExecuteNonQueryAsync(Cancellation);

            var removal = await Assert.ThrowsAsync<PostgresException>(() =>
                ExecuteAsync($"set lock_timeout = '200ms'; delete from groqbatch.runs where id = '{run}'")
            );

            Assert.Equal(PostgresErrorCodes.LockNotAvailable, removal.SqlState);
            await transaction.CommitAsync(Cancellation);
        }

        await ExecuteAsync($"delete from groqbatch.runs where id = '{run}'");
        Assert.Equal("0 0 0 0", await CountAsync($"= '{run}'"));
    }

    private static async Task MakeRunAsync(NpgsqlConnection connection, Guid run, int requests)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with team as (
                insert into groqbatch.teams (slug, name, goal, is_sample) values (gen_random_uuid()::text, 'Team', 1, false) returning id
            )
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, is_canary_decided, selected, succeeded)
            select '{run}', id, 'simulator', 'Running', true, false, '{"{}"}', '{"{}"}', '1.0', '{"{}"}', 'ada', true, 0, 0 from team;
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            values ('{run}', 1, 'small', {requests}, 0, 0, 0, 0, 0, 0);
            insert into groqbatch.claims (pull_request_id, run_id)
            select coalesce((select max(pull_request_id) from groqbatch.claims), 0) + number, '{run}' from generate_series(1, {requests}) number;
            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
            select '{run}', 1, number, number, false, 0 from generate_series(1, {requests}) number;
            insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
            select id, 1, gen_random_uuid(), 1, '' from groqbatch.requests where run_id = '{run}';
            insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
            select request.pull_request_id, 'simulator', '{run}', attempt.id, 'small', 1, 1, '1.0', '', '{"{}"}'
            from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id where request.run_id = '{run}'
            """,
            connection
        );
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Claims, requests, attempts and summaries of the runs that meet a condition.</summary>
    private async Task<string> CountAsync(string run)
    {
        await using var command = database.DataSource.CreateCommand(
            $"""
            select concat_ws(' ',
                (select count(*) from groqbatch.claims where run_id {run}),
                (select count(*) from groqbatch.requests where run_id {run}),
                (select count(*) from groqbatch.attempts attempt
                 where not exists (select from groqbatch.requests request where request.id = attempt.request_id)
                    or exists (select from groqbatch.requests request where request.id = attempt.request_id and request.run_id {run})),
                (select count(*) from groqbatch.summaries where run_id {run}))
            """
        );
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
