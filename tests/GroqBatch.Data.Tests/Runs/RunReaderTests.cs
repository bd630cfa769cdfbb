using System.Text.Json;
using GroqBatch.Core.Changes;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Data.Tests.Runs;

/// <summary>A ledger written by hand, with every figure known.</summary>
public sealed class RunReaderTests(RunReaderTests.Ledger ledger) : IClassFixture<RunReaderTests.Ledger>
{
    private static readonly Guid Finished = Guid.Parse("aabbccdd-0000-4000-8000-000000000001");
    private static readonly Guid Neighbour = Guid.Parse("aabbccdd-0000-4000-8000-000000000002");
    private static readonly Guid Queued = Guid.Parse("11111111-0000-4000-8000-000000000003");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Derives_a_runs_figures_from_its_passes()
    {
        var run = await ledger.Runs.FindAsync(Finished, Cancellation);

        Assert.NotNull(run);
        Assert.Equal(RunState.CompletedWithFailures, run.State);
        Assert.Equal(100, run.Selected);
        Assert.Equal(99, run.Succeeded);
        Assert.Equal(5, run.FirstPassFailures);
        Assert.Equal(4, run.Recovered);
        Assert.Equal(1, run.FinalFailures);
        Assert.Equal(run.Selected, run.Succeeded + run.FinalFailures);
        Assert.Equal(new Dictionary<FailureCode, int> { [FailureCode.MaxTokens] = 1 }, run.FailuresByCode);
        Assert.Equal(
            new Dictionary<FailureCode, int> { [FailureCode.JsonValidateFailed] = 4, [FailureCode.MaxTokens] = 1 },
            run.Passes[0].FailuresByCode
        );
        Assert.Equal(0.031m, run.Booked);
        Assert.Equal(2, run.UnknownRequests);
        Assert.Equal((1_010, 205), (run.PromptTokens, run.CompletionTokens));
        Assert.Equal(0.5, run.Estimate?.Cost?.Expected);
    }

    [Fact]
    public async Task Counts_the_providers_figures_for_progress_until_a_batch_is_ingested()
    {
        var run = await ledger.Runs.FindAsync(Neighbour, Cancellation);

        var pass = Assert.Single(run!.Passes);
        Assert.Equal(0, pass.Succeeded);
        Assert.Equal(6 + 1, pass.Answered);
        Assert.Equal(10, pass.Open);
        Assert.Equal("no connection", Assert.Single(pass.Batches).Trouble);
    }

    [Fact]
    public async Task Writes_a_run_in_the_form_that_scripts_read()
    {
        var run = await ledger.Runs.FindAsync(Finished, Cancellation);

        using var expected = JsonDocument.Parse(
            """
            {"runId":"aabbccdd-0000-4000-8000-000000000001","parentRunId":null,"team":"ledger","provider":"simulator",
             "state":"CompletedWithFailures","scope":"limit 100","withFallback":true,"selected":100,"succeeded":99,"firstPassFailures":5,
             "recovered":4,"finalFailures":1,"failuresByCode":{"max_tokens":1},"tokens":{"prompt":1010,"completion":205},
             "cost":{"estimated":{"low":0.4,"expected":0.5,"high":0.6},"booked":0.031,"unknownRequests":2,"currency":"USD"},
             "passes":[
              {"ordinal":1,"model":"openai/gpt-oss-20b","replaced":null,"requests":100,"succeeded":95,"failed":5,
               "failuresByCode":{"json_validate_failed":4,"max_tokens":1},
               "batches":[{"batchId":"batch_a","state":"Ingested","status":"completed","inputFileId":"file_in","outputFileId":"file_out",
                           "errorFileId":"file_err","requestCounts":{"total":100,"completed":95,"failed":5}}]},
              {"ordinal":2,"model":"openai/gpt-oss-120b","replaced":"llama-3.3-70b-versatile","requests":5,"succeeded":4,"failed":1,
               "failuresByCode":{"max_tokens":1},
               "batches":[{"batchId":null,"state":"Planned","status":null,"inputFileId":null,"outputFileId":null,"errorFileId":null,
                           "requestCounts":{"total":null,"completed":null,"failed":null}}]}]}
            """
        );
        using var actual = JsonDocument.Parse(RunJson.Of(run!).ToString());
        // Numbers as numbers: booked comes from a column with nine digits.
        Assert.Equal(Canonical(expected.RootElement), Canonical(actual.RootElement));
    }

