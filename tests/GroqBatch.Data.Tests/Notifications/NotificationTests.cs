using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;
using GroqBatch.Data.Installation;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Data.Tests.Notifications;

/// <summary>Inboxes and the watch over goals and limits, on real PostgreSQL, in a database for each test.</summary>
public sealed class NotificationTests : IAsyncLifetime
{
    private const string Provider = "simulator";
    private static readonly Actor Ada = new("ada", Right.View);
    private static readonly Actor Ben = new("ben", Right.View);
    private readonly TestDatabase _database = new();
    private ServiceProvider? _services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private INotifications Inboxes => _services!.GetRequiredService<INotifications>();
    private INotificationWatch Watch => _services!.GetRequiredService<INotificationWatch>();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(_database.ConnectionString);
        _services = services.BuildServiceProvider();
        await _services
            .GetRequiredService<DatabaseInitialiser>()
            .PrepareProviderAsync(Provider, Core.Prompts.PromptVersion.Current.Major, Cancellation);
        await ExecuteAsync("insert into groqbatch.teams (slug, name, goal, is_sample) values ('acme', 'Acme', 0.9, false)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task For_somebody_who_was_never_here_nothing_is_unread_and_then_what_happens_is()
    {
        await WriteAsync("before");

        var first = await ReadAsync(Ada);
        await WriteAsync("after");
        var second = await ReadAsync(Ada);

        Assert.Equal((0, 1), (first.Unread, first.Notifications.Count));
        Assert.Equal(1, second.Unread);
        Assert.Equal([false, true], second.Notifications.Select(one => one.IsRead));
    }

    [Fact]
    public async Task Everybody_has_read_only_what_they_have_read()
    {
        await ReadAsync(Ada);
        await ReadAsync(Ben);
        await WriteAsync("one");
        await WriteAsync("two");
        var newest = (await ReadAsync(Ada)).Notifications[0].Id;

        await Inboxes.MarkReadAsync(Provider, newest, Ada, Cancellation);
        await Inboxes.MarkReadAsync(Provider, newest, Ada, Cancellation);

        Assert.Equal((1, 2), ((await ReadAsync(Ada)).Unread, (await ReadAsync(Ben)).Unread));
    }

    [Fact]
    public async Task What_came_after_the_newest_that_was_seen_stays_unread()
    {
        await ReadAsync(Ada);
        await WriteAsync("old", "now() - interval '2 hours'");
        await WriteAsync("young");
        var seen = (await ReadAsync(Ada)).Notifications[0].Id;
        await WriteAsync("younger");

        await Inboxes.MarkAllReadAsync(Provider, seen, Ada, Cancellation);

        var inbox = await ReadAsync(Ada);
        Assert.Equal(1, inbox.Unread);
        Assert.Equal([false, true, true], inbox.Notifications.Select(one => one.IsRead));
        // The old one is read as a whole, the young one by itself.
        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from groqbatch.notification_reads"));
    }

    [Fact]
    public async Task What_was_written_before_and_appears_after_everything_was_read_is_unread()
    {
        await ReadAsync(Ada);
        await using var slow = await _database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        await using (var write = new NpgsqlCommand(InsertSql("slow", "now()"), slow, transaction))
        {
            await write.ExecuteNonQueryAsync(Cancellation);
        }

        await WriteAsync("quick");
        await Inboxes.MarkAllReadAsync(Provider, long.MaxValue, Ada, Cancellation);
        Assert.Equal(0, (await ReadAsync(Ada)).Unread);

        await transaction.CommitAsync(Cancellation);

        var inbox = await ReadAsync(Ada);
        Assert.Equal(1, inbox.Unread);
        Assert.Equal([true, false], inbox.Notifications.Select(one => one.IsRead));
    }

    [Fact]
    public async Task What_somebody_did_is_no_news_to_them()
    {
        await ReadAsync(Ada);
        await ReadAsync(Ben);
        await WriteAsync("held", actor: "ada");

        Assert.Equal((0, 1), ((await ReadAsync(Ada)).Unread, (await ReadAsync(Ben)).Unread));
    }

    [Fact]
    public async Task Pages_by_kind_from_the_newest_on()
    {
        for (var one = 0; one < 5; one++)
        {
            await WriteAsync($"held {one}", kind: nameof(NotificationKind.RunHeld));
            await WriteAsync($"done {one}");
        }

        var query = new InboxQuery
        {
            Provider = Provider,
            Kind = NotificationKind.RunHeld,
            Take = 3,
        };
        var first = await Inboxes.ReadAsync(query, Ada, Cancellation);
        var second = await Inboxes.ReadAsync(query with { OlderThan = first.Notifications[^1].Id }, Ada, Cancellation);

        Assert.True(first.HasOlder);
        Assert.False(second.HasOlder);
        Assert.Equal(
            ["held 4", "held 3", "held 2", "held 1", "held 0"],
            first.Notifications.Concat(second.Notifications).Select(one => one.Reason)
        );
        Assert.Empty((await Inboxes.ReadAsync(query with { Provider = "groq" }, Ada, Cancellation)).Notifications);
    }

    [Fact]
    public async Task Who_may_not_look_gets_nothing() =>
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            Inboxes.ReadAsync(new InboxQuery { Provider = Provider }, new Actor("eve", Right.None), Cancellation)
        );

