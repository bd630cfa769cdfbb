using System.Diagnostics;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Runs;

/// <summary>Batches that have ended are taken two at once, each in its own transaction.</summary>
public sealed class TakingAtOnceTests
{
    private const string Saving = """
        select count(*)::int from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into groqbatch.summaries%'
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_are_taken_at_once_and_a_third_waits_its_turn()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", pullRequests: 8, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await EndAllAsync(installation, run);

        // Whoever holds the team's counters keeps everybody from saving summaries.
        await using var connection = await installation.Database.DataSource.OpenConnectionAsync(Cancelled);
        Task advancing;
        await using (var holding = await connection.BeginTransactionAsync(Cancelled))
        {
            await using var hold = connection.CreateCommand();
            hold.CommandText = "select 1 from groqbatch.coverage_by_team for update";
            await hold.ExecuteNonQueryAsync(Cancelled);
            advancing = installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
            await UntilAsync(async () => await installation.ScalarAsync<int>(Saving, Cancelled) >= 2);

            await Task.Delay(300, Cancelled);
            Assert.Equal(2, await installation.ScalarAsync<int>(Saving, Cancelled));
            Assert.All(await installation.BatchesAsync(run, Cancelled), batch => Assert.Equal("Ended", batch.State));
        }

        await advancing;
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 8), (figures.State, figures.Succeeded));
    }

    [Fact]
    public async Task A_pass_ends_with_the_latest_of_what_it_brought_whichever_counted_last()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", pullRequests: 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Ingested" }, ..],
            Cancelled
        );

        // As if its transaction had begun after that of the other, and had the counters before it.
        await installation.ExecuteAsync(
            "update groqbatch.batches set ingested_at = ingested_at + interval '1 minute' where ordinal = 1",
            Cancelled
        );
        await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(
            1,
            await installation.ScalarAsync<int>(
                """
                select count(*)::int from groqbatch.passes pass join groqbatch.batches batch on batch.run_id = pass.run_id
                where batch.ordinal = 1 and pass.ended_at = batch.ingested_at
                """,
                Cancelled
            )
        );
    }

    /// <summary>All four batches of the run are submitted and have ended, and none is taken.</summary>
    private static async Task EndAllAsync(TestInstallation installation, Guid run)
    {
        await UntilAsync(async () =>
        {
            await installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
            return (await installation.BatchesAsync(run, Cancelled)).Count(batch => batch.State == "Submitted") == 4;
        });
        await UntilAsync(async () =>
        {
            await installation.Services.GetRequiredService<BatchPoller>().PollAsync(Cancelled);
            return (await installation.BatchesAsync(run, Cancelled)).All(batch => batch.State == "Ended");
        });
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "It does not come to hold in time.");
            await Task.Delay(10, Cancelled);
        }
    }
}