    [Theory]
    [InlineData("11111111-0000-4000-8000-000000000003", "11111111-0000-4000-8000-000000000003")]
    [InlineData("1111", "11111111-0000-4000-8000-000000000003")]
    [InlineData("11111111-00", "11111111-0000-4000-8000-000000000003")]
    [InlineData("batch_a", "aabbccdd-0000-4000-8000-000000000001")]
    [InlineData("00000000-0000-4000-8000-0000000000b1", "aabbccdd-0000-4000-8000-000000000001")]
    public async Task Finds_a_run_by_what_a_person_has_at_hand(string text, string expected) =>
        Assert.Equal([Guid.Parse(expected)], await ledger.Runs.ResolveAsync(text, Cancellation));

    [Fact]
    public async Task Names_every_run_that_an_ambiguous_beginning_may_mean() =>
        Assert.Equal(new HashSet<Guid> { Finished, Neighbour }, [.. await ledger.Runs.ResolveAsync("AABBCCDD", Cancellation)]);

    [Theory]
    [InlineData("111")]
    [InlineData("batch_")]
    [InlineData("'; drop table runs")]
    [InlineData("")]
    [InlineData("ffffffffffffffffffffffffffffffffff")]
    public async Task Finds_nothing_where_nothing_is_meant(string text) => Assert.Empty(await ledger.Runs.ResolveAsync(text, Cancellation));

    [Fact]
    public async Task Lists_newest_first_and_only_what_is_asked_for()
    {
        var all = await ledger.Runs.ListAsync(new RunFilter(), Cancellation);
        var live = await ledger.Runs.ListAsync(new RunFilter { LiveOnly = true, Provider = "simulator" }, Cancellation);
        var other = await ledger.Runs.ListAsync(new RunFilter { Provider = "groq" }, Cancellation);

        Assert.Equal([Queued, Neighbour, Finished], all.Select(run => run.Id));
        Assert.Equal([Queued, Neighbour], live.Select(run => run.Id));
        Assert.Empty(other);
        Assert.Empty(all[0].Passes);
    }

    [Fact]
    public async Task Tells_what_happened_in_order()
    {
        var events = await ledger.Runs.ListEventsAsync(Finished, 2, Cancellation);

        Assert.Equal(["planned", "ended"], events.Select(moved => moved.Reason));
        Assert.Equal(("Running", "CompletedWithFailures"), (events[1].From, events[1].To));
    }

    [Fact]
    public async Task Hears_of_changes_by_whoever_makes_them()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        ending.CancelAfter(TimeSpan.FromSeconds(20));
        await using var changes = ledger.Changes.ReadAsync(ending.Token).GetAsyncEnumerator(ending.Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(Change.Everything, changes.Current);

        await ledger.ExecuteAsync($"update groqbatch.runs set reason = 'touched' where id = '{Queued}'");

        do
        {
            Assert.True(await changes.MoveNextAsync());
        } while (!changes.Current.Concerns(Queued));
        Assert.False(changes.Current.Concerns(Finished));
    }

