using GroqBatch.Core.Runs;
using GroqBatch.Data.Bundles;
using GroqBatch.Data.Runs;
using GroqBatch.Testing.Databases;
using Npgsql;

namespace GroqBatch.Data.Tests.Runs;

/// <summary>
/// Right after an import the server has no statistics and takes everything for a row or two: no statement over a whole run is to compare each with each.
/// </summary>
public sealed class FreshInstallationTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int PullRequests = 1_500;
    private static readonly Guid Run = Guid.Parse("019ac000-0000-7000-8000-0000000000f1");

    private NpgsqlConnection _connection = null!;
    private NpgsqlTransaction _transaction = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        _transaction = await _connection.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(
            $"""
            insert into groqbatch.providers (name) values ('simulator') on conflict do nothing;
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (1, 'acme', 'Acme', 0.95, false);
            insert into groqbatch.pull_requests (id, team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                                                 additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash,
                                                 prompt_bytes, is_eligible)
            overriding system value
            select n, 1, 'acme/app', n, 'Title ' || n, 'b', 'ada', false, 'closed', true, false, array[]::text[], 0, 0, 0, timestamptz '2026-01-01', '',
                   '[]', '[]', '[]', '[]', sha256(n::text::bytea), 100, true
            from generate_series(1, {PullRequests}) n;
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, is_canary_decided, selected, succeeded)
            values ('{Run}', 1, 'simulator', 'Queued', true, false, array[]::text[], '[]', '1.0', '[]', 'mira', true, 0, 0);
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            values ('{Run}', 1, 'small', {PullRequests}, 0, 0, 0, 0, 0, 0);
            """
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_takes_each_pull_request_once()
    {
        var selection = new RunSelection { TeamId = 1, Provider = "simulator" };

        await ExecuteAsync(RunSql.Select(selection), RunStore.SelectionParameters(selection));
        await ExecuteAsync("analyze selected");
        var plan = await ExplainAsync(RunSql.Plan, new("run", Run), new("provider", "simulator"));

        AssertLinear(plan);
        Assert.Equal(PullRequests, await CountAsync("groqbatch.requests"));
        Assert.Equal(PullRequests, await CountAsync("groqbatch.pull_request_states where is_claimed"));
    }

    [Fact]
    public async Task A_bundle_finds_each_pull_request_and_each_request_once()
    {
        await ExecuteAsync(
            $$"""
            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
            select '{{Run}}', 1, n, n, false, 0 from generate_series(1, {{PullRequests}}) n;
            create temporary table bundle_pull_requests on commit drop as
            select n as ordinal, jsonb_build_object('id', 9000000 + n, 'repository', 'acme/app', 'number', n) as line from generate_series(1, {{PullRequests}}) n;
            create temporary table bundle_requests on commit drop as
            select n as ordinal, jsonb_build_object('id', 7000000 + n, 'pull_request_id', 9000000 + n, 'pass_ordinal', 1) as line
            from generate_series(1, {{PullRequests}}) n;
            analyze bundle_pull_requests, bundle_requests;
            """
        );

        AssertLinear(await ExplainAsync(BundleSql.MapPullRequests, new NpgsqlParameter("team", 1)));
        await ExecuteAsync("create index on bundle_pull_request_ids (theirs); analyze bundle_pull_request_ids");
        AssertLinear(await ExplainAsync(BundleSql.MapRequests, new NpgsqlParameter("run", Run)));

        Assert.Equal(PullRequests, await CountAsync("bundle_request_ids"));
    }

    /// <summary>A join that compares each with each says how many of its pairs it threw away.</summary>
    private static void AssertLinear(string plan) => Assert.DoesNotContain("Rows Removed by Join Filter", plan, StringComparison.Ordinal);

    private async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<string> ExplainAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand($"explain (analyze, timing off) {sql}", _connection, _transaction);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var plan = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    private async Task<int> CountAsync(string from)
    {
        await using var command = new NpgsqlCommand($"select count(*)::int from {from}", _connection, _transaction);
        return (int)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
