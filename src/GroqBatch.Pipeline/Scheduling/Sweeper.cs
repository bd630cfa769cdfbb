using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Leases;
using GroqBatch.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>
/// Makes sure that nothing depends on an alarm that was lost with the process that should have set it: gives every live run of this provider an
/// alarm, has the provider asked, keeps the history of coverage, notices goals and control limits, and removes raw files that are past their time.
/// Batches whose creation was never confirmed are settled by their runs' own steps, and those that overran their window are closed by the poll.
/// </summary>
internal sealed class Sweeper(
    IRunStore runs,
    IBatchProvider provider,
    IRunWaker waker,
    ILeases leases,
    PipelineIdentity identity,
    RawFiles rawFiles,
    ICoverageHistory coverage,
    INotificationWatch notifications,
    IOptions<PipelineOptions> options,
    TimeProvider time,
    ILogger<Sweeper> logger
)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var keeper = await LeaseKeeper.TryTakeAsync(
            leases,
            $"{Lease.Sweep}:{provider.Name}",
            identity.NewOwner(),
            options.Value.LeaseDuration,
            time,
            logger,
            cancellationToken
        );
        if (keeper is null)
        {
            return;
        }

        await WakeAllAsync(keeper.Token);
        await coverage.AppendAsync(provider.Name, keeper.Token);
        await notifications.LookAsync(provider.Name, keeper.Token);
        rawFiles.RemoveExpired(time.GetUtcNow());
    }

    /// <summary>Gives every live run an alarm; also right after a start, so that what a dead process left goes on at once.</summary>
    public async Task WakeAllAsync(CancellationToken cancellationToken)
    {
        foreach (var runId in await runs.ListLiveAsync(provider.Name, cancellationToken))
        {
            await waker.WakeAsync(runId, TimeSpan.Zero, cancellationToken);
        }

        await waker.WakePollAsync(TimeSpan.Zero, cancellationToken);
    }
}
