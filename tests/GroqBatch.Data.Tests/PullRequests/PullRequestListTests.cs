using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Parking;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Tests.Coverage;

namespace GroqBatch.Data.Tests.PullRequests;

/// <summary>A team's list of pull requests, its grid, and what a filter means to those who use it.</summary>
public sealed class PullRequestListTests(PullRequestListTests.Database database) : IClassFixture<PullRequestListTests.Database>
{
    private static readonly Actor Ada = new("ada", Right.All);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IPullRequestListReader Lists => database.Get<IPullRequestListReader>();

    public static TheoryData<CoverageState[], string?, string?> Filters =>
        new()
        {
            { [], null, null },
            { [CoverageState.Pending], null, null },
            { [CoverageState.Failed, CoverageState.Parked], null, null },
            { [CoverageState.Pending, CoverageState.InFlight, CoverageState.Failed, CoverageState.Parked], "o/rare", null },
            { [CoverageState.Summarised], "o/a", null },
            { [CoverageState.Excluded], "o/b", null },
            { [], "o/a", "2026-03" },
            { [CoverageState.Stale], null, "2026-02" },
            { [CoverageState.Pending], "o/nothing", null },
        };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Pages_forwards_and_back_show_each_row_once_in_order(CoverageState[] states, string? repository, string? month)
    {
        var filter = Filter(states, repository, month);
        var expected = await ExpectedAsync(filter);
        var (forwards, backwards) = (new List<long>(), new List<long>());

        PullRequestListPage? page = null;
        for (
            PullRequestCursor? beyond = null;
            page is null || page.HasOlder;
            beyond = page.Rows.Count == 0 ? null : CursorOf(page.Rows[^1])
        )
        {
            page = await ListAsync(filter, beyond, isBackwards: false);
            forwards.AddRange(page.Rows.Select(row => row.Id));
            Assert.Equal(expected.Count, page.Matching);
            Assert.Equal(beyond is not null, page.HasNewer);
        }

        for (page = null; expected.Count > 0 && (page is null || page.HasNewer); )
        {
            var beyond = page is null ? new PullRequestCursor(DateTimeOffset.UnixEpoch, 0) : CursorOf(page.Rows[0]);
            page = await ListAsync(filter, beyond, isBackwards: true);
            backwards.InsertRange(0, page.Rows.Select(row => row.Id));
        }

        Assert.Equal(expected, forwards);
        Assert.Equal(expected, backwards);
    }

    [Fact]
    public async Task The_grid_is_what_the_rows_are()
    {
        var cells = await database.Get<ICoverageGridReader>().ReadAsync("simulator", database.Team.Id, Cancellation);

        foreach (var cell in cells)
        {
            var rows = await ExpectedAsync(Filter([], cell.Repository, cell.Month.ToString("yyyy-MM")));
            Assert.Equal(rows.Count, cell.Counts.Total);
        }

        Assert.Equal((await ExpectedAsync(Filter([], null, null))).Count, cells.Sum(cell => cell.Counts.Total));
        Assert.True(cells.Count > 10);
    }

    [Theory]
    [InlineData("keep sessions", 2)]
    [InlineData("KEEP SESS", 2)]
    [InlineData("sessions.ts", 1)]
    [InlineData("src/sessions", 1)]
    [InlineData("4711", 1)]
    [InlineData("#4711", 1)]
    [InlineData("café", 1)]
    [InlineData("keep nothing", 0)]
    [InlineData("'; drop table groqbatch.teams; --", 0)]
    [InlineData("z' | 'keep", 0)]
    [InlineData("!keep & (", 2)]
    [InlineData("!!!", 0)]
    [InlineData("\\", 0)]
    public async Task Finds_words_by_their_beginnings_and_numbers_whatever_is_typed(string search, int matching)
    {
        var page = await ListAsync(new PullRequestFilter { Search = search }, null, isBackwards: false);

        Assert.Equal((matching, matching, false), (page.Rows.Count, page.Matching, page.IsMore));
        Assert.All(page.Rows, row => Assert.True(row.Number >= 4_000, row.Title));
    }

    [Fact]
    public async Task A_word_that_many_titles_have_fills_pages_as_well_and_is_counted_to_an_end()
    {
        var filter = new PullRequestFilter { Search = "common" };
        var first = await ListAsync(filter, null, isBackwards: false);
        var second = await ListAsync(filter, CursorOf(first.Rows[^1]), isBackwards: false);

        Assert.Equal((PullRequestListPage.MostCounted, true), (first.Matching, first.IsMore));
        Assert.Equal((await ExpectedAsync(filter)).Take(100), first.Rows.Concat(second.Rows).Select(row => row.Id));
    }

    [Fact]
    public async Task Words_of_other_teams_are_not_found()
    {
        var other = await database.AddTeamAsync("other");
        await database.ExecuteAsync(
            Database.Insert,
            other.Id,
            new[] { "o/a" },
            new[] { 1L },
            new[] { $"team{database.Team.Id} keep sessions" },
            new[] { new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) }
        );

