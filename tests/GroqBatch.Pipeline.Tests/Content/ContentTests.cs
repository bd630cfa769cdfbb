using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Content;

/// <summary>Pull requests that change, are emptied or go away while their run is under way; and summaries that nothing may harm.</summary>
public sealed class ContentTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_changed_while_it_was_under_way_is_saved_as_stale()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await SubmitAsync(installation, 3);

        await installation.ExecuteAsync(
            "update groqbatch.pull_requests set title = 'fix: something else', content_hash = '\\x0123' where id = 2",
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3), (figures.State, figures.Succeeded));
        Assert.Equal(["summarised", "stale", "summarised"], await StatesAsync(installation));
        Assert.Equal(
            1,
            await installation.ScalarAsync<int>("select stale from groqbatch.coverage_by_team where provider = 'simulator'", Cancelled)
        );
    }

    [Fact]
    public async Task What_was_emptied_while_it_was_under_way_is_excluded_and_keeps_its_summary()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await SubmitAsync(installation, 3);

        await installation.ExecuteAsync(
            "update groqbatch.pull_requests set body = '', is_eligible = false, content_hash = '\\x0123' where id = 2",
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3), (figures.State, figures.Succeeded));
        Assert.Equal(["summarised", "excluded", "summarised"], await StatesAsync(installation));
        Assert.Equal(3, await installation.ScalarAsync<int>("select count(summary_id)::int from groqbatch.pull_request_states", Cancelled));
    }

    [Fact]
    public async Task A_team_that_is_removed_takes_its_run_along_and_no_other()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var leaving = await SubmitAsync(installation, 3, "leaving");
        var staying = await SubmitAsync(installation, 3, "staying");

        await installation.ExecuteAsync("delete from groqbatch.teams where slug = 'leaving'", Cancelled);
        await installation.DriveAsync([leaving, staying], Cancelled, RunState.Completed);

        Assert.Equal("Completed", (await installation.EndAsync(staying, Cancelled)).State);
        Assert.Null(await installation.RunStore.FindAsync(leaving, Cancelled));
        Assert.Equal(3, await installation.ScalarAsync<int>("select count(*)::int from groqbatch.summaries", Cancelled));
    }

    [Fact]
    public async Task A_summary_is_never_replaced_by_a_failure()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await installation.DriveToEndAsync(await SubmitAsync(installation, 2), Cancelled);
        var before = await installation.ListAsync<long>(
            "select summary_id from groqbatch.pull_request_states order by pull_request_id",
            Cancelled
        );
        await installation.ExecuteAsync("update groqbatch.pull_requests set content_hash = '\\x0123' where id = 1", Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail });

        var refresh = await installation.StartRunAsync(
            new StartRun
            {
                TeamId = await installation.ScalarAsync<int>("select id from groqbatch.teams", Cancelled),
                WithFallback = true,
                IncludeStale = true,
            },
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(refresh, Cancelled);

        Assert.Equal(("CompletedWithFailures", 1, 1), (figures.State, figures.Selected, figures.FinalFailures));
        Assert.Equal(
            before,
            await installation.ListAsync<long>("select summary_id from groqbatch.pull_request_states order by pull_request_id", Cancelled)
        );
        Assert.Equal(["stale", "summarised"], await StatesAsync(installation));
    }

    [Fact]
    public async Task A_fresh_summary_takes_the_place_of_a_stale_one_and_the_old_one_stays_in_the_history()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await installation.DriveToEndAsync(await SubmitAsync(installation, 2), Cancelled);
        await installation.ExecuteAsync("update groqbatch.pull_requests set content_hash = '\\x0123' where id = 1", Cancelled);

        var refresh = await installation.StartRunAsync(
            new StartRun { TeamId = await installation.ScalarAsync<int>("select id from groqbatch.teams", Cancelled), IncludeStale = true },
            Cancelled
        );
        await installation.DriveToEndAsync(refresh, Cancelled);

        Assert.Equal(["summarised", "summarised"], await StatesAsync(installation));
        Assert.Equal(
            2,
            await installation.ScalarAsync<int>("select count(*)::int from groqbatch.summaries where pull_request_id = 1", Cancelled)
        );
    }

    private static Task<IReadOnlyList<string>> StatesAsync(TestInstallation installation) =>
        installation.ListAsync<string>("select state from groqbatch.pull_request_states order by pull_request_id", Cancelled);

    /// <summary>A run whose batch is at the provider, with nothing of it saved.</summary>
    private static async Task<Guid> SubmitAsync(TestInstallation installation, int pullRequests, string team = "acme")
    {
        var id = await installation.AddTeamAsync(team, pullRequests, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = id, WithFallback = true }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }],
            Cancelled
        );
        return run;
    }
}
