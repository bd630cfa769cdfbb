using GroqBatch.Core.Changes;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Hears what processes without a scheduler ask for: a run that a terminal has started or cancelled moves at once, not at the next sweep.</summary>
internal sealed partial class WakeListener(
    IChangeReader changes,
    IRunStore runs,
    Core.Batches.IBatchProvider provider,
    IRunWaker waker,
    ILogger<WakeListener> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in changes.ReadAsync(stoppingToken).WithCancellation(stoppingToken))
        {
            if (change.Kind is not "wake" || !Guid.TryParse(change.Id, out var runId))
            {
                continue;
            }

            try
            {
                var run = await runs.FindAsync(runId, stoppingToken);
                if (run is not null && string.Equals(run.Provider, provider.Name, StringComparison.Ordinal))
                {
                    await waker.WakeAsync(runId, TimeSpan.Zero, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The sweep finds the run in any case.
                Log.NotWoken(logger, runId, failure.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} could not be woken and waits for the next sweep: {Reason}")]
        public static partial void NotWoken(ILogger logger, Guid runId, string reason);
    }
}
