using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Coverage;
using GroqBatch.Data.Installation;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace GroqBatch.Data.Tests.Coverage;

/// <summary>A database with both providers and the stores over it.</summary>
public class CoverageDatabase : TestDatabase
{
    private ServiceProvider? _services;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<Core.Models.IModelCatalogue>(new Testing.Models.TestCatalogue());
        services.AddData(ConnectionString);
        _services = services.BuildServiceProvider();
        foreach (var provider in new[] { "groq", "simulator" })
        {
            await Get<DatabaseInitialiser>().PrepareProviderAsync(provider, 1, TestContext.Current.CancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await base.DisposeAsync();
    }

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    public Task<Team> AddTeamAsync(string slug, double goal = 0.95) =>
        Get<ITeamStore>()
            .AddAsync(
                new NewTeam(slug, slug, goal),
                new Core.Access.Actor("test", Core.Access.Right.All),
                TestContext.Current.CancellationToken
            );

    /// <summary>Stores pull requests of one repository, their bodies by number.</summary>
    public Task UpsertAsync(Team team, params IEnumerable<(long Number, string Body)> pullRequests) =>
        Get<IPullRequestStore>()
            .UpsertAsync(
                team.Id,
                [
                    .. pullRequests
                        .Select(given => new PullRequest
                        {
                            Repository = "o/r",
                            Number = given.Number,
                            Body = given.Body,
                            CreatedAt = DateTimeOffset.UnixEpoch.AddDays(given.Number * 13),
                        })
                        .Select(pullRequest => new ImportedPullRequest(pullRequest, ContentHash.Of(pullRequest), 1)),
                ],
                TestContext.Current.CancellationToken
            );

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class CoverageTests(CoverageDatabase database) : IClassFixture<CoverageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Teams_are_read_from_counters_also_one_that_has_no_pull_requests()
    {
        var team = await database.AddTeamAsync("reading", goal: 0.75);
        await database.AddTeamAsync("reading-empty");
        await database.UpsertAsync(team, (1, "a"), (2, "b"), (3, ""), (4, "c"), (5, "d"));
        await SetAsync(team, "is_claimed = true", 1);
        await SetAsync(team, "has_failed = true, failure_code = 'api_error'", 2);
        await SetAsync(team, "has_failed = true, is_parked = true", 4);

        var coverage = (await database.Get<ICoverageReader>().ReadTeamAsync("simulator", "reading", Cancellation))!;
        var all = await database.Get<ICoverageReader>().ReadAsync("simulator", Cancellation);
        var other = (await database.Get<ICoverageReader>().ReadTeamAsync("groq", "reading", Cancellation))!.Total;

        var counts = Assert.Single(coverage.Teams).Counts;
        Assert.Equal((5, 4, 1), (counts.Total, counts.Eligible, counts.Excluded));
        Assert.Equal((1, 1, 1, 1), (counts.InFlight, counts.Failed, counts.Parked, counts.Pending));
        Assert.Equal(3, coverage.Teams[0].MissingToGoal);
        Assert.False(coverage.Teams[0].IsReached);
        Assert.Equal(4, other.Pending);
        Assert.Equal(0, all.Teams.Single(read => read.Team.Slug == "reading-empty").Counts.Total);
        Assert.Null(await database.Get<ICoverageReader>().ReadTeamAsync("simulator", "nobody", Cancellation));
    }

    [Fact]
    public async Task Reading_coverage_looks_at_no_pull_request()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var explain = new NpgsqlCommand(
            $"explain {CoverageSql.Read.Replace("$1", "'simulator'").Replace("$2", "null")}",
            connection
        );
        await using var reader = await explain.ExecuteReaderAsync(Cancellation);
        var plan = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            plan.Add(reader.GetString(0));
        }

        Assert.DoesNotContain(plan, line => line.Contains("pull_request"));
    }

    [Fact]
    public async Task History_gets_a_row_when_counters_have_moved_for_an_hour_and_one_each_day()
    {
        var history = database.Get<ICoverageHistory>();
        var team = await database.AddTeamAsync("history");
        await database.UpsertAsync(team, (1, "a"));

        Assert.Equal(1, await AppendedAsync()); // the first
        Assert.Equal(0, await AppendedAsync());
        await database.UpsertAsync(team, (2, "b"));
        Assert.Equal(0, await AppendedAsync()); // moved, but not an hour old
        database.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await AppendedAsync());
        database.Clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(0, await AppendedAsync()); // not moved
        database.Clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal(1, await AppendedAsync()); // another day
        database.Clock.Advance(TimeSpan.FromHours(2));
        await database
            .Get<ITeamStore>()
            .UpdateAsync("history", new() { Goal = 0.5 }, new Core.Access.Actor("test", Core.Access.Right.All), Cancellation);
        Assert.Equal(1, await AppendedAsync()); // the goal has moved

        var points = await history.ReadAsync("simulator", team.Id, DateTimeOffset.UnixEpoch, Cancellation);
        Assert.Equal([1, 2, 2, 2], points.Select(point => point.Counts.Pending));
        Assert.Equal([0.95, 0.95, 0.95, 0.5], points.Select(point => point.Goal));
        Assert.Equal(points.Select(point => point.At).Order(), points.Select(point => point.At));

        async Task<int> AppendedAsync()
        {
            var before = (await history.ReadAsync("simulator", team.Id, DateTimeOffset.UnixEpoch, Cancellation)).Count;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => history.AppendAsync("simulator", Cancellation)));
            return (await history.ReadAsync("simulator", team.Id, DateTimeOffset.UnixEpoch, Cancellation)).Count - before;
        }
    }

    [Fact]
    public async Task A_recount_notices_a_counter_that_is_wrong_and_a_state_that_is_missing()
    {
        await using var own = await TestDatabase.CreateAsync(Cancellation);
        await using var tamper = own.DataSource.CreateCommand(
            """
            insert into groqbatch.providers (name) values ('simulator');
            insert into groqbatch.teams (id, slug, name, goal, is_sample) values (1, 't', 't', 1, false);
            insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft,
                                                 labels, additions, deletions, changed_files, created_at, url, files, commits, reviews, comments,
                                                 content_hash, prompt_bytes, is_eligible)
            select 1, 'o/r', number, '', 'x', '', false, 'closed', true, false, '{}', 0, 0, 0, now(), '', '[]', '[]', '[]', '[]', '\x00', 1, true
            from generate_series(1, 3) number;
            """
        );
        await tamper.ExecuteNonQueryAsync(Cancellation);
        var recount = new CoverageRecount(own.DataSource);
        Assert.Empty(await recount.FindDifferencesAsync(Cancellation));

        await using var wrong = own.DataSource.CreateCommand("update groqbatch.coverage_by_team set failed = failed + 1");
        await wrong.ExecuteNonQueryAsync(Cancellation);
        Assert.Contains("failed: 0 by recount, 1 stored", Assert.Single(await recount.FindDifferencesAsync(Cancellation)));

        await using var missing = own.DataSource.CreateCommand(
            "update groqbatch.coverage_by_team set failed = 0; delete from groqbatch.pull_request_states where pull_request_id = (select min(id) from groqbatch.pull_requests)"
        );
        await missing.ExecuteNonQueryAsync(Cancellation);
        Assert.Contains("copies", Assert.Single(await recount.FindDifferencesAsync(Cancellation)));
    }

    private Task SetAsync(Team team, string what, long number) =>
        database.ExecuteAsync(
            $"update groqbatch.pull_request_states set {what} where provider = 'simulator' and pull_request_id = (select id from groqbatch.pull_requests where team_id = $1 and number = $2)",
            team.Id,
            number
        );
}
