using GroqBatch.Core.Coverage;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Teams;

/// <summary>What a comparison and a report read, on a ledger written by hand, with every figure known.</summary>
public sealed class TeamRunsReaderTests(TeamRunsReaderTests.Ledger ledger) : IClassFixture<TeamRunsReaderTests.Ledger>
{
    private static readonly Guid Older = Guid.Parse("00000000-0000-4000-8000-0000000000a1");
    private static readonly Guid Newer = Guid.Parse("00000000-0000-4000-8000-0000000000a2");
    private static readonly Guid Live = Guid.Parse("00000000-0000-4000-8000-0000000000a3");
    private static readonly Guid Ancient = Guid.Parse("00000000-0000-4000-8000-0000000000a4");
    private static readonly Guid Elsewhere = Guid.Parse("00000000-0000-4000-8000-0000000000a5");
    private static readonly Guid Last = Guid.Parse("00000000-0000-4000-8000-0000000000a6");
    private static readonly DateTimeOffset Since = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Adds_up_the_runs_of_the_time_of_this_provider_and_no_others()
    {
        var runs = (await ReadAsync(7001))[7001];

        Assert.Equal((3, 1, 135L), (runs.Runs, runs.Live, runs.Succeeded));
        Assert.Equal((140L, 15L), (runs.FirstPassTried, runs.FirstPassFailed));
        Assert.Equal((10L, 25L), (runs.Recovered, runs.FinalFailures));
        Assert.Equal((0.74m, 5L), (runs.Cost, runs.UnknownRequests));
        Assert.Equal(0.74m / 135, runs.CostPerSummary);
    }

    [Fact]
    public async Task What_was_cancelled_or_never_sent_is_nobodys_failure()
    {
        var runs = (await ReadAsync(7001))[7001];

        var first = runs.Rungs[0];
        Assert.Equal((1, "small", 3), (first.Ordinal, first.Model, first.Runs));
        Assert.Equal((190L, 125L, 35L, 20L), (first.Requests, first.Succeeded, first.Failed, first.NotRun));
        Assert.Equal((280_000L, 61_000L), (first.PromptTokens, first.CompletionTokens));
        Assert.Equal([(1, "small"), (2, "strong"), (2, "stronger")], runs.Rungs.Select(rung => (rung.Ordinal, rung.Model)));
    }

    [Fact]
    public async Task Counts_failures_by_code_over_all_passes_the_most_frequent_first()
    {
        var runs = (await ReadAsync(7001))[7001];

        Assert.Equal(
            [
                new(FailureCode.Cancelled, 15, 15),
                new(FailureCode.JsonValidateFailed, 14, 2),
                new(FailureCode.MaxTokens, 6, 3),
                new CodeTotals(FailureCode.NotSent, 5, 5),
            ],
            runs.Failures
        );
    }

    [Fact]
    public async Task Agrees_with_the_runs_that_are_listed()
    {
        var runs = (await ReadAsync(7001))[7001];

        var listed = (
            await ledger
                .Get<IRunReader>()
                .ListAsync(
                    new RunFilter
                    {
                        TeamId = 7001,
                        Provider = "simulator",
                        Take = 100,
                    },
                    Cancellation
                )
        ).Where(run => run.CreatedAt >= Since).ToList();

        Assert.Equal(listed.Count, runs.Runs);
        Assert.Equal(listed.Sum(run => run.Succeeded), runs.Succeeded);
        Assert.Equal(listed.Sum(run => run.Recovered), runs.Recovered);
        Assert.Equal(listed.Sum(run => run.FinalFailures), runs.FinalFailures);
        Assert.Equal(listed.Sum(run => run.Booked), runs.Cost);
        Assert.Equal(listed.Sum(run => run.UnknownRequests), runs.UnknownRequests);
        Assert.Equal(listed.Count(run => run.State.IsLive()), runs.Live);
    }

    [Fact]
    public async Task Names_the_latest_run_whenever_it_was()
    {
        var teams = await ReadAsync(7001, 7002, 7003);

        Assert.Equal((Live, RunState.Running, 1, 50, 20, 0), Of(teams[7001].Last!));
        Assert.Equal((Last, RunState.Cancelled, null, 0, 0, 0), Of(teams[7002].Last!));
        Assert.Equal((0, 0L), (teams[7002].Runs, teams[7002].Succeeded));
        Assert.Null(teams[7003].Last);

        static (Guid, RunState, int?, int, int, int) Of(LastRun run) =>
            (run.Id, run.State, run.Pass, run.PassRequests, run.PassSucceeded, run.PassFailed);
    }

