using GroqBatch.Core.Notifications;

namespace GroqBatch.Core.Webhooks;

/// <summary>What has become of a delivery. Stored by name.</summary>
public enum WebhookDeliveryState
{
    /// <summary>To be sent, for the first time or again.</summary>
    Waiting,

    /// <summary>The receiver answered with success. Final.</summary>
    Delivered,

    /// <summary>Every try failed. Final.</summary>
    GivenUp,

    /// <summary>The receiver said that it is gone (410). Final.</summary>
    Gone,
}

/// <summary>One notification on its way to the receiver, claimed by one process for a while.</summary>
/// <param name="Id">The same for every try: the receiver knows by it what it has already.</param>
/// <param name="Attempt">Which try this is, from 1; stored before the call.</param>
/// <param name="Notification">What is sent; null: a test.</param>
/// <param name="At">When it was made, by the database's clock.</param>
public sealed record WebhookDelivery(Guid Id, int Attempt, Notification? Notification, DateTimeOffset At)
{
    /// <summary>As header <c>webhook-id</c> carries it.</summary>
    public string MessageId => $"msg_{Id:N}";
}

/// <summary>How a try went.</summary>
/// <param name="Status">What the receiver answered; null: nothing came.</param>
/// <param name="Error">Why nothing came, fit to show; null where something did.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone; null: it does not.</param>
public sealed record WebhookOutcome(int? Status, string? Error = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the receiver has it.</summary>
    public bool IsDelivered => Status is >= 200 and < 300;

    /// <summary>Whether the receiver wants nothing more, ever.</summary>
    public bool IsGone => Status == 410;
}

/// <summary>When a delivery is tried again, as the Standard Webhooks specification recommends: ten tries over three days.</summary>
public static class WebhookSchedule
{
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>Tries at most, the first one among them.</summary>
    public static int MostAttempts => Delays.Length + 1;

    /// <summary>How long after a failed try the next one comes; null: it was the last.</summary>
    /// <param name="attempt">The try that failed, from 1.</param>
    public static TimeSpan? After(int attempt) => attempt >= 1 && attempt <= Delays.Length ? Delays[attempt - 1] : null;
}
