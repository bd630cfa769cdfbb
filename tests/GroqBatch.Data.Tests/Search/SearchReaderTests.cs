using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Data.Tests.Coverage;
using Npgsql;

namespace GroqBatch.Data.Tests.Search;

/// <summary>Each kind, found by what people call it.</summary>
public sealed class SearchReaderTests(SearchReaderTests.Database database) : IClassFixture<SearchReaderTests.Database>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("keep sess", "Keep sessions alive|feat(auth): keep sessions in src/sessions.ts")]
    [InlineData("SESSIONS ALIVE", "Keep sessions alive")]
    [InlineData("src/sessions", "feat(auth): keep sessions in src/sessions.ts")]
    [InlineData("café", "Open the café")]
    [InlineData("4711", "Number|Revert 4711")]
    [InlineData("#4711", "Number|Revert 4711")]
    [InlineData("acme/app#4001", "Keep sessions alive")]
    [InlineData("ACME/App#4001", "Keep sessions alive")]
    [InlineData("https://github.com/acme/app/pull/4001/files", "Keep sessions alive")]
    [InlineData("acme/other#4001", "")]
    [InlineData("keep nothing", "")]
    [InlineData("'; drop table groqbatch.teams; --", "")]
    [InlineData("keep:* | !", "Keep sessions alive|feat(auth): keep sessions in src/sessions.ts")]
    [InlineData("!!!", "")]
    [InlineData("\\", "")]
    [InlineData("%", "")]
    public async Task Finds_pull_requests_by_words_number_and_address(string text, string titles)
    {
        var found = await FindAsync(text);

        Assert.Equal(
            titles.Split('|', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            found.PullRequests.Rows.Select(row => row.Title).Order(StringComparer.Ordinal)
        );
        Assert.Equal((found.PullRequests.Rows.Count, false), (found.PullRequests.Matching, found.PullRequests.IsMore));
        Assert.False(found.IsUnfinished);
    }

    [Fact]
    public async Task Puts_the_pull_request_with_the_number_before_titles_that_have_it()
    {
        var found = await FindAsync("4711");

        Assert.Equal(["Number", "Revert 4711"], found.PullRequests.Rows.Select(row => row.Title));
        Assert.Equal(
            ("search", "Search Team", "acme/web"),
            (found.PullRequests.Rows[0].Team, found.PullRequests.Rows[0].TeamName, found.PullRequests.Rows[0].Repository)
        );
    }

    [Fact]
    public async Task Finds_a_pull_request_by_the_custom_id_of_its_request()
    {
        var id = (await FindAsync("Keep sessions alive")).PullRequests.Rows[0].Id;

        Assert.Equal(id, Assert.Single((await FindAsync($"pr-{id}")).PullRequests.Rows).Id);
    }

    [Theory]
    [InlineData("common", 8, true)] // among the newest
    [InlineData("old common", 100, true)] // further back
    [InlineData("old rare", 12, false)]
    public async Task Counts_what_matches_to_an_end_and_shows_the_newest(string text, int matching, bool isMore)
    {
        var found = await FindAsync(text);

        Assert.Equal(
            (SearchFindings.MostShown, matching, isMore),
            (found.PullRequests.Rows.Count, found.PullRequests.Matching, found.PullRequests.IsMore)
        );
        Assert.Equal(found.PullRequests.Rows.OrderByDescending(row => row.CreatedAt), found.PullRequests.Rows);
    }

    [Fact]
    public async Task Finds_teams_the_exact_one_first_and_repositories()
    {
        var teams = await FindAsync("search");
        var repositories = await FindAsync("acme/");
        var one = await FindAsync("web");

        Assert.Equal([new TeamHit("search", "Search Team"), new TeamHit("a-search", "A Search")], teams.Teams.Rows);
        Assert.Equal(["acme/app", "acme/old", "acme/web"], repositories.Repositories.Rows.Select(row => row.Repository));
        Assert.Equal(new RepositoryHit("search", "Search Team", "acme/web"), Assert.Single(one.Repositories.Rows));
    }

    [Theory]
    [InlineData("0199aaaa-0000-7000-8000-000000000001", 1)]
    [InlineData("0199aaaa", 2)]
    [InlineData("run 0199AAAA-0000", 2)]
    [InlineData("019", 0)]
    [InlineData("0199bbbb", 0)]
    public async Task Finds_runs_by_id_and_by_how_it_begins(string text, int count)
    {
        var found = await FindAsync(text);

        Assert.Equal(count, found.Runs.Rows.Count);
        Assert.All(found.Runs.Rows, row => Assert.Equal(("Search Team", RunState.Completed), (row.TeamName, row.State)));
    }

    [Theory]
    [InlineData("batch_01jxabcdef")]
    [InlineData("batch_01jx")]
    [InlineData("batch batch_01jxabcdef")]
    [InlineData("0199cccc-0000-7000-8000-000000000001")]
    [InlineData("0199cccc")]
    public async Task Finds_a_batch_by_our_id_and_the_providers(string text)
    {
        var batch = Assert.Single((await FindAsync(text)).Batches.Rows);

        Assert.Equal("batch_01jxabcdef", batch.ProviderBatchId);
        Assert.Equal((Guid.Parse("0199aaaa-0000-7000-8000-000000000001"), "Search Team"), (batch.RunId, batch.TeamName));
    }

    [Fact]
    public async Task Says_what_it_has_when_titles_take_too_long()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var held = new NpgsqlCommand("lock table groqbatch.pull_requests in access exclusive mode", connection);
        await held.ExecuteNonQueryAsync(Cancellation);

        var found = await database
            .Get<ISearch>()
            .FindAsync("search", "simulator", SearchPatience.AtOnce, new Actor("ada", Right.View), Cancellation);

        Assert.True(found.IsUnfinished);
        Assert.Equal((2, 0), (found.Teams.Rows.Count, found.PullRequests.Rows.Count));
    }

    [Fact]
    public async Task Nothing_typed_finds_nothing_and_looking_takes_the_right_to_view()
    {
        Assert.Same(SearchFindings.Nothing, await FindAsync("  "));
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            database.Get<ISearch>().FindAsync("keep", "simulator", SearchPatience.Thorough, new Actor("nobody", Right.None), Cancellation)
        );
    }

    private Task<SearchFindings> FindAsync(string text) =>
        database.Get<ISearch>().FindAsync(text, "simulator", SearchPatience.Thorough, new Actor("ada", Right.View), Cancellation);

    public sealed class Database : CoverageDatabase
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await ExecuteAsync(
                "insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (1, 'search', 'Search Team', 0.95, false), (2, 'a-search', 'A Search', 0.95, false), (3, 'third', 'Third', 0.95, false)"
            );
            // The oldest were imported first: beyond those that are looked at one by one.
            await ExecuteAsync(
                """
                insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                    additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash, prompt_bytes, is_eligible)
                select team_id, repository, number, title, 'Body', 'ada', false, 'closed', true, false, '{}', 1, 2, 3, created_at, '', '[]', '[]', '[]', '[]', '\x01', 1, true
                from (
                    select 1 as team_id, 'acme/old' as repository, n as number, case when n <= 12 then 'old rare ' else 'old common ' end || n as title,
                           timestamptz '2020-01-01' + n * interval '1 hour' as created_at
                    from generate_series(1, 300) n
                    union all
                    select 1, 'acme/app', 10000 + n, 'plain common ' || n, timestamptz '2026-01-01' + n * interval '1 hour' from generate_series(1, 1000) n
                    union all
                    values (1, 'acme/app', 4001, 'Keep sessions alive', timestamptz '2026-01-01'),
                           (1, 'acme/app', 4002, 'feat(auth): keep sessions in src/sessions.ts', timestamptz '2026-01-02'),
                           (1, 'acme/web', 4711, 'Number', timestamptz '2025-01-02'),
                           (1, 'acme/app', 4712, 'Revert 4711', timestamptz '2026-01-03'),
                           (2, 'beta/app', 4713, 'Open the café', timestamptz '2026-01-04')
                ) given
                order by created_at
                """
            );
            await ExecuteAsync(
                """
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, is_canary_decided, selected, succeeded)
                select id::uuid, 1, 'simulator', 'Completed', true, false, '{}', '{"rungs":[]}', '1.0', '{}', 'ada', true, 1, 0
                from unnest(array['0199aaaa-0000-7000-8000-000000000001', '0199aaaa-0000-7000-8000-000000000002']) id
                """
            );
            await ExecuteAsync(
                """
                insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests, started_at)
                values ('0199aaaa-0000-7000-8000-000000000001', 1, 'm', 1, 0, 0, 0, 0, 0, 0, now());
                """
            );
            await ExecuteAsync(
                """
                insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, nonce, requests, bytes, prompt_version, request_file_hash, provider_batch_id, troubles)
                values ('0199cccc-0000-7000-8000-000000000001', '0199aaaa-0000-7000-8000-000000000001', 1, 1, 'Submitted', 'simulator', gen_random_uuid(), 1, 1, '1.0',
                        '\x00', 'batch_01jxabcdef', 0)
                """
            );
            await ExecuteAsync("analyze");
        }
    }
}
