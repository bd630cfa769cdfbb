using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Scheduling;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Notifications;

/// <summary>What the inbox is told of runs: each move that ends or stops one, in the transaction that moves it.</summary>
public sealed class RunNotificationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_ends_is_told_of_with_its_figures()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
                simulator.Faults.Add(
                    new Fault
                    {
                        Kind = FaultKind.AnswerAs,
                        Model = "openai/gpt-oss-20b",
                        Answer = SimulatedAnswer.JsonValidateFailed,
                        Count = 6,
                    }
                ),
            hosts: 0,
            cancellationToken: Cancelled
        );
        await ReadAsync(installation);
        var whole = await installation.AddTeamAsync("whole", 10, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = whole, WithFallback = false }, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        var told = Assert.Single((await ReadAsync(installation)).Notifications);

        Assert.Equal((NotificationKind.RunCompletedWithFailures, run, "whole", false), (told.Kind, told.RunId, told.Team, told.IsRead));
        Assert.Equal("4 of 10 pull requests have a summary; 6 final failures.", told.Sentence);

        var again = await installation.StartRunAsync(new StartRun { TeamId = whole, WithFallback = true }, Cancelled);
        await installation.DriveToEndAsync(again, Cancelled);

        Assert.Equal("All 6 pull requests have a summary.", (await ReadAsync(installation)).Notifications[0].Sentence);
    }

    [Fact]
    public async Task Each_hold_is_told_of_and_going_on_is_not()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await ReadAsync(installation);
        var team = await installation.AddTeamAsync("held", 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);

        for (var time = 0; time < 2; time++)
        {
            await installation.Runs.HoldAsync(run, "a look", TestInstallation.Ada, Cancelled);
            await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        }

        await installation.Runs.CancelAsync(run, null, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        var inbox = await ReadAsync(installation);
        Assert.Equal(
            [NotificationKind.RunCancelled, NotificationKind.RunHeld, NotificationKind.RunHeld],
            inbox.Notifications.Select(one => one.Kind)
        );
        Assert.All(inbox.Notifications.Skip(1), held => Assert.Equal("ada", held.Actor));
    }

    [Fact]
    public async Task The_sweep_notices_that_a_goal_is_reached()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("goal", 10, Cancelled);
        var sweeper = installation.Services.GetRequiredService<Sweeper>();
        await sweeper.SweepAsync(Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        await sweeper.SweepAsync(Cancelled);
        await sweeper.SweepAsync(Cancelled);

        Assert.Equal(
            [NotificationKind.GoalReached, NotificationKind.RunCompleted],
            (await ReadAsync(installation)).Notifications.Select(one => one.Kind)
        );
    }

    private static Task<Inbox> ReadAsync(TestInstallation installation) =>
        installation
            .Services.GetRequiredService<INotifications>()
            .ReadAsync(new InboxQuery { Provider = "simulator" }, new Actor("ben", Right.View), Cancelled);
}
