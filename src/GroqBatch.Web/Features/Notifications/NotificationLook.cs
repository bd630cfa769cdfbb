using GroqBatch.Core.Notifications;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;

namespace GroqBatch.Web.Features.Notifications;

/// <summary>How a notification looks: a word, and a mark whose form carries it without colour.</summary>
/// <param name="Mark">The class of the chip.</param>
/// <param name="Word">What it says.</param>
internal sealed record NotificationLook(string Mark, string Word)
{
    /// <summary>The one table; a run's states look here as they do everywhere.</summary>
    public static NotificationLook Of(NotificationKind kind) =>
        kind switch
        {
            NotificationKind.RunCompleted => Of(RunState.Completed),
            NotificationKind.RunCompletedWithFailures => Of(RunState.CompletedWithFailures),
            NotificationKind.RunHeld => Of(RunState.Held),
            NotificationKind.RunNeedsAttention => Of(RunState.NeedsAttention),
            NotificationKind.RunCancelled => Of(RunState.Cancelled),
            NotificationKind.GoalReached => new("goal", "Goal reached"),
            NotificationKind.GoalLost => new("goal lost", "Goal lost"),
            NotificationKind.OutOfLimits => new("limits", "Out of control limits"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of a notification."),
        };

    /// <summary>Where it leads: the run it is about, otherwise the team; null where there is no such page.</summary>
    public static string? AddressOf(Notification notification) =>
        notification.RunId is { } run ? PageLinks.Run(run) : PageLinks.Team(notification.Team);

    private static NotificationLook Of(RunState state)
    {
        var look = RunStateLook.Of(state);
        return new NotificationLook(look.Mark, look.Word);
    }
}
