using GroqBatch.Core.Access;
using GroqBatch.Core.Webhooks;

namespace GroqBatch.Web.Tests.Notifications;

/// <summary>A webhook whose deliveries go as a test says; by default none is configured.</summary>
internal sealed class FakeWebhooks : IWebhooks
{
    /// <summary>How they go; null: none is configured.</summary>
    public WebhookHealth? Health { get; set; }

    /// <summary>What a test comes to.</summary>
    public WebhookOutcome Outcome { get; set; } = new(200);

    /// <summary>Who sent tests.</summary>
    public List<string> Testers { get; } = [];

    public bool IsConfigured => Health is not null;

    public Task<WebhookHealth?> ReadHealthAsync(Actor actor, CancellationToken cancellationToken) => Task.FromResult(Health);

    public Task<WebhookOutcome> SendTestAsync(Actor actor, CancellationToken cancellationToken)
    {
        Testers.Add(actor.Name);
        return Task.FromResult(Outcome);
    }
}