        Assert.Equal(2, (await ListAsync(new PullRequestFilter { Search = "keep sessions" }, null, isBackwards: false)).Matching);
    }

    [Fact]
    public async Task A_run_takes_the_rows_of_its_filter_that_can_be_sent_and_no_others()
    {
        var runs = database.Get<IRunStore>();
        foreach (
            var filter in new[]
            {
                Filter([CoverageState.Pending, CoverageState.InFlight, CoverageState.Failed, CoverageState.Parked], "o/a", null),
                Filter([CoverageState.Summarised], "o/b", "2026-03"),
                Filter([CoverageState.Excluded], null, null),
                new PullRequestFilter { Search = "keep" },
                new PullRequestFilter { Ids = [.. (await ExpectedAsync(Filter([], null, null))).Take(30)] },
            }
        )
        {
            var selection = new RunSelection
            {
                TeamId = database.Team.Id,
                Provider = "simulator",
                Filter = filter,
            };
            var expected = await ExpectedAsync(filter, "and is_eligible and not is_claimed");

            var count = await runs.CountSelectionAsync(selection, Cancellation);
            var listed = await runs.ListSelectionAsync(selection, 0, 10_000, Cancellation);

            Assert.Equal(expected, listed.Select(row => row.Id));
            Assert.Equal(expected.Count, count.Selected);
        }
    }

    [Fact]
    public async Task Parks_what_has_failed_of_all_that_match_once_and_says_so_in_the_audit_log()
    {
        var parking = database.Get<IParking>();
        var filter = Filter([CoverageState.Failed, CoverageState.Parked, CoverageState.Pending], "o/a", "2026-01");
        var failed = (await ExpectedAsync(Filter([CoverageState.Failed], "o/a", "2026-01"))).Count;
        var parked = (await ExpectedAsync(Filter([CoverageState.Parked], "o/a", "2026-01"))).Count;
        var all = (await ExpectedAsync(filter)).Count;
        Assert.True(failed > 0 && parked > 0);

        var first = await parking.ParkAsync("simulator", database.Team.Id, filter, " Generated. ", Ada, Cancellation);
        var again = await parking.ParkAsync("simulator", database.Team.Id, filter, "Generated.", Ada, Cancellation);
        var back = await parking.UnparkAsync("simulator", database.Team.Id, filter, Ada, Cancellation);

        Assert.Equal(new ParkingResult(failed, parked, all - failed - parked), first);
        Assert.Equal(new ParkingResult(0, failed + parked, all - failed - parked), again);
        Assert.Equal(failed + parked, back.Changed);
        Assert.Equal(
            [$"ada pull_request.park list {failed} Generated. o/a", $"ada pull_request.unpark list {failed + parked}  o/a"],
            await database.ListAsync<string>(
                """
                select actor || ' ' || action || ' ' || target || ' ' || (after ->> 'changed') || ' ' || coalesce(after ->> 'reason', '') || ' '
                       || (after -> 'filter' ->> 'repository')
                from groqbatch.audit_events where action like 'pull_request.%' order by id
                """
            )
        );
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            parking.ParkAsync("simulator", database.Team.Id, filter, "No.", new Actor("bob", Right.View), Cancellation)
        );
        await Assert.ThrowsAsync<ArgumentException>(() => parking.ParkAsync("simulator", database.Team.Id, filter, " ", Ada, Cancellation));
    }

    [Fact]
    public async Task Looking_takes_the_right_to_view()
    {
        var nobody = new Actor("nobody", Right.None);
        var query = new PullRequestListQuery
        {
            Provider = "simulator",
            TeamId = database.Team.Id,
            Filter = new(),
        };

        await Assert.ThrowsAsync<AccessDeniedException>(() => Lists.ListAsync(query, nobody, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            database.Get<IPullRequestReader>().FindAsync("simulator", 1, nobody, Cancellation)
        );
    }

    [Fact]
    public void The_index_of_words_is_over_the_expression_that_is_asked()
    {
        Assert.Contains(
            PullRequestFilterSql.Words.Replace("pr.", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
            Migrations.AddTitleSearchSql.Up.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_title_without_end_can_be_stored()
    {
        // The words of an index may have a megabyte together.
        Assert.Contains("left(title, 500)", Migrations.AddTitleSearchSql.Up, StringComparison.Ordinal);
    }

    private Task<PullRequestListPage> ListAsync(PullRequestFilter filter, PullRequestCursor? beyond, bool isBackwards) =>
        Lists.ListAsync(
            new PullRequestListQuery
            {
                Provider = "simulator",
                TeamId = database.Team.Id,
                Filter = filter,
                Beyond = beyond,
                IsBackwards = isBackwards,
            },
            Ada,
            Cancellation
        );

    /// <summary>By a statement that nobody would run on a page.</summary>
    private Task<IReadOnlyList<long>> ExpectedAsync(PullRequestFilter filter, string more = "") =>
        database.ListAsync<long>(
            $"""
            select pr.id from groqbatch.pull_requests pr join groqbatch.pull_request_states state on state.pull_request_id = pr.id
            where state.provider = 'simulator' and pr.team_id = {database.Team.Id}
              {(
                filter.States.Count == 0
                    ? ""
                    : $"and state.state in ({string.Join(',', filter.States.Select(state => $"'{state.ToWire()}'"))})"
            )}
              {(filter.Repository is null ? "" : $"and pr.repository = '{filter.Repository}'")}
              {(filter.Month is null ? "" : $"and to_char(pr.created_at at time zone 'UTC', 'YYYY-MM') = '{filter.Month:yyyy-MM}'")}
              {(filter.Search is null ? "" : $"and pr.title ilike '%{filter.Search}%'")}
              {(filter.Ids.Count == 0 ? "" : $"and pr.id in ({string.Join(',', filter.Ids)})")}
              {more.Replace("is_eligible", "pr.is_eligible", StringComparison.Ordinal)}
            order by pr.created_at desc, pr.id desc
            """
        );

    private static PullRequestFilter Filter(CoverageState[] states, string? repository, string? month) =>
        new()
        {
            States = states,
            Repository = repository,
            Month = month is null ? null : DateOnly.ParseExact(month, "yyyy-MM"),
        };

    private static PullRequestCursor CursorOf(PullRequestListRow row) => new(row.CreatedAt, row.Id);

    /// <summary>A team with some 3,000 pull requests in every state, over three repositories and half a year, some at the same moment.</summary>
    public sealed class Database : CoverageDatabase
    {
        internal const string Insert = """
            insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash, prompt_bytes, is_eligible)
            select $1, repository, number, title, 'Body', 'ada', false, 'closed', true, false, '{}', 1, 2, 3, created_at, '', '[]', '[]', '[]', '[]',
                   '\x01', 1000, number % 11 <> 0
            from unnest($2::text[], $3::bigint[], $4::text[], $5::timestamptz[]) given (repository, number, title, created_at)
            """;

        public Team Team { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Team = await AddTeamAsync("list");
            var begin = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            // Every seventh has the moment of the one before it.
            var rows = Enumerable
                .Range(1, 3_000)
                .Select(n =>
                    (
                        Repository: n % 300 == 0 ? "o/rare"
                        : n % 3 == 0 ? "o/b"
                        : "o/a",
                        Number: (long)n,
                        Title: $"Common change {n}",
                        At: begin.AddHours(n % 7 == 0 ? n - 1 : n)
                    )
                )
                .Concat(
                    new (string Repository, long Number, string Title, DateTime At)[]
                    {
                        ("o/a", 4_001L, "Keep sessions alive", begin),
                        ("o/a", 4_002L, "feat(auth): keep sessions in src/sessions.ts", begin.AddDays(1)),
                        ("o/b", 4_711L, "Number", begin.AddDays(2)),
                        ("o/b", 4_712L, "Open the café", begin.AddDays(3)),
                    }
                )
                .ToList();
            await ExecuteAsync(
                Insert,
                Team.Id,
                rows.Select(row => row.Repository).ToArray(),
                rows.Select(row => row.Number).ToArray(),
                rows.Select(row => row.Title).ToArray(),
                rows.Select(row => row.At).ToArray()
            );
            await ExecuteAsync(
                """
                update groqbatch.pull_request_states state
                set summary_id = case when pull_request_id % 5 < 2 then pull_request_id end,
                    summary_hash = case when pull_request_id % 5 = 0 then '\x00'::bytea when pull_request_id % 5 = 1 then content_hash end,
                    summary_rung = case when pull_request_id % 5 < 2 then 1 + pull_request_id % 2 end,
                    has_failed = pull_request_id % 5 = 2, is_parked = pull_request_id % 5 = 2 and pull_request_id % 4 = 0,
                    is_claimed = pull_request_id % 5 = 3 and pull_request_id % 2 = 0
                where team_id = $1
                """,
                Team.Id
            );
            await ExecuteAsync(
                """
                with run as (
                    insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                                started_by, is_canary_decided, selected, succeeded)
                    values (gen_random_uuid(), $1, 'simulator', 'Running', true, false, '{}', '{"rungs":[]}', '1.0', '{}', 'ada', true, 1, 0)
                    returning id
                )
                insert into groqbatch.claims (pull_request_id, run_id)
                select pull_request_id, run.id from run cross join groqbatch.pull_request_states where team_id = $1 and provider = 'simulator' and is_claimed
                """,
                Team.Id
            );
            await ExecuteAsync("analyze");
        }

        internal async Task<IReadOnlyList<T>> ListAsync<T>(string sql)
        {
            await using var command = DataSource.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(Cancellation))
            {
                rows.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
            }

            return rows;
        }
    }
}
