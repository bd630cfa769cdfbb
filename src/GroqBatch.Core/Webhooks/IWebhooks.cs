using GroqBatch.Core.Access;

namespace GroqBatch.Core.Webhooks;

/// <summary>The webhook of this installation, as people see it.</summary>
public interface IWebhooks
{
    /// <summary>Whether one is configured.</summary>
    bool IsConfigured { get; }

    /// <summary>How its deliveries go; null: none is configured. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<WebhookHealth?> ReadHealthAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a test notification at once, a single time, and says how it went. When a receiver that had said it is gone takes it, notifications are
    /// sent again from then on. Takes <see cref="Right.Administer"/>.
    /// </summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    /// <exception cref="InvalidOperationException">No webhook is configured.</exception>
    Task<WebhookOutcome> SendTestAsync(Actor actor, CancellationToken cancellationToken);
}
