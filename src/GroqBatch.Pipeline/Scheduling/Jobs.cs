using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Moves one run as far as it can go now.</summary>
internal sealed class AdvanceRunJob(RunAdvancer advancer, IRunWaker waker, JobsUnderWay jobs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var working = jobs.Begin();
        var runId = Guid.Parse(context.MergedJobDataMap.GetString(QuartzWaker.RunId)!);
        try
        {
            if (await advancer.AdvanceAsync(runId, cancellationToken) is { } wakeIn)
            {
                await waker.WakeAsync(runId, wakeIn, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // This host is on its way out: whoever has the database goes on with the run at once.
            await waker.WakeAsync(runId, TimeSpan.Zero, CancellationToken.None);
        }
    }
}

/// <summary>Asks the provider for all live batches that are due.</summary>
internal sealed class PollJob(BatchPoller poller, IRunWaker waker, JobsUnderWay jobs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var working = jobs.Begin();
        try
        {
            if (await poller.PollAsync(cancellationToken) is { } next)
            {
                await waker.WakePollAsync(next > TimeSpan.Zero ? next : TimeSpan.Zero, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await waker.WakePollAsync(TimeSpan.Zero, CancellationToken.None);
        }
    }
}

/// <summary>Looks for what nobody moves.</summary>
internal sealed class SweepJob(Sweeper sweeper, JobsUnderWay jobs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var working = jobs.Begin();
        await sweeper.SweepAsync(cancellationToken);
    }
}
