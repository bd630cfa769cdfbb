using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Estimates;

/// <summary>A ledger written by hand, with every figure known.</summary>
public sealed class PastReaderTests(PastReaderTests.Ledger ledger) : IClassFixture<PastReaderTests.Ledger>
{
    private static readonly Guid Older = Guid.Parse("00000000-0000-4000-8000-00000000000a");
    private static readonly Guid Newer = Guid.Parse("00000000-0000-4000-8000-00000000000b");
    private static readonly Guid Live = Guid.Parse("00000000-0000-4000-8000-00000000000c");
    private static readonly Guid Generated = Guid.Parse("00000000-0000-4000-8000-00000000000e");
    private static readonly Guid Held = Guid.Parse("00000000-0000-4000-8000-00000000000d");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_passes_that_are_over_and_were_not_generated_newest_run_first()
    {
        var past = await ledger.Past.ReadAsync("simulator", 50, Cancellation);

        Assert.Equal([(Held, 1), (Newer, 1), (Older, 1), (Older, 2)], past.Select(pass => (pass.RunId, pass.Ordinal)));
    }

    [Fact]
    public async Task Reads_every_figure_of_a_pass()
    {
        var past = await ledger.Past.ReadAsync("simulator", 50, Cancellation);

        var (first, second) = (past[2], past[3]);
        Assert.Equal(("past", "small", ResponseFormat.JsonSchema), (first.Team, first.Model, first.Format));
        Assert.Equal((100, 90, 10, 12), (first.Requests, first.Succeeded, first.Failed, first.UnknownRequests));
        Assert.Equal((180_000, 36_000, 0.5m), (first.PromptTokens, first.CompletionTokens, first.Cost));
        Assert.Equal((2, 102, 60, 1_020_000), (first.Batches, first.Sent, first.LargestBatch, first.Bytes));
        Assert.Equal(
            new Dictionary<FailureCode, int> { [FailureCode.ContextLength] = 2, [FailureCode.JsonValidateFailed] = 8 },
            first.Failures
        );
        Assert.Equal((2, false, true), (first.Stuck, first.IsLastRung, second.IsLastRung));
        Assert.Equal(("strong", ResponseFormat.JsonObject), (second.Model, second.Format));
    }

    [Fact]
    public async Task A_pass_takes_from_the_end_of_the_one_before_and_what_was_held_says_nothing()
    {
        var past = await ledger.Past.ReadAsync("simulator", 50, Cancellation);

        // Pass 2 was made while pass 1 was still being ingested.
        Assert.Equal([null, 30.0, 60.0, 15.0], past.Select(pass => pass.Seconds));
    }

    [Fact]
    public async Task Is_bounded_by_runs_and_by_provider()
    {
        Assert.Equal([Held, Newer], (await ledger.Past.ReadAsync("simulator", 3, Cancellation)).Select(pass => pass.RunId).Distinct());
        Assert.Empty(await ledger.Past.ReadAsync("groq", 50, Cancellation));
    }

    [Fact]
    public async Task A_selection_is_counted_with_its_bytes_its_stale_ones_and_its_first()
    {
        var selection = new RunSelection { TeamId = 7002, Provider = "simulator" };

        var missing = await ledger.Runs.CountSelectionAsync(selection, Cancellation);
        var limited = await ledger.Runs.CountSelectionAsync(selection with { Limit = 1 }, Cancellation);
        var refreshed = await ledger.Runs.CountSelectionAsync(selection with { IncludeStale = true }, Cancellation);
        var nothing = await ledger.Runs.CountSelectionAsync(selection with { TeamId = 7003 }, Cancellation);

        Assert.Equal((2, 300L, 0, 9_003L), (missing.Selected, missing.PromptBytes, missing.Stale, missing.NewestId!.Value));
        Assert.Equal((1, 200L, 9_003L), (limited.Selected, limited.PromptBytes, limited.NewestId!.Value));
        Assert.Equal((3, 700L, 1, 9_004L), (refreshed.Selected, refreshed.PromptBytes, refreshed.Stale, refreshed.NewestId!.Value));
        Assert.Equal((0, 0L, 0, null), (nothing.Selected, nothing.PromptBytes, nothing.Stale, nothing.NewestId));
    }

    [Fact]
    public async Task Never_scans_what_grows_with_a_run()
    {
        await using var command = ledger.DataSource.CreateCommand($"explain (analyze) {Data.Estimates.PastSql.Read}");
        command.Parameters.AddWithValue("provider", "simulator");
        command.Parameters.AddWithValue("runs", 50);
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            plan.Add(reader.GetString(0));
        }

