using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Calls;

/// <summary>
/// A worker that stands still between the intent to create a batch and the creation, for longer than others leave it in doubt: they have made the
/// batch by the time it goes on, and no provider would know the second for what it is.
/// </summary>
public sealed class StandStillTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_stood_still_before_a_creation_sends_nothing_when_it_goes_on()
    {
        var still = new StandStill();
        await using var installation = await StartAsync(still);
        var (run, paused) = await StandStillAndOvertakeAsync(installation, still);
        var overtaken = installation.ReadSimulator().Batches;

        still.GoOn();
        await StopsAsync(paused);

        Assert.Single(overtaken);
        Assert.Single(installation.ReadSimulator().Batches);
        Assert.Equal("Did not create the batch", still.Failure?.Message.Split(':')[0]);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
    }

    [Fact]
    public async Task A_second_batch_that_nothing_could_stop_is_cancelled_and_told_of()
    {
        // Still between the last look at the clock and the sending: here there is no look.
        var still = new StandStill { NeverTooLate = true };
        await using var installation = await StartAsync(still);
        var (run, paused) = await StandStillAndOvertakeAsync(installation, still);

        still.GoOn();
        await StopsAsync(paused);

        var batches = installation.ReadSimulator().Batches;
        Assert.Equal(2, batches.Count);
        var counts = Assert.Single(await installation.BatchesAsync(run, Cancelled)).ProviderBatchId;
        var twin = Assert.Single(batches, batch => batch.Id != counts);
        var provider = installation.Services.GetRequiredService<IBatchProvider>();
        var now = Assert.Single(await provider.GetBatchesAsync([twin.Id], Cancelled));
        Assert.Contains(now.Status, new[] { ProviderBatchStatus.Cancelling, ProviderBatchStatus.Cancelled });
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told =>
                told.Reason
                == $"Batch 1 of pass 1 was created a second time as {twin.Id} by a host that had stood still; the provider was asked to cancel it. What it had answered by then may have to be paid."
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
    }

    private static Task<TestInstallation> StartAsync(StandStill still) =>
        TestInstallation.StartAsync(
            // A batch takes a while, so that there is something to cancel.
            simulator =>
            {
                simulator.Fast = false;
                simulator.Duration = TimeSpan.FromSeconds(4);
            },
            hosts: 0,
            services: services => DelegatingProvider.Put(services, real => new StandingStill(real, still)),
            cancellationToken: Cancelled
        );

    /// <summary>It hears that its lease is lost from the keeper that renews it, or from the ledger that refuses it: whichever is first.</summary>
    private static async Task StopsAsync(Task paused) =>
        Assert.True(await Record.ExceptionAsync(() => paused) is null or OperationCanceledException);

    /// <summary>One host stands still right before its creation, its lease and every grace run out, and another one takes the run over.</summary>
    private static async Task<(Guid Run, Task Paused)> StandStillAndOvertakeAsync(TestInstallation installation, StandStill still)
    {
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        var paused = installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
        await still.Reached.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await installation.ExecuteAsync("update groqbatch.leases set expires_at = '-infinity', fence = fence + 1", Cancelled);
        var other = await installation.AddHostAsync(scheduler: false, Cancelled);
        for (
            var waited = 0;
            waited < 600 && await installation.BatchesAsync(run, Cancelled) is not [{ ProviderBatchId: not null }];
            waited++
        )
        {
            await other.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
            await other.Services.GetRequiredService<BatchPoller>().PollAsync(Cancelled);
            await Task.Delay(50, Cancelled);
        }

        return (run, paused);
    }

    private sealed class StandStill
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public bool NeverTooLate { get; init; }
        public Exception? Failure { get; set; }
        public Task Reached => _reached.Task;

        public void GoOn() => _goOn.SetResult();

        public async Task<bool> IsFirstAsync()
        {
            if (Interlocked.Increment(ref _calls) > 1)
            {
                return false;
            }

            _reached.SetResult();
            await _goOn.Task;
            return true;
        }
    }

    /// <summary>The real client, but for the first creation. A process that stood still does not know yet that its work was stopped.</summary>
    private sealed class StandingStill(IBatchProvider real, StandStill still) : DelegatingProvider(real)
    {
        public override async Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken)
        {
            if (!await still.IsFirstAsync())
            {
                return await base.CreateBatchAsync(batch, cancellationToken);
            }

            try
            {
                return await base.CreateBatchAsync(still.NeverTooLate ? batch with { IsTooLate = null } : batch, CancellationToken.None);
            }
            catch (ProviderException failure)
            {
                still.Failure = failure;
                throw;
            }
        }
    }
}