    private static string Canonical(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "{"
                + string.Join(",", element.EnumerateObject().Select(member => $"{member.Name}:{Canonical(member.Value)}"))
                + "}",
            JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Canonical)) + "]",
            JsonValueKind.Number => element.GetDouble().ToString("R"),
            _ => element.GetRawText(),
        };

    public sealed class Ledger : TestDatabase
    {
        private ServiceProvider? _services;

        public IRunReader Runs => _services!.GetRequiredService<IRunReader>();
        public IChangeReader Changes => _services!.GetRequiredService<IChangeReader>();

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton(TimeProvider.System);
            services.AddData(ConnectionString);
            _services = services.BuildServiceProvider();
            await ExecuteAsync(
                $$"""
                insert into groqbatch.providers (name) values ('simulator') on conflict do nothing;
                insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (7001, 'ledger', 'Ledger', 0.95, false);
                insert into groqbatch.runs (id, team_id, provider, state, scope_limit, with_fallback, include_stale, retry_codes, ladder,
                                            prompt_version, settings, estimate, started_by, created_at, selected, succeeded, is_canary_decided)
                values ('{{Finished}}', 7001, 'simulator', 'CompletedWithFailures', 100, true, false, '{}', '{}', '1.0', '{}',
                        '{"Requests":{"Low":100,"Expected":104,"High":110},"PromptTokens":{"Low":1,"Expected":2,"High":3},
                          "CompletionTokens":{"Low":1,"Expected":2,"High":3},"Cost":{"Low":0.4,"Expected":0.5,"High":0.6},"Seconds":null,
                          "FirstPassFailures":{"Low":1,"Expected":2,"High":3},"FinalFailures":{"Low":1,"Expected":2,"High":3},"Basis":"b"}',
                        'cli:ada', '2026-01-01', 100, 99, true),
                       ('{{Neighbour}}', 7001, 'simulator', 'Running', null, false, false, '{}', '{}', '1.0', '{}', null, 'cli:ada', '2026-01-02', 10, 0, true),
                       ('{{Queued}}', 7001, 'simulator', 'Queued', null, true, false, '{}', '{}', '1.0', '{}', null, 'cli:ada', '2026-01-03', 0, 0, true);
                insert into groqbatch.passes (run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens,
                                              cost, unknown_requests)
                values ('{{Finished}}', 1, 'openai/gpt-oss-20b', null, 100, 95, 5, 1000, 200, 0.03, 2),
                       ('{{Finished}}', 2, 'openai/gpt-oss-120b', 'llama-3.3-70b-versatile', 5, 4, 1, 10, 5, 0.001, 0),
                       ('{{Neighbour}}', 1, 'openai/gpt-oss-20b', null, 10, 0, 0, 0, 0, 0, 0);
                insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
                values ('{{Finished}}', 1, 'json_validate_failed', 4, 0), ('{{Finished}}', 1, 'max_tokens', 1, 0),
                       ('{{Finished}}', 2, 'max_tokens', 1, 1);
                insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, prompt_version, nonce, requests, bytes, request_file_hash,
                                               status, raw, provider_batch_id, input_file_id, output_file_id, error_file_id, provider_total,
                                               provider_completed, provider_failed, poll_error, troubles)
                values ('00000000-0000-4000-8000-0000000000b1', '{{Finished}}', 1, 1, 'Ingested', 'simulator', '1.0', gen_random_uuid(), 100, 1, '\x00',
                        'completed', '{}', 'batch_a', 'file_in', 'file_out', 'file_err', 100, 95, 5, null, 0),
                       ('00000000-0000-4000-8000-0000000000b2', '{{Finished}}', 2, 1, 'Planned', 'simulator', '1.0', gen_random_uuid(), 5, 1, '\x00',
                        null, null, null, null, null, null, null, null, null, null, 0),
                       ('00000000-0000-4000-8000-0000000000b3', '{{Neighbour}}', 1, 1, 'Submitted', 'simulator', '1.0', gen_random_uuid(), 10, 1, '\x00',
                        'in_progress', '{}', 'batch_b', 'file_in', null, null, 10, 6, 1, 'no connection', 1);
                insert into groqbatch.run_events (run_id, actor, subject, from_state, to_state, reason)
                values ('{{Finished}}', 'cli:ada', 'run', null, 'Queued', 'started'),
                       ('{{Finished}}', 'pipeline', 'run', 'Queued', 'Running', 'planned'),
                       ('{{Finished}}', 'pipeline', 'run', 'Running', 'CompletedWithFailures', 'ended');
                """
            );
        }

        public override async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            if (_services is not null)
            {
                await _services.DisposeAsync();
            }

            await base.DisposeAsync();
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql);
            await using var connection = await DataSource.OpenConnectionAsync(Cancellation);
            command.Connection = connection;
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
