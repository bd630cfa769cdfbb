using Microsoft.Extensions.Hosting;
using Quartz;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>
/// How a host leaves others that carry on: it begins nothing more, stops what is under way, and waits until each job has set the alarm for whoever goes
/// on with it. A scheduler that is shut down takes no alarm, and what it would have rung for would wait for the next sweep.
/// </summary>
/// <remarks>Registered after everything that works here, since hosts stop in the reverse order.</remarks>
internal sealed class PipelineDrain(ISchedulerFactory schedulers, JobsUnderWay jobs, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // What was let off just before the standby begins within them.
    private const int QuietLooks = 3;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            await scheduler.Standby(cancellationToken);
            await jobs.StopAsync();
            for (var quiet = 0; quiet < QuietLooks; quiet = jobs.Any ? 0 : quiet + 1)
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }
        catch (SchedulerException)
        {
            // It is shut down already, or never came up: nothing is under way.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Something does not let itself be stopped in the time there is. What it holds runs out, and the next sweep finds it.
        }
    }
}
