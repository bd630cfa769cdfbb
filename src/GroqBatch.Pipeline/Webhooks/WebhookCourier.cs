using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>
/// Sends deliveries in the background, in each host that carries runs on. Apart from the scheduler: a receiver that hangs must not take a thread from
/// runs. Without a receiver it does nothing.
/// </summary>
internal sealed partial class WebhookCourier(
    Webhook webhook,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookCourier> logger
) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!webhook.IsConfigured)
        {
            return;
        }

        var isKnown = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Value.Interval;
            try
            {
                if (!isKnown)
                {
                    await webhook.RegisterAsync(stoppingToken);
                    isKnown = true;
                }

                while (await webhook.DeliverAsync(stoppingToken) > 0)
                {
                    // More may be due.
                }
            }
#pragma warning disable CA1031 // A database that does not answer for a moment must not end deliveries: what was stored is tried again.
            catch (Exception failed)
#pragma warning restore CA1031
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Log.Interrupted(logger, failed);
                pause = AfterFailure;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Webhook deliveries are interrupted; they go on by themselves")]
        public static partial void Interrupted(ILogger logger, Exception cause);
    }
}
