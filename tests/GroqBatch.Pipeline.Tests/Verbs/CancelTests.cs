using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>Cancel, from every state: nothing more is sent, what was answered is saved, and it ends whatever the provider does.</summary>
public sealed class CancelTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queued_run_ends_without_having_claimed_anything()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 3);

        var cancel = await installation.Runs.CancelAsync(run, "A mistake.", TestInstallation.Ada, Cancelled);
        Assert.Equal((true, true, (RunState?)RunState.Cancelling), (cancel.Done, cancel.Changed, cancel.State));
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 0, 0), (figures.State, figures.Selected, figures.Claims));
        Assert.Empty(installation.ReadSimulator().Batches);
        Assert.Equal(
            [("ada", "run.start"), ("ada", "run.cancel")],
            (await installation.AuditAsync(run.ToString(), Cancelled)).Select(row => (row.Actor, row.Action))
        );
    }

    [Theory]
    [InlineData(Leftovers.ErrorLines)]
    [InlineData(Leftovers.Absent)]
    public async Task What_a_cancelled_batch_had_answered_is_saved_and_the_rest_may_be_run_again(Leftovers leftovers)
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.ValidatingSeconds = 0;
                simulator.LinesPerSecond = 10;
                simulator.FinalizingSeconds = 0;
                simulator.CancellingSeconds = 0.2;
                simulator.CancelledLeftovers = leftovers;
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var run = await StartAsync(installation, 40);
        await installation.DriveUntilAsync(
            run,
            async () =>
                await installation.ScalarAsync<bool>(
                    "select exists(select 1 from groqbatch.batches where provider_completed > 1)",
                    Cancelled
                ),
            Cancelled
        );

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 40, 0), (figures.State, figures.Succeeded + figures.FinalByCode["cancelled"], figures.Claims));
        Assert.InRange(figures.Succeeded, 2, 39);
        Assert.Equal(figures.Succeeded, figures.Summaries);
        Assert.Equal("api", Assert.Single(installation.ReadSimulator().Batches).CancelledBy);
        Assert.Equal(
            40 - figures.Succeeded,
            await installation.ScalarAsync<int>(
                "select count(*)::int from groqbatch.pull_request_states where state = 'pending'",
                Cancelled
            )
        );

        var retry = await installation.Runs.RetryAsync(new RetryRun { RunId = run }, TestInstallation.Ada, Cancelled);
        Assert.Equal(40 - figures.Succeeded, retry.Selected);
    }

    [Fact]
    public async Task What_had_not_been_sent_is_not_sent()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var run = await StartAsync(installation, 6);
        await SubmitFirstAsync(installation, run);
        await installation.StepAsync(run, Cancelled);

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 6), (figures.State, figures.Succeeded + figures.FinalByCode["cancelled"]));
        Assert.Equal(figures.Batches, installation.ReadSimulator().Batches.Count);
        Assert.InRange(figures.Batches, 1, 2);
        Assert.All(
            await installation.BatchesAsync(run, Cancelled),
            batch => Assert.Contains(batch.State, new[] { "Ingested", "Abandoned" })
        );
    }

    [Theory]
    [InlineData(RunState.Held)]
    [InlineData(RunState.NeedsAttention)]
    public async Task A_stopped_run_is_cancelled_as_well(RunState state)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        if (state == RunState.NeedsAttention)
        {
            installation.Simulator.AddFault(Fault.Parse("unauthorized,method=POST,path=/files"));
        }

        var run = await StartAsync(installation, 3);
        if (state == RunState.Held)
        {
            await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        }

        await installation.DriveAsync([run], Cancelled, state);
        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 0, 0), (figures.State, figures.Succeeded, figures.Claims));
        Assert.Equal(figures.Selected, figures.FinalFailures);
        Assert.Empty(installation.ReadSimulator().Batches);
    }

    [Fact]
    public async Task Twice_is_once_and_nothing_else_moves_it_any_more()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 2);
        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);

        var again = await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var hold = await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var resume = await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);
        var afterwards = await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);

        Assert.Equal((true, false, "It is being cancelled already."), (again.Done, again.Changed, again.Explanation));
        Assert.Equal((true, false, "It is cancelled already."), (afterwards.Done, afterwards.Changed, afterwards.Explanation));
        Assert.All(
            [hold, resume],
            refused =>
                Assert.Equal(
                    (false, "It is being cancelled. Once that is done, a retry makes a new run of what has no summary."),
                    (refused.Done, refused.Explanation)
                )
        );
    }

    [Fact]
    public async Task A_provider_that_never_ends_its_batch_keeps_nobody_and_what_may_still_be_payable_is_told()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.ValidatingSeconds = 0;
                simulator.LinesPerSecond = 50;
                simulator.CancellingSeconds = 2;
            },
            new Dictionary<string, string?> { ["Pipeline:CancelGrace"] = "00:00:00.300" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var run = await StartAsync(installation, 30);
        await installation.DriveUntilAsync(
            run,
            async () =>
                await installation.ScalarAsync<bool>(
                    "select exists(select 1 from groqbatch.batches where provider_completed > 1)",
                    Cancelled
                ),
            Cancelled
        );

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        var batch = Assert.Single(await installation.BatchesAsync(run, Cancelled));
        Assert.Equal(("Cancelled", 0, 30, "Submitted"), (figures.State, figures.Succeeded, figures.FinalByCode["cancelled"], batch.State));
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason.Contains($"may still have to be paid: {batch.ProviderBatchId}.", StringComparison.Ordinal)
        );

        // Its answers are saved all the same when they come, and what they cost is booked.
        await installation.DriveUntilAsync(
            run,
            async () => Assert.Single(await installation.BatchesAsync(run, Cancelled)).State == "Ingested",
            Cancelled
        );
        Assert.Empty(await installation.RunStore.ReconcileAsync(run, Cancelled));
        var saved = await installation.ScalarAsync<int>(
            "select count(*)::int from groqbatch.pull_request_states where state = 'summarised'",
            Cancelled
        );
        Assert.InRange(saved, 1, 30);
        Assert.True(await installation.ScalarAsync<bool>($"select cost > 0 from groqbatch.passes where run_id = '{run}'", Cancelled));
    }

    [Fact]
    public async Task A_batch_whose_creation_was_still_in_doubt_when_its_run_was_cancelled_is_found_cancelled_and_saved()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.ValidatingSeconds = 0;
                simulator.LinesPerSecond = 20;
                simulator.CancellingSeconds = 0.1;
            },
            new Dictionary<string, string?> { ["Pipeline:CancelGrace"] = "00:00:00.200", ["Groq:MaxRetries"] = "0" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("reply_lost,method=POST,path=/batches,times=1"));
        installation.Simulator.AddFault(Fault.Parse("server_error,method=GET,path=/batches"));
        var run = await StartAsync(installation, 200);
        await installation.StepAsync(run, Cancelled);
        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Cancelled", 200), (figures.State, figures.FinalByCode["cancelled"]));
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason.Contains("one whose creation was not confirmed", StringComparison.Ordinal)
        );

        // Whoever looks for what is left finds it, also after every process has died meanwhile.
        installation.Simulator.ClearFaults();
        Assert.Contains(run, await installation.RunStore.ListLiveAsync("simulator", Cancelled));
        await installation.DriveUntilAsync(
            run,
            async () => Assert.Single(await installation.BatchesAsync(run, Cancelled)).State == "Ingested",
            Cancelled
        );

        Assert.Equal("api", Assert.Single(installation.ReadSimulator().Batches).CancelledBy);
        Assert.DoesNotContain(run, await installation.RunStore.ListLiveAsync("simulator", Cancelled));
    }

    [Fact]
    public async Task A_doubtful_batch_that_does_not_exist_leaves_nothing_behind_once_its_run_is_cancelled()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:CancelGrace"] = "00:00:00.100", ["Groq:MaxRetries"] = "0" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("connection_dropped,method=POST,path=/batches,times=1"));
        installation.Simulator.AddFault(Fault.Parse("server_error,method=GET,path=/batches"));
        var run = await StartAsync(installation, 3);
        await installation.StepAsync(run, Cancelled);
        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        installation.Simulator.ClearFaults();
        await installation.DriveUntilAsync(
            run,
            async () => Assert.Single(await installation.BatchesAsync(run, Cancelled)).State == "Abandoned",
            Cancelled
        );

        Assert.DoesNotContain(run, await installation.RunStore.ListLiveAsync("simulator", Cancelled));
        Assert.Empty(installation.ReadSimulator().Batches);
        Assert.Empty(await installation.RunStore.ReconcileAsync(run, Cancelled));
    }

    [Fact]
    public async Task A_cancellation_that_is_not_confirmed_is_asked_for_again()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.ValidatingSeconds = 0;
                simulator.LinesPerSecond = 5;
                simulator.CancellingSeconds = 0.1;
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var run = await StartAsync(installation, 100);
        await SubmitFirstAsync(installation, run);
        installation.Simulator.AddFault(Fault.Parse("server_error,method=POST,path=/batches/*,times=2"));

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 100), (figures.State, figures.Succeeded + figures.FinalByCode["cancelled"]));
        Assert.Equal("api", Assert.Single(installation.ReadSimulator().Batches).CancelledBy);
    }

    [Fact]
    public async Task Results_that_are_gone_for_good_hold_nobody_up_once_the_run_is_cancelled()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("file_expired,method=GET"));
        var run = await StartAsync(installation, 3);
        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        Assert.EndsWith("Resume tries it again, cancel ends the run without them.", waiting.Reason, StringComparison.Ordinal);

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 0, 3, 0), (figures.State, figures.Succeeded, figures.FinalFailures, figures.Claims));
        Assert.Equal("Ingested", Assert.Single(await installation.BatchesAsync(run, Cancelled)).State);
        Assert.Equal(
            3,
            await installation.ScalarAsync<int>($"select unknown_requests from groqbatch.passes where run_id = '{run}'", Cancelled)
        );
    }

    private static async Task<Guid> StartAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        return await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
    }

    private static Task SubmitFirstAsync(TestInstallation installation, Guid run) =>
        installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }, ..],
            Cancelled
        );
}
