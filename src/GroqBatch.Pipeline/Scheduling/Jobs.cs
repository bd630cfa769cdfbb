using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Moves one run as far as it can go now.</summary>
internal sealed class AdvanceRunJob(RunAdvancer advancer, IRunWaker waker) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var runId = Guid.Parse(context.MergedJobDataMap.GetString(QuartzWaker.RunId)!);
        if (await advancer.AdvanceAsync(runId, cancellationToken) is { } wakeIn)
        {
            await waker.WakeAsync(runId, wakeIn, cancellationToken);
        }
    }
}

/// <summary>Asks the provider for all live batches that are due.</summary>
internal sealed class PollJob(BatchPoller poller, IRunWaker waker) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (await poller.PollAsync(cancellationToken) is { } next)
        {
            await waker.WakePollAsync(next > TimeSpan.Zero ? next : TimeSpan.Zero, cancellationToken);
        }
    }
}

/// <summary>Looks for what nobody moves.</summary>
internal sealed class SweepJob(Sweeper sweeper) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await sweeper.SweepAsync(cancellationToken);
}
