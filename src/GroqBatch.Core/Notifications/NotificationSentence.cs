using System.Globalization;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Core.Notifications;

/// <summary>A notification in words: the same in the inbox, in the browser's notification and in a webhook.</summary>
internal static class NotificationSentence
{
    public static string Of(Notification notification)
    {
        var figures = notification.Figures;
        return (notification.Kind, figures) switch
        {
            (NotificationKind.RunCompleted, { Selected: > 0 and var selected }) =>
                $"{(selected == 1 ? "The pull request has" : $"All {Count(selected)} pull requests have")} a summary.",
            (NotificationKind.RunCompletedWithFailures, { Selected: { } selected, Succeeded: { } succeeded }) =>
                $"{Count(succeeded)} of {Count(selected)} pull requests have a summary; {Count(selected - succeeded)} final {(selected - succeeded == 1 ? "failure" : "failures")}.",
            (NotificationKind.RunCancelled, { Selected: > 0 and var selected, Succeeded: { } succeeded }) =>
                $"Cancelled. {Count(succeeded)} of {Count(selected)} pull requests have a summary.",
            (NotificationKind.GoalReached, { Covered: { } covered, Eligible: { } eligible, Goal: { } goal }) =>
                $"Coverage is {Share.ToPercent(covered, eligible)}: the goal of {Share.ToGoal(goal)} is reached.",
            (NotificationKind.GoalLost, { Covered: { } covered, Eligible: { } eligible, Goal: { } goal }) =>
                $"Coverage is {Share.ToPercent(covered, eligible)}, below the goal of {Share.ToGoal(goal)}: {Missing(covered, eligible, goal)} missing.",
            (
                NotificationKind.OutOfLimits,
                { Failed: { } failed, Requests: { } requests, Low: { } low, High: { } high, Model: { } model, Pass: { } pass }
            ) =>
                $"{Share.ToPercent(failed, requests)} of pass {pass} failed on {model} ({Count(failed)} of {Count(requests)}); {Limit(low)} to {Limit(high)} was expected.",
            (NotificationKind.RunCancelled, _) => notification.Reason ?? "Cancelled.",
            _ => notification.Reason ?? "",
        };
    }

    private static string Missing(int covered, int eligible, double goal)
    {
        var counts = new CoverageCounts { SummarisedFirst = covered, Pending = eligible - covered };
        return Count(counts.MissingTo(goal));
    }

    private static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Limit(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
