using System.Text.Json;
using GroqBatch.Core.Changes;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Batches;
using GroqBatch.Data.Installation;
using GroqBatch.Data.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.EntityFrameworkCore;
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
        using var actual = JsonDocument.Parse(Core.Runs.RunJson.Of(run!).ToString());
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
    public async Task Narrows_a_list_by_team_state_model_and_person_and_turns_its_pages()
    {
        Assert.Equal(Sorted(Finished, Neighbour, Queued), await IdsAsync(new RunFilter { Team = "ledger" }));
        Assert.Empty(await IdsAsync(new RunFilter { Team = "nobody" }));
        Assert.Equal(Sorted(Neighbour, Queued), await IdsAsync(new RunFilter { States = [RunState.Queued, RunState.Running] }));
        Assert.Equal([Finished], await IdsAsync(new RunFilter { Model = "openai/gpt-oss-120b" }));
        Assert.Equal(Sorted(Finished, Neighbour), await IdsAsync(new RunFilter { Model = "openai/gpt-oss-20b", StartedBy = "cli:ada" }));
        Assert.Empty(await IdsAsync(new RunFilter { StartedBy = "cli:bob" }));
        Assert.Equal([Neighbour], await IdsAsync(new RunFilter { Skip = 1, Take = 1 }));

        static IEnumerable<Guid> Sorted(params Guid[] ids) => ids.Order();

        async Task<IEnumerable<Guid>> IdsAsync(RunFilter filter) =>
            (await ledger.Runs.ListAsync(filter, Cancellation)).Select(run => run.Id).Order();
    }

    [Fact]
    public async Task Counts_what_a_filter_lets_through_up_to_a_limit()
    {
        Assert.Equal(3, await ledger.Runs.CountAsync(new RunFilter { Skip = 2, Take = 1 }, most: 10, Cancellation));
        Assert.Equal(2, await ledger.Runs.CountAsync(new RunFilter(), most: 2, Cancellation));
        Assert.Equal(["openai/gpt-oss-120b", "openai/gpt-oss-20b"], await ledger.Runs.ListModelsAsync("simulator", Cancellation));
        Assert.Empty(await ledger.Runs.ListModelsAsync("groq", Cancellation));
    }

    [Fact]
    public async Task Reads_what_a_run_was_started_with()
    {
        await ledger.ExecuteAsync(
            $$"""
            update groqbatch.runs
            set ladder = '{"rungs":[{"ordinal":1,"model":"m","replaced":"n","responseFormat":"JsonObject","maxCompletionTokens":1,"contextTokens":2}]}',
                settings = '{"maxRequestsPerBatch":5,"maxBatchBytes":6,"completionWindow":"24h","maxAttemptsPerRequest":2,"canary":50,"maxCost":1.5}',
                retry_codes = '{max_tokens}'
            where id = '{{Queued}}'
            """
        );

        var frozen = await ledger.Runs.FindFrozenAsync(Queued, Cancellation);

        Assert.NotNull(frozen);
        Assert.Equal(("m", "n"), (frozen.Ladder.Rungs[0].Model, frozen.Ladder.Rungs[0].Replaced));
        Assert.Equal((5, 50, 1.5m), (frozen.Settings.MaxRequestsPerBatch, frozen.Settings.Canary, frozen.Settings.MaxCost));
        Assert.Equal([FailureCode.MaxTokens], frozen.RetryCodes);
        Assert.Null(await ledger.Runs.FindFrozenAsync(Guid.NewGuid(), Cancellation));
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
                "insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (7001, 'ledger', 'Ledger', 0.95, false)"
            );
            await _services.GetRequiredService<DatabaseInitialiser>().PrepareProviderAsync("simulator", 1, Cancellation);
            var contexts = _services.GetRequiredService<IDbContextFactory<GroqBatchDbContext>>();
            await using var context = await contexts.CreateDbContextAsync(Cancellation);
            context.Runs.AddRange(
                ARun(Finished, "CompletedWithFailures", day: 1, limit: 100, withFallback: true, selected: 100, succeeded: 99),
                ARun(Neighbour, "Running", day: 2, limit: null, withFallback: false, selected: 10, succeeded: 0),
                ARun(Queued, "Queued", day: 3, limit: null, withFallback: true, selected: 0, succeeded: 0)
            );
            context.Passes.AddRange(
                new PassEntity
                {
                    RunId = Finished,
                    Ordinal = 1,
                    Model = "openai/gpt-oss-20b",
                    Requests = 100,
                    Succeeded = 95,
                    Failed = 5,
                    PromptTokens = 1_000,
                    CompletionTokens = 200,
                    Cost = 0.03m,
                    UnknownRequests = 2,
                },
                new PassEntity
                {
                    RunId = Finished,
                    Ordinal = 2,
                    Model = "openai/gpt-oss-120b",
                    Replaced = "llama-3.3-70b-versatile",
                    Requests = 5,
                    Succeeded = 4,
                    Failed = 1,
                    PromptTokens = 10,
                    CompletionTokens = 5,
                    Cost = 0.001m,
                },
                new PassEntity
                {
                    RunId = Neighbour,
                    Ordinal = 1,
                    Model = "openai/gpt-oss-20b",
                    Requests = 10,
                }
            );
            context.PassFailures.AddRange(
                AFailure(1, "json_validate_failed", requests: 4, final: 0),
                AFailure(1, "max_tokens", requests: 1, final: 0),
                AFailure(2, "max_tokens", requests: 1, final: 1)
            );
            context.Batches.AddRange(
                ABatch("b1", Finished, pass: 1, "Ingested", "completed", "batch_a", counts: (100, 95, 5)),
                ABatch("b2", Finished, pass: 2, "Planned", status: null, providerBatchId: null, counts: null),
                ABatch("b3", Neighbour, pass: 1, "Submitted", "in_progress", "batch_b", counts: (10, 6, 1))
            );
            await context.SaveChangesAsync(Cancellation);
            await ExecuteAsync(
                $"""
                insert into groqbatch.run_events (run_id, actor, subject, from_state, to_state, reason)
                values ('{Finished}', 'cli:ada', 'run', null, 'Queued', 'started'),
                       ('{Finished}', 'pipeline', 'run', 'Queued', 'Running', 'planned'),
                       ('{Finished}', 'pipeline', 'run', 'Running', 'CompletedWithFailures', 'ended');
                update groqbatch.batches set output_file_id = 'file_out', error_file_id = 'file_err' where provider_batch_id = 'batch_a';
                update groqbatch.batches set poll_error = 'no connection' where provider_batch_id = 'batch_b';
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

        private static RunEntity ARun(Guid id, string state, int day, int? limit, bool withFallback, int selected, int succeeded) =>
            new()
            {
                Id = id,
                TeamId = 7001,
                Provider = "simulator",
                State = state,
                ScopeLimit = limit,
                WithFallback = withFallback,
                Ladder = "{}",
                PromptVersion = "1.0",
                Settings = "{}",
                Estimate = limit is null
                    ? null
                    : """
                        {"requests":{"low":100,"expected":104,"high":110},"promptTokens":{"low":1,"expected":2,"high":3},
                         "completionTokens":{"low":1,"expected":2,"high":3},"cost":{"low":0.4,"expected":0.5,"high":0.6},"seconds":null,
                         "firstPassFailures":{"low":1,"expected":2,"high":3},"finalFailures":{"low":1,"expected":2,"high":3},"basis":"b"}
                        """,
                StartedBy = "cli:ada",
                CreatedAt = new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero),
                Selected = selected,
                Succeeded = succeeded,
            };

        private static PassFailureEntity AFailure(short pass, string code, int requests, int final) =>
            new()
            {
                RunId = Finished,
                Ordinal = pass,
                Code = code,
                Requests = requests,
                Final = final,
            };

        private static BatchEntity ABatch(
            string id,
            Guid runId,
            short pass,
            string state,
            string? status,
            string? providerBatchId,
            (int Total, int Completed, int Failed)? counts
        ) =>
            new()
            {
                Id = Guid.Parse($"00000000-0000-4000-8000-0000000000{id}"),
                RunId = runId,
                PassOrdinal = pass,
                Ordinal = 1,
                State = state,
                Provider = "simulator",
                PromptVersion = "1.0",
                Nonce = Guid.NewGuid(),
                Requests = counts?.Total ?? 5,
                RequestFileHash = [0],
                Status = status,
                ProviderBatchId = providerBatchId,
                InputFileId = providerBatchId is null ? null : "file_in",
                ProviderTotal = counts?.Total,
                ProviderCompleted = counts?.Completed,
                ProviderFailed = counts?.Failed,
            };
    }
}