        Assert.DoesNotContain(plan, line => line.Contains(" on attempts", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains(" on requests", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains(" on passes", StringComparison.Ordinal));
    }

    public sealed class Ledger : TestDatabase
    {
        private ServiceProvider? _services;

        public IPastReader Past => _services!.GetRequiredService<IPastReader>();
        public IRunStore Runs => _services!.GetRequiredService<IRunStore>();

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
                insert into groqbatch.providers (name) values ('simulator'), ('groq') on conflict do nothing;
                insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
                values (7001, 'past', 'Past', 0.95, false), (7002, 'missing', 'Missing', 0.95, false), (7003, 'empty', 'Empty', 0.95, false),
                       (7004, 'sample-past', 'Sample', 0.95, true);
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, created_at, selected, succeeded, is_canary_decided)
                select id::uuid, 7001, 'simulator', state, true, false, '{}', ladder::jsonb, '1.0', '{}', 'cli:ada', created_at::timestamptz, 100, 90, true
                from (values ('{{Older}}', 'CompletedWithFailures', '2026-01-01',
                              '{"rungs":[{"model":"small","responseFormat":"JsonSchema"},{"model":"strong","responseFormat":"JsonObject"}]}'),
                             ('{{Newer}}', 'Completed', '2026-01-02', '{"rungs":[{"model":"small","responseFormat":"JsonSchema"}]}'),
                             ('{{Held}}', 'Completed', '2026-01-03', '{"rungs":[{"model":"small"}]}'),
                             ('{{Live}}', 'Running', '2026-01-04', '{"rungs":[{"model":"small"}]}')) runs (id, state, created_at, ladder);
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, created_at, selected, succeeded, is_canary_decided)
                values ('{{Generated}}', 7004, 'simulator', 'Completed', true, false, '{}', '{}', '1.0', '{}', 'cli:ada', '2026-01-05', 50, 50, true);
                insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                              unknown_requests, started_at, ended_at)
                values ('{{Older}}', 1, 'small', 100, 90, 10, 180000, 36000, 0.5, 12, '2026-01-01 10:00:00Z', '2026-01-01 10:01:00Z'),
                       ('{{Older}}', 2, 'strong', 8, 8, 0, 16000, 3200, 0.1, 0, '2026-01-01 10:00:50Z', '2026-01-01 10:01:15Z'),
                       ('{{Newer}}', 1, 'small', 50, 50, 0, 1, 1, 0.1, 0, '2026-01-02 10:00:00Z', '2026-01-02 10:00:30Z'),
                       ('{{Held}}', 1, 'small', 50, 50, 0, 1, 1, 0.1, 0, '2026-01-03 10:00:00Z', '2026-01-03 20:00:00Z'),
                       ('{{Generated}}', 1, 'small', 50, 50, 0, 1, 1, 0.1, 0, '2026-01-05 10:00:00Z', '2026-01-05 10:11:00Z'),
                       ('{{Live}}', 1, 'small', 50, 20, 0, 1, 1, 0.1, 0, '2026-01-04 10:00:00Z', null);
                insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
                values ('{{Older}}', 1, 'json_validate_failed', 8, 0), ('{{Older}}', 1, 'context_length', 2, 2);
                insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, prompt_version, nonce, requests, bytes,
                                               request_file_hash, troubles)
                values (gen_random_uuid(), '{{Older}}', 1, 1, 'Ingested', 'simulator', '1.0', gen_random_uuid(), 60, 600000, '\x00', 0),
                       (gen_random_uuid(), '{{Older}}', 1, 2, 'Ingested', 'simulator', '1.0', gen_random_uuid(), 42, 420000, '\x00', 0),
                       (gen_random_uuid(), '{{Older}}', 1, 3, 'Abandoned', 'simulator', '1.0', gen_random_uuid(), 40, 400000, '\x00', 0);
                insert into groqbatch.run_events (run_id, actor, subject, from_state, to_state, reason)
                values ('{{Held}}', 'cli:ada', 'run', 'Running', 'Held', 'lunch');

                insert into groqbatch.pull_requests (id, team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged,
                                                     is_draft, labels, additions, deletions, changed_files, created_at, url, files, commits, reviews,
                                                     comments, content_hash, prompt_bytes, is_eligible)
                overriding system value
                select id, 7002, 'o/r', id, 't', 'b', 'a', false, 'closed', true, false, '{}', 0, 0, 0,
                       '2026-01-01'::timestamptz + make_interval(days => (id - 9000)::int), 'u', '[]', '[]', '[]', '[]', '\x01', bytes, id <> 9001
                from (values (9001, 50), (9002, 100), (9003, 200), (9004, 400)) pull_requests (id, bytes);
                insert into groqbatch.summaries (id, pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
                overriding system value values (5001, 9004, 'simulator', '{{Older}}', 1, 'small', 1, 1, '1.0', '\x02', '{}');
                update groqbatch.pull_request_states set summary_id = 5001, summary_hash = '\x02', summary_rung = 1
                where pull_request_id = 9004 and provider = 'simulator';
                """
            );
        }

        public override async ValueTask DisposeAsync()
        {
            if (_services is not null)
            {
                await _services.DisposeAsync();
            }

            await base.DisposeAsync();
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var command = DataSource.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
