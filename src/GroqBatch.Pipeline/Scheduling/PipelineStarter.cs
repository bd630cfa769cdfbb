using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Makes the pipeline's jobs known to the scheduler and carries on whatever is live. Every process does it; doing it again changes nothing.</summary>
internal sealed class PipelineStarter(ISchedulerFactory schedulers, Sweeper sweeper, IOptions<PipelineOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        await AddAsync<AdvanceRunJob>(scheduler, QuartzWaker.AdvanceKey, cancellationToken);
        await AddAsync<PollJob>(scheduler, QuartzWaker.PollKey, cancellationToken);
        await AddAsync<SweepJob>(scheduler, QuartzWaker.SweepKey, cancellationToken);
        await scheduler.ScheduleTrigger(
            TriggerBuilder
                .Create()
                .WithIdentity("sweep", "sweeps")
                .ForJob(QuartzWaker.SweepKey)
                .StartNow()
                .WithSimpleSchedule(schedule => schedule.WithInterval(options.Value.SweepInterval).RepeatForever())
                .Build(),
            TriggerConflict.Replace,
            cancellationToken
        );
        await sweeper.WakeAllAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static ValueTask AddAsync<TJob>(IScheduler scheduler, JobKey key, CancellationToken cancellationToken)
        where TJob : IJob =>
        scheduler.AddJob(
            JobBuilder.Create<TJob>().WithIdentity(key).StoreDurably().Build(),
            new AddJobOptions { Replace = true },
            cancellationToken
        );
}
