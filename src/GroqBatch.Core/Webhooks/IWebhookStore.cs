using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;

namespace GroqBatch.Core.Webhooks;

/// <summary>Where notifications are sent to.</summary>
/// <param name="Key">A digest of the address: the address itself may hold a secret and is stored nowhere.</param>
/// <param name="Host">Its host, fit to show.</param>
public sealed record WebhookEndpoint(string Key, string Host);

/// <summary>Deliveries in the database: intent before the call, outcome after it, claimed by one process at a time.</summary>
public interface IWebhookStore
{
    /// <summary>
    /// Makes an endpoint known: what happens from now on is sent to it. One that was there is as it was, unless nobody has worked for it in days.
    /// </summary>
    Task RegisterAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken);

    /// <summary>Makes a delivery for each notification that has none yet; nothing for an endpoint that is gone.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="provider">Whose notifications.</param>
    /// <param name="kinds">Which of them; empty: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were made.</returns>
    Task<int> EnqueueAsync(
        WebhookEndpoint endpoint,
        string provider,
        IReadOnlyCollection<NotificationKind> kinds,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Claims deliveries that are due, so that nobody else sends them while the lease lasts, and counts the try that is about to be made. What a dead
    /// process had claimed is due again when its lease is over.
    /// </summary>
    Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(
        WebhookEndpoint endpoint,
        int take,
        TimeSpan lease,
        CancellationToken cancellationToken
    );

    /// <summary>Stores how a claimed delivery went. One that was claimed again meanwhile is left to who has it now, unless it was delivered.</summary>
    Task SettleAsync(WebhookEndpoint endpoint, WebhookDelivery delivery, WebhookOutcome outcome, CancellationToken cancellationToken);

    /// <summary>Makes and claims a test, which is tried once, and records who asked for it.</summary>
    Task<WebhookDelivery> AddTestAsync(WebhookEndpoint endpoint, Actor actor, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>How deliveries go.</summary>
    Task<WebhookHealth> ReadHealthAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken);
}

/// <summary>How deliveries to an endpoint go.</summary>
public sealed record WebhookHealth
{
    /// <summary>Where they go to.</summary>
    public required string Host { get; init; }

    /// <summary>By the database's clock.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>When the receiver last took one; null: never.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>To be sent.</summary>
    public int Waiting { get; init; }

    /// <summary>Of them, those that failed at least once.</summary>
    public int Failing { get; init; }

    /// <summary>When the next of those is tried; null without any.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>What the latest failed try came to, such as <c>500</c> or why there was no answer; null without any that waits.</summary>
    public string? LastError { get; init; }

    /// <summary>Given up after every try, in the last 90 days.</summary>
    public int GivenUp { get; init; }

    /// <summary>When the receiver said that it is gone: nothing is sent since. Null: it has not.</summary>
    public DateTimeOffset? GoneAt { get; init; }
}
