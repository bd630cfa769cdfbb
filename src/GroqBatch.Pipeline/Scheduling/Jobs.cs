using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Moves one run as far as it can go now.</summary>
internal sealed class AdvanceRunJob(RunAdvancer advancer, IRunWaker waker, JobsUnderWay jobs) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var job = jobs.Begin(cancellationToken);
        var runId = Guid.Parse(context.MergedJobDataMap.GetString(QuartzWaker.RunId)!);
        try
        {
            if (await advancer.AdvanceAsync(runId, job.Token) is { } wakeIn)
            {
                await waker.WakeAsync(runId, wakeIn, job.Token);
            }
        }
        catch (OperationCanceledException) when (job.IsStopping)
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
        using var job = jobs.Begin(cancellationToken);
        try
        {
            if (await poller.PollAsync(job.Token) is { } next)
            {
                await waker.WakePollAsync(next > TimeSpan.Zero ? next : TimeSpan.Zero, job.Token);
            }
        }
        catch (OperationCanceledException) when (job.IsStopping)
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
        using var job = jobs.Begin(cancellationToken);
        try
        {
            await sweeper.SweepAsync(job.Token);
        }
        catch (OperationCanceledException) when (job.IsStopping)
        {
            // The next sweep is everybody's.
        }
    }
}