    [Fact]
    public async Task A_team_without_a_run_has_figures_of_nothing()
    {
        var teams = await ReadAsync(7003, 7003);

        var nothing = Assert.Single(teams).Value;
        Assert.Null(nothing.FirstPassFailureRate);
        Assert.Null(nothing.CostPerSummary);
        Assert.Empty(nothing.Failures);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Reads_the_last_row_of_each_day_of_each_team()
    {
        var days = await ledger
            .Get<ICoverageHistory>()
            .ReadDaysAsync("simulator", [7001, 7002, 7003], new DateOnly(2026, 11, 2), new DateOnly(2026, 11, 4), Cancellation);

        Assert.Equal([7001, 7002], days.Keys.Order());
        Assert.Equal([30, 50], days[7001].Select(point => point.Counts.Summarised));
        Assert.Equal(
            [new(2026, 11, 2, 23, 59, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 4, 0, 0, 0, TimeSpan.Zero)],
            days[7001].Select(point => point.At)
        );
        Assert.Equal([0.9, 0.95], days[7001].Select(point => point.Goal));
        Assert.Equal(7, Assert.Single(days[7002]).Counts.Summarised);
    }

    [Fact]
    public async Task Counts_what_is_parked_by_its_reason()
    {
        var reasons = await ledger.Get<IParkedReasons>().ReadAsync("simulator", 7001, Cancellation);

        Assert.Equal([new("Generated code", 3), new ParkedReason("<b>too large</b>", 1)], reasons);
        Assert.Equal(
            reasons.Sum(reason => reason.PullRequests),
            (await ledger.Get<ICoverageReader>().ReadTeamAsync("simulator", "compared", Cancellation))!.Total.Parked
        );
        Assert.Empty(await ledger.Get<IParkedReasons>().ReadAsync("groq", 7001, Cancellation));
    }

    private Task<IReadOnlyDictionary<int, TeamRunTotals>> ReadAsync(params int[] teams) =>
        ledger.Get<ITeamRunsReader>().ReadAsync("simulator", teams, Since, Cancellation);

    public sealed class Ledger : TestDatabase
    {
        private ServiceProvider? _services;

        internal T Get<T>()
            where T : notnull => _services!.GetRequiredService<T>();

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddData(ConnectionString);
            _services = services.BuildServiceProvider();
            await using var write = DataSource.CreateCommand(
                $$"""
                insert into groqbatch.providers (name) values ('simulator'), ('groq') on conflict do nothing;
                insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
                values (7001, 'compared', 'Compared', 0.95, false), (7002, 'old', 'Old', 0.95, false), (7003, 'empty', 'Empty', 0.95, false);

                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, created_at, ended_at, selected, succeeded, is_canary_decided)
                select id::uuid, team, provider, state, true, false, '{}', '{}', '1.0', '{}', 'cli:ada', created_at::timestamptz,
                       case when state = 'Running' then null else created_at::timestamptz + interval '1 hour' end, selected, succeeded, true
                from (values ('{{Older}}', 7001, 'simulator', 'CompletedWithFailures', '2026-09-01', 100, 97),
                             ('{{Newer}}', 7001, 'simulator', 'Cancelled', '2026-10-01', 40, 18),
                             ('{{Live}}', 7001, 'simulator', 'Running', '2026-11-01', 50, 20),
                             ('{{Ancient}}', 7001, 'simulator', 'Completed', '2026-08-31', 1000, 1000),
                             ('{{Elsewhere}}', 7001, 'groq', 'Completed', '2026-11-20', 1000, 1000),
                             ('{{Last}}', 7002, 'simulator', 'Cancelled', '2026-01-01', 0, 0)) run (id, team, provider, state, created_at, selected, succeeded);
                insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                              unknown_requests)
                values ('{{Older}}', 1, 'small', 100, 88, 12, 180000, 36000, 0.5, 2), ('{{Older}}', 2, 'strong', 12, 9, 3, 16000, 3200, 0.1, 0),
                       ('{{Newer}}', 1, 'small', 40, 17, 23, 60000, 15000, 0.08, 3), ('{{Newer}}', 2, 'stronger', 3, 1, 2, 1000, 200, 0.02, 0),
                       ('{{Live}}', 1, 'small', 50, 20, 0, 40000, 10000, 0.04, 0),
                       ('{{Ancient}}', 1, 'small', 1000, 1000, 0, 1, 1, 9, 9), ('{{Elsewhere}}', 1, 'small', 1000, 1000, 0, 1, 1, 9, 9);
                insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final)
                values ('{{Older}}', 1, 'json_validate_failed', 12, 0), ('{{Older}}', 2, 'max_tokens', 3, 3),
                       ('{{Newer}}', 1, 'cancelled', 15, 15), ('{{Newer}}', 1, 'not_sent', 5, 5), ('{{Newer}}', 1, 'max_tokens', 3, 0),
                       ('{{Newer}}', 2, 'json_validate_failed', 2, 2), ('{{Newer}}', 1, 'schema_violation', 0, 0);

                insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed,
                                                        parked, pending, goal)
                select provider, team, at::timestamptz, 0, covered, 0, 0, 0, 0, 0, 100 - covered, goal
                from (values ('simulator', 7001, '2026-11-01 23:59Z', 10, 0.9), ('simulator', 7001, '2026-11-02 00:00Z', 20, 0.9),
                             ('simulator', 7001, '2026-11-02 23:59Z', 30, 0.9), ('simulator', 7001, '2026-11-04 00:00Z', 50, 0.95),
                             ('simulator', 7001, '2026-11-05 00:00Z', 60, 0.95), ('simulator', 7002, '2026-11-03 12:00Z', 7, 0.95),
                             ('groq', 7003, '2026-11-03 12:00Z', 9, 0.95)) row (provider, team, at, covered, goal);

                insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft,
                                                     labels, additions, deletions, changed_files, created_at, url, files, commits, reviews, comments,
                                                     content_hash, prompt_bytes, is_eligible)
                select 7001, 'o/r', number, '', 'x', '', false, 'closed', true, false, '{}', 0, 0, 0, now(), '', '[]', '[]', '[]', '[]', '\x00', 1, true
                from generate_series(1, 6) number;
                update groqbatch.pull_request_states state
                set has_failed = true, is_parked = pr.number <= 4, parked_by = 'mira', parked_reason = case when pr.number = 1 then '<b>too large</b>' else 'Generated code' end
                from groqbatch.pull_requests pr
                where pr.id = state.pull_request_id and state.provider = 'simulator';
                """
            );
            await write.ExecuteNonQueryAsync(Cancellation);
        }

        public override async ValueTask DisposeAsync()
        {
            if (_services is not null)
            {
                await _services.DisposeAsync();
            }

            await base.DisposeAsync();
        }
    }
}