    [Fact]
    public async Task A_goal_is_told_of_once_for_each_crossing_and_not_for_where_a_team_starts()
    {
        await CoverAsync(covered: 95, eligible: 100);
        Assert.Equal(0, await Watch.LookAsync(Provider, Cancellation));

        await CoverAsync(covered: 89, eligible: 100);
        Assert.Equal(1, await Watch.LookAsync(Provider, Cancellation));
        Assert.Equal(0, await Watch.LookAsync(Provider, Cancellation));

        await CoverAsync(covered: 90, eligible: 100);
        Assert.Equal(1, await Watch.LookAsync(Provider, Cancellation));

        var told = (await ReadAsync(Ada)).Notifications;
        Assert.Equal([NotificationKind.GoalReached, NotificationKind.GoalLost], told.Select(one => one.Kind));
        Assert.Equal("Coverage is 89.0 %, below the goal of 90 %: 1 missing.", told[1].Sentence);
    }

    [Fact]
    public async Task A_team_without_pull_requests_reaches_no_goal()
    {
        await CoverAsync(covered: 0, eligible: 0);
        await Watch.LookAsync(Provider, Cancellation);
        await CoverAsync(covered: 0, eligible: 100);

        Assert.Equal(0, await Watch.LookAsync(Provider, Cancellation));
    }

    [Fact]
    public async Task Ten_that_look_at_once_write_a_crossing_once()
    {
        await CoverAsync(covered: 10, eligible: 100);
        await Watch.LookAsync(Provider, Cancellation);
        await CoverAsync(covered: 100, eligible: 100);

        var written = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Watch.LookAsync(Provider, Cancellation)));

        Assert.Equal(1, written.Sum());
        Assert.Equal(NotificationKind.GoalReached, Assert.Single((await ReadAsync(Ada)).Notifications).Kind);
    }

    [Fact]
    public async Task A_pass_out_of_its_control_limits_is_told_of_once_and_what_is_long_over_never()
    {
        await RunAsync(failed: 20, "now() - interval '9 days'");
        for (var day = 8; day > 2; day--)
        {
            await RunAsync(failed: 20 + day, $"now() - interval '{day} days'");
        }

        await RunAsync(failed: 400, "now() - interval '2 days'");
        var outside = await RunAsync(failed: 578, "now() - interval '1 minute'");

        Assert.Equal(1, await Watch.LookAsync(Provider, Cancellation));
        Assert.Equal(0, await Watch.LookAsync(Provider, Cancellation));

        var told = Assert.Single((await ReadAsync(Ada)).Notifications);
        Assert.Equal((NotificationKind.OutOfLimits, outside), (told.Kind, told.RunId));
        Assert.StartsWith("57.8 % of pass 1 failed on small (578 of 1,000);", told.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_past_its_time_is_removed_and_what_goes_with_its_team_too()
    {
        await WriteAsync("old", "now() - interval '91 days'");
        await WriteAsync("young");

        await Watch.LookAsync(Provider, Cancellation);
        Assert.Equal(["young"], (await ReadAsync(Ada)).Notifications.Select(one => one.Reason));

        await ExecuteAsync("delete from groqbatch.teams");
        Assert.Empty((await ReadAsync(Ada)).Notifications);
    }

    private static string InsertSql(
        string reason,
        string at,
        string kind = nameof(NotificationKind.RunCompleted),
        string actor = "pipeline"
    ) =>
        $"""
            insert into groqbatch.notifications (kind, provider, team_id, actor, reason, figures, dedupe_key, at)
            select '{kind}', '{Provider}', id, '{actor}', '{reason}', '{"{}"}', gen_random_uuid()::text, {at} from groqbatch.teams
            """;

    private Task<Inbox> ReadAsync(Actor actor) => Inboxes.ReadAsync(new InboxQuery { Provider = Provider }, actor, Cancellation);

    private Task WriteAsync(
        string reason,
        string at = "now()",
        string kind = nameof(NotificationKind.RunCompleted),
        string actor = "pipeline"
    ) => ExecuteAsync(InsertSql(reason, at, kind, actor));

    private Task CoverAsync(int covered, int eligible) =>
        ExecuteAsync(
            $"""
            insert into groqbatch.coverage_by_team (provider, team_id, excluded, summarised_first, recovered, stale, in_flight, failed, parked, pending)
            select '{Provider}', id, 0, {covered}, 0, 0, 0, 0, 0, {eligible - covered} from groqbatch.teams
            on conflict (provider, team_id) do update set summarised_first = excluded.summarised_first, pending = excluded.pending
            """
        );

    /// <summary>An ended run of a thousand with one pass and one ingested batch: what charts are made of.</summary>
    private async Task<Guid> RunAsync(int failed, string endedAt)
    {
        var run = Guid.NewGuid();
        await ExecuteAsync(
            $"""
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings, started_by,
                                        created_at, ended_at, selected, succeeded, is_canary_decided, estimate)
            select '{run}', id, '{Provider}', 'CompletedWithFailures', true, false, '{"{}"}', '{"{}"}', '1.0', '{"{}"}', 'ada', {endedAt}, {endedAt}, 1000,
                   {1000 - failed}, true, '{"{}"}' from groqbatch.teams;
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests,
                                          started_at, ended_at)
            values ('{run}', 1, 'small', 1000, {1000 - failed}, {failed}, 0, 0, 0, 0, {endedAt}, {endedAt});
            insert into groqbatch.pass_failures (run_id, ordinal, code, requests, final) values ('{run}', 1, 'json_validate_failed', {failed}, {failed});
            """
        );
        return run;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
