using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Coverage;

/// <summary>Two hundred teams whose counters are written by hand, sorted and searched by the database.</summary>
public sealed class CoverageListReaderTests(CoverageListReaderTests.Teams teams) : IClassFixture<CoverageListReaderTests.Teams>
{
    private const string Provider = "simulator";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CoverageSort.Missing)]
    [InlineData(CoverageSort.Name)]
    [InlineData(CoverageSort.Share)]
    [InlineData(CoverageSort.Eligible)]
    [InlineData(CoverageSort.Excluded)]
    [InlineData(CoverageSort.Total)]
    [InlineData(CoverageSort.Failed)]
    public async Task Sorts_as_the_figures_that_are_shown_do(CoverageSort sort)
    {
        foreach (var isDescending in new[] { true, false })
        {
            var page = await ReadAsync(
                new()
                {
                    Provider = Provider,
                    Sort = sort,
                    IsDescending = isDescending,
                    Take = 500,
                }
            );

            var figures = page.Rows.Select(row => FigureOf(row, sort)).ToList();
            var expected = isDescending ? figures.OrderDescending().ToList() : figures.Order().ToList();
            Assert.Equal(expected, figures);
            Assert.Equal(Teams.Count, page.Matching);
        }
    }

    [Fact]
    public async Task Gives_the_same_figures_as_the_overview()
    {
        var overview = await teams.Services.GetRequiredService<ICoverageReader>().ReadAsync(Provider, Cancellation);

        var page = await ReadAsync(new() { Provider = Provider, Take = 500 });

        Assert.Equal(
            overview.Teams.OrderBy(team => team.Team.Id).Select(team => (team.Team, team.Counts)),
            page.Rows.Select(row => row.Coverage).OrderBy(team => team.Team.Id).Select(team => (team.Team, team.Counts))
        );
    }

    [Fact]
    public async Task Cuts_pages_that_leave_nobody_out_and_show_nobody_twice()
    {
        var seen = new List<string>();
        for (var skip = 0; skip < Teams.Count; skip += 25)
        {
            var page = await ReadAsync(
                new()
                {
                    Provider = Provider,
                    Sort = CoverageSort.Failed,
                    Skip = skip,
                }
            );
            Assert.Equal(25, page.Rows.Count);
            seen.AddRange(page.Rows.Select(row => row.Coverage.Team.Slug));
        }

        Assert.Equal(Teams.Count, seen.Distinct(StringComparer.Ordinal).Count());
        var beyond = await ReadAsync(new() { Provider = Provider, Skip = 10_000 });
        Assert.Equal((0, Teams.Count), (beyond.Rows.Count, beyond.Matching));
    }

    [Theory]
    [InlineData("TEAM 7", 11)] // 7 and 70 to 79
    [InlineData("team-199", 1)]
    [InlineData("  team 3  ", 11)]
    [InlineData("%", 0)]
    [InlineData("_", 0)]
    [InlineData("'; drop table teams; --", 0)]
    [InlineData("", 200)]
    public async Task Finds_part_of_a_name_or_slug_as_it_is_typed(string search, int matching)
    {
        var page = await ReadAsync(
            new()
            {
                Provider = Provider,
                Search = search,
                Take = 500,
            }
        );

        Assert.Equal((matching, matching), (page.Matching, page.Rows.Count));
    }

    [Fact]
    public async Task Shows_the_latest_run_of_this_provider_and_the_pass_that_is_under_way()
    {
        var page = await ReadAsync(
            new()
            {
                Provider = Provider,
                Sort = CoverageSort.LastRun,
                Take = 3,
            }
        );

        var run = page.Rows[0].LastRun;
        Assert.Equal("team-5", page.Rows[0].Coverage.Team.Slug);
        Assert.Equal((RunState.Running, 2, 40, 30, 4), (run!.State, run.Pass, run.PassRequests, run.PassSucceeded, run.PassFailed));
        Assert.Equal("team-6", page.Rows[1].Coverage.Team.Slug);
        Assert.Null(page.Rows[1].LastRun!.Pass);
        Assert.Null(page.Rows[2].LastRun);
        Assert.Null((
                await ReadAsync(
                    new()
                    {
                        Provider = "groq",
                        Search = "team-5",
                        Take = 1,
                    }
                )
            ).Rows[0].LastRun);
    }

    [Fact]
    public async Task Says_what_coverage_was_at_the_end_of_each_day_and_nothing_of_days_before()
    {
        var days = await teams
            .Services.GetRequiredService<ICoverageListReader>()
            .ReadDaysAsync(Provider, new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 6), Cancellation);

        Assert.Equal(
            [
                new CoverageDay(new DateOnly(2026, 11, 3), 10, 100, 1),
                new CoverageDay(new DateOnly(2026, 11, 4), 40, 100, 1), // the last of the day
                new CoverageDay(new DateOnly(2026, 11, 5), 40 + 5, 150, 2), // a second team, the first as it was
                new CoverageDay(new DateOnly(2026, 11, 6), 40 + 5, 150, 2),
            ],
            days
        );
    }

    [Fact]
    public async Task Reads_no_pull_request()
    {
        foreach (var sort in Enum.GetValues<CoverageSort>())
        {
            await using var explain = teams.Database.DataSource.CreateCommand($"explain {Data.Coverage.CoverageListSql.Read(sort, true)}");
            explain.Parameters.Add(new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            explain.Parameters.Add(new() { Value = Provider });
            explain.Parameters.Add(new() { Value = 0 });
            explain.Parameters.Add(new() { Value = 25 });
            await using var plan = await explain.ExecuteReaderAsync(Cancellation);
            while (await plan.ReadAsync(Cancellation))
            {
                Assert.DoesNotContain("pull_request", plan.GetString(0), StringComparison.Ordinal);
            }
        }
    }

    private static object FigureOf(CoverageRow row, CoverageSort sort) =>
        sort switch
        {
            CoverageSort.Missing => row.Coverage.MissingToGoal,
            // As the database compares letters: by their numbers.
            CoverageSort.Name => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(row.Coverage.Team.Name.ToLowerInvariant())),
            CoverageSort.Share => row.Coverage.Counts.Share,
            CoverageSort.Eligible => row.Coverage.Counts.Eligible,
            CoverageSort.Excluded => row.Coverage.Counts.Excluded,
            CoverageSort.Total => row.Coverage.Counts.Total,
            CoverageSort.Failed => row.Coverage.Counts.Failed + row.Coverage.Counts.Parked,
            _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "No figure."),
        };

    private Task<CoverageListPage> ReadAsync(CoverageListQuery query) =>
        teams.Services.GetRequiredService<ICoverageListReader>().ReadAsync(query, Cancellation);

    /// <summary>The teams. Their counters have been written past the triggers: there are no pull requests behind them.</summary>
    public sealed class Teams : IAsyncLifetime
    {
        internal const int Count = 200;
        private ServiceProvider? _services;

        internal TestDatabase Database { get; } = new();
        internal IServiceProvider Services => _services!;

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddData(Database.ConnectionString);
            _services = services.BuildServiceProvider();
            await using var write = Database.DataSource.CreateCommand(
                """
                insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
                select n, 'team-' || n, 'Team ' || n, case n % 3 when 0 then 0.95 when 1 then 0.9 else 1 end, false
                from generate_series(0, 199) n;

                -- Team 9 has no pull requests, so no counters; team 8 has none that is eligible.
                insert into groqbatch.coverage_by_team (provider, team_id, excluded, summarised_first, recovered, stale, in_flight, failed, parked, pending)
                select 'simulator', n, n % 7, n * 13 % 101, n % 5, n % 4, n % 3, n % 6, n % 2, n * 7 % 53
                from generate_series(0, 199) n where n not in (8, 9)
                union all select 'simulator', 8, 4, 0, 0, 0, 0, 0, 0, 0;

                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, created_at, is_canary_decided, selected, succeeded)
                select gen_random_uuid(), team, 'simulator', state, true, false, '{}', '{}', '1.0', '{}', 'mira', at::timestamptz, true, 100, 0
                from (values (5, 'Completed', '2026-11-01'), (5, 'Running', '2026-11-20'), (6, 'Queued', '2026-11-19')) run (team, state, at);
                insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
                select id, pass.ordinal, 'm', pass.requests, pass.succeeded, pass.failed, 0, 0, 0, 0
                from groqbatch.runs cross join (values (1, 34, 30, 4), (2, 40, 30, 4), (3, 4, 0, 0)) pass (ordinal, requests, succeeded, failed)
                where state = 'Running';

                insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed,
                                                        parked, pending, goal)
                select provider, team, at::timestamptz, 0, covered, 0, 0, 0, 0, 0, eligible - covered, 0.95
                from (values ('simulator', 1, '2026-11-03 10:00Z', 10, 100), ('simulator', 1, '2026-11-04 01:00Z', 20, 100),
                             ('simulator', 1, '2026-11-04 23:59Z', 40, 100), ('simulator', 2, '2026-11-05 00:00Z', 5, 50),
                             ('groq', 3, '2026-11-02 00:00Z', 7, 7)) row (provider, team, at, covered, eligible);
                """
            );
            await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (_services is not null)
            {
                await _services.DisposeAsync();
            }

            await Database.DisposeAsync();
        }
    }
}
