namespace GroqBatch.Core.Notifications;

/// <summary>What a notification tells of. Stored by name.</summary>
public enum NotificationKind
{
    /// <summary>A run ended, and every request succeeded on some rung.</summary>
    RunCompleted,

    /// <summary>A run ended, and some requests are final failures.</summary>
    RunCompletedWithFailures,

    /// <summary>Nothing new of a run is sent until somebody resumes it.</summary>
    RunHeld,

    /// <summary>A run waits for a cause that only a person can mend.</summary>
    RunNeedsAttention,

    /// <summary>A run was cancelled and has ended.</summary>
    RunCancelled,

    /// <summary>A team's coverage has come to its goal.</summary>
    GoalReached,

    /// <summary>A team's coverage was at its goal and is below it now.</summary>
    GoalLost,

    /// <summary>A pass failed more, or less, than the runs before it led one to expect.</summary>
    OutOfLimits,
}

/// <summary>The kinds as addresses, settings and webhooks name them.</summary>
public static class NotificationKinds
{
    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<NotificationKind> All { get; } = Enum.GetValues<NotificationKind>();

    /// <summary>Such as <c>run.completed</c>.</summary>
    public static string ToWire(this NotificationKind kind) =>
        kind switch
        {
            NotificationKind.RunCompleted => "run.completed",
            NotificationKind.RunCompletedWithFailures => "run.completed_with_failures",
            NotificationKind.RunHeld => "run.held",
            NotificationKind.RunNeedsAttention => "run.needs_attention",
            NotificationKind.RunCancelled => "run.cancelled",
            NotificationKind.GoalReached => "goal.reached",
            NotificationKind.GoalLost => "goal.lost",
            NotificationKind.OutOfLimits => "run.out_of_limits",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of a notification."),
        };

    /// <summary>The kind with such a name; null: there is none.</summary>
    public static NotificationKind? FromWire(string? text)
    {
        foreach (var kind in All)
        {
            if (string.Equals(kind.ToWire(), text, StringComparison.Ordinal))
            {
                return kind;
            }
        }

        return null;
    }
}
