using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>A few go first; what they show decides whether the rest goes by itself.</summary>
public sealed class CanaryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Within_the_bound_the_rest_goes_by_itself()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-19"));
        var run = await StartAsync(installation, maxFailure: 0.25);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(20, figures.Succeeded + figures.FinalFailures);
        Assert.Equal([(1, 4), (1, 16)], await BatchesOfPass1Async(installation, run));
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told =>
                told.Actor == "pipeline"
                && told.Reason.StartsWith("The canary: 1 of 4 failed on the first rung (25.0", StringComparison.Ordinal)
                && told.Reason.EndsWith("The rest goes.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Above_the_bound_the_run_is_held_with_what_it_saw_and_resume_sends_the_rest()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-19;pr-20,times=1"));
        var run = await StartAsync(installation, maxFailure: 0.25);

        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);
        await LookAsync(installation, run);

        Assert.StartsWith("The canary: 2 of 4 failed on the first rung (50.0", held.Reason, StringComparison.Ordinal);
        Assert.EndsWith("Held: resume sends the rest, cancel doesn't.", held.Reason, StringComparison.Ordinal);
        Assert.Equal((2, 20), (held.Succeeded, held.Claims));
        Assert.Single(installation.ReadSimulator().Batches);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 20), (figures.State, figures.Succeeded));
        Assert.Equal([(1, 4), (1, 16)], await BatchesOfPass1Async(installation, run));
    }

    [Fact]
    public async Task With_wait_the_run_is_held_whatever_the_canary_shows()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, maxFailure: 0.25, wait: true);

        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);
        Assert.StartsWith("The canary: 0 of 4 failed on the first rung", held.Reason, StringComparison.Ordinal);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        Assert.Equal(20, (await installation.DriveToEndAsync(run, Cancelled)).Succeeded);
    }

    [Fact]
    public async Task What_is_sent_again_in_the_canary_is_part_of_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("missing_lines,count=2,times=1"));
        var run = await StartAsync(installation, maxFailure: 0);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 20), (figures.State, figures.Succeeded));
        Assert.Equal([(1, 4), (1, 2), (1, 16)], await BatchesOfPass1Async(installation, run));
    }

    [Fact]
    public async Task A_hold_by_hand_before_the_canary_has_answered_does_not_decide_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-19;pr-20,times=1"));
        var run = await StartAsync(installation, maxFailure: 0.25);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }],
            Cancelled
        );

        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);

        Assert.StartsWith("The canary: 2 of 4 failed", held.Reason, StringComparison.Ordinal);
        Assert.Single(installation.ReadSimulator().Batches);
    }

    [Fact]
    public async Task A_canary_as_large_as_the_run_is_the_run()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, maxFailure: 0, canary: 50);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 20, 1), (figures.State, figures.Succeeded, figures.Batches));
    }

    private static async Task<Guid> StartAsync(TestInstallation installation, double maxFailure, bool wait = false, int canary = 4)
    {
        var team = await installation.AddTeamAsync("acme", 20, Cancelled);
        return await installation.StartRunAsync(
            new StartRun
            {
                TeamId = team,
                WithFallback = true,
                Canary = canary,
                CanaryMaxFailure = maxFailure,
                CanaryWait = wait,
            },
            Cancelled
        );
    }

    private static async Task<IEnumerable<(int Pass, int Requests)>> BatchesOfPass1Async(TestInstallation installation, Guid run) =>
        (await installation.BatchesAsync(run, Cancelled)).Where(batch => batch.Pass == 1).Select(batch => (batch.Pass, batch.Requests));

    private static async Task LookAsync(TestInstallation installation, Guid run)
    {
        for (var look = 0; look < 4; look++)
        {
            await installation.StepAsync(run, Cancelled);
        }
    }
}
