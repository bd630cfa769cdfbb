using GroqBatch.Core.Batches;
using GroqBatch.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Pipeline.Telemetry;

/// <summary>
/// Reads the ledger's levels for the gauges while somebody listens. A listener asks without waiting, so that what it gets was read before.
/// </summary>
internal sealed partial class GaugeReader(
    ILedgerGauges ledger,
    GroqBatchMetrics metrics,
    IBatchProvider provider,
    TimeProvider time,
    ILogger<GaugeReader> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            if (!metrics.AreGaugesRead)
            {
                continue;
            }

            try
            {
                metrics.Set(provider.Name, await ledger.ReadAsync(provider.Name, stoppingToken));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The database may be away for a moment; whoever needs it says so. Here only figures get old.
                Log.NotRead(logger, failure.Message);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The ledger's levels could not be read for the metrics: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
