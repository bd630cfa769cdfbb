using GroqBatch.Core.Batches;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>
/// The alarm clock: a trigger for each live run and one for the provider's polls, in the clustered store. Setting an alarm that is set already
/// for earlier changes nothing, so wake-ups are never lost to one another.
/// </summary>
internal sealed class QuartzWaker(
    ISchedulerFactory schedulers,
    IBatchProvider provider,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : IRunWaker
{
    public const string RunId = "runId";

    public static JobKey AdvanceKey { get; } = new("advance", "pipeline");
    public static JobKey PollKey { get; } = new("poll", "pipeline");
    public static JobKey SweepKey { get; } = new("sweep", "pipeline");

    public async Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken)
    {
        var trigger = TriggerBuilder
            .Create()
            .WithIdentity(runId.ToString(), "runs")
            .ForJob(AdvanceKey)
            .UsingJobData(RunId, runId.ToString())
            .StartAt(time.GetUtcNow() + after)
            .Build();
        await ScheduleAsync(trigger, cancellationToken);
    }

    public async Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken)
    {
        var trigger = TriggerBuilder
            .Create()
            .WithIdentity(provider.Name, "polls")
            .ForJob(PollKey)
            .StartAt(time.GetUtcNow() + after)
            .Build();
        await ScheduleAsync(trigger, cancellationToken);
    }

    private async Task ScheduleAsync(ITrigger trigger, CancellationToken cancellationToken)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            await scheduler.ScheduleTrigger(trigger, TriggerConflict.KeepEarlier, cancellationToken);
        }
        catch (SchedulerException) when (cancellationToken.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The host is on its way out: the alarm is the next one's to set.
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
