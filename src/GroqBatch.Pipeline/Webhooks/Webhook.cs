using System.Security.Cryptography;
using System.Text;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>The deliveries of this installation's webhook: makes them, sends what is due, stores how it went.</summary>
internal sealed class Webhook(IWebhookStore store, IBatchProvider provider, IOptions<WebhookOptions> options, TimeProvider time)
    : IWebhooks,
        IDisposable
{
    /// <summary>Sent at once at most: a receiver that hangs keeps no more.</summary>
    private const int AtOnce = 8;

    private WebhookSender? _sender;

    public bool IsConfigured => options.Value.IsConfigured;

    /// <summary>Longer than a try takes: nobody else sends a delivery while one is at it.</summary>
    private TimeSpan LeaseTime => options.Value.Timeout + TimeSpan.FromSeconds(15);

    // Not before it is needed: without a receiver there is nothing to make one from.
    private WebhookSender Sender => LazyInitializer.EnsureInitialized(ref _sender, () => new WebhookSender(options, time));

    private WebhookEndpoint Endpoint
    {
        get
        {
            var url = new Uri(options.Value.Url!);
            return new WebhookEndpoint(
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri))),
                url.IsDefaultPort ? url.Host : url.Authority
            );
        }
    }

    public void Dispose()
    {
        _sender?.Dispose();
    }

    public async Task<WebhookHealth?> ReadHealthAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        return IsConfigured ? await store.ReadHealthAsync(Endpoint, cancellationToken) : null;
    }

    public async Task<WebhookOutcome> SendTestAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.Administer);
        if (!IsConfigured)
        {
            throw new InvalidOperationException(
                $"No webhook is configured: {WebhookOptions.SectionName}:{nameof(WebhookOptions.Url)} is missing."
            );
        }

        var delivery = await store.AddTestAsync(Endpoint, actor, LeaseTime, cancellationToken);
        return await SendAsync(delivery, cancellationToken);
    }

    /// <summary>Makes the receiver known; what happens from now on is for it.</summary>
    internal Task RegisterAsync(CancellationToken cancellationToken) => store.RegisterAsync(Endpoint, cancellationToken);

    /// <summary>Sends what is due now.</summary>
    /// <returns>How many tries were made.</returns>
    internal async Task<int> DeliverAsync(CancellationToken cancellationToken)
    {
        var kinds = options.Value.Kinds.Select(NotificationKinds.FromWire).OfType<NotificationKind>().ToList();
        await store.EnqueueAsync(Endpoint, provider.Name, kinds, cancellationToken);
        var claimed = await store.ClaimAsync(Endpoint, AtOnce, LeaseTime, cancellationToken);
        await Task.WhenAll(claimed.Select(delivery => SendAsync(delivery, cancellationToken)));
        return claimed.Count;
    }

    private async Task<WebhookOutcome> SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var outcome = await Sender.SendAsync(delivery, cancellationToken);
        // What was sent is sent: that this process stops is no reason to send it again.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        await store.SettleAsync(Endpoint, delivery, outcome, soon.Token);
        return outcome;
    }
}
