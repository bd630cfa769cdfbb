using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>Hold and resume: nothing new is sent, what is under way is saved, claims stay, and nobody is held by surprise or for ever.</summary>
public sealed class HoldTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_is_held_before_it_is_planned_claims_nothing_and_goes_back_to_where_it_was()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 3);

        var held = await installation.Runs.HoldAsync(run, "Waiting for the budget.", TestInstallation.Ada, Cancelled);
        Assert.Equal((true, true, (RunState?)RunState.Held), (held.Done, held.Changed, held.State));
        await LookAsync(installation, run);
        var figures = await RunFigures.ReadAsync(installation.Database.DataSource, run, Cancelled);
        Assert.Equal(("Held", 0, "Waiting for the budget."), (figures.State, figures.Claims, figures.Reason));

        var resumed = await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        Assert.Equal((true, (RunState?)RunState.Queued), (resumed.Changed, resumed.State));
        figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3), (figures.State, figures.Succeeded));
    }

    [Fact]
    public async Task While_a_run_is_held_nothing_new_is_sent_and_what_is_under_way_is_saved()
    {
        await using var installation = await OneAtATimeAsync();
        var run = await StartAsync(installation, 6);
        await SubmitFirstAsync(installation, run);

        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => (await installation.BatchesAsync(run, Cancelled))[0].State == "Ingested",
            Cancelled
        );
        await LookAsync(installation, run);

        var figures = await RunFigures.ReadAsync(installation.Database.DataSource, run, Cancelled);
        Assert.Equal(("Held", 2, 6), (figures.State, figures.Summaries, figures.Claims));
        Assert.Single(installation.ReadSimulator().Batches);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 6, 6), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.Equal(3, installation.ReadSimulator().Batches.Count);
    }

    [Fact]
    public async Task Twice_is_once()
    {
        await using var installation = await OneAtATimeAsync();
        var run = await StartAsync(installation, 4);
        await SubmitFirstAsync(installation, run);

        await installation.Runs.HoldAsync(run, "Lunch.", TestInstallation.Ada, Cancelled);
        var again = await installation.Runs.HoldAsync(run, "Dinner.", TestInstallation.Ada, Cancelled);
        Assert.Equal((true, false, "It is held already."), (again.Done, again.Changed, again.Explanation));
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        again = await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        Assert.Equal((true, false, "It is running already."), (again.Done, again.Changed, again.Explanation));

        Assert.Equal(
            [("ada", "run.start", null, "Queued"), ("ada", "run.hold", "Running", "Held"), ("ada", "run.resume", "Held", "Running")],
            (await installation.AuditAsync(run.ToString(), Cancelled)).Select(row => (row.Actor, row.Action, row.Before, row.After))
        );
        Assert.Equal(
            [("ada", null, "Queued"), ("pipeline", "Queued", "Running"), ("ada", "Running", "Held"), ("ada", "Held", "Running")],
            (await installation.EventsAsync(run, Cancelled))
                .Where(moved => moved.Subject == "run")
                .Select(moved => (moved.Actor, moved.From, moved.To))
        );
    }

    [Fact]
    public async Task A_run_is_held_after_pass_1_as_asked_and_resume_sends_pass_2()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-3,times=1"));
        var run = await StartAsync(installation, 5, holdAfterPass: 1);

        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);
        await LookAsync(installation, run);
        Assert.Equal("Held after pass 1, as asked: 2 requests wait for pass 2.", held.Reason);
        Assert.Equal((3, 2, 5), (held.Succeeded, held.FirstPassFailures, held.Claims));
        Assert.Single(installation.ReadSimulator().Batches);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 5, 2), (figures.State, figures.Succeeded, figures.Recovered));
    }

    [Fact]
    public async Task A_run_under_way_is_held_after_pass_1_once_asked_for()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-3,times=1"));
        var run = await StartAsync(installation, 5);
        await SubmitFirstAsync(installation, run);

        var asked = await installation.Runs.HoldAfterPassAsync(run, 1, "Look at the failures first.", TestInstallation.Ada, Cancelled);
        var again = await installation.Runs.HoldAfterPassAsync(run, 1, reason: null, TestInstallation.Ada, Cancelled);
        Assert.Equal((true, true, (RunState?)RunState.Running), (asked.Done, asked.Changed, asked.State));
        Assert.Equal("To be held after pass 1.", asked.Explanation);
        Assert.Equal((true, false, "It is to be held after pass 1 already."), (again.Done, again.Changed, again.Explanation));
        Assert.Equal(1, (await installation.OverviewAsync(run, Cancelled)).HoldAfterPass);

        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);
        await LookAsync(installation, run);
        Assert.Equal("Held after pass 1, as asked: 2 requests wait for pass 2.", held.Reason);
        Assert.Single(installation.ReadSimulator().Batches);
        Assert.Null((await installation.OverviewAsync(run, Cancelled)).HoldAfterPass);
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => (told.Actor, told.Reason) == ("ada", "To be held after pass 1. Look at the failures first.")
        );

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 5, 2), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.Equal(
            ["run.start", "run.hold_after_pass", "run.resume"],
            (await installation.AuditAsync(run.ToString(), Cancelled)).Select(row => row.Action)
        );
    }

    [Fact]
    public async Task A_hold_after_a_pass_is_taken_back_as_it_was_asked_for()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-3,times=1"));
        var run = await StartAsync(installation, 5, holdAfterPass: 1);
        await SubmitFirstAsync(installation, run);

        var taken = await installation.Runs.HoldAfterPassAsync(run, pass: null, reason: null, TestInstallation.Ada, Cancelled);
        var again = await installation.Runs.HoldAfterPassAsync(run, pass: null, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal((true, true, "Not to be held after pass 1 any more."), (taken.Done, taken.Changed, taken.Explanation));
        Assert.Equal((true, false, "It is not to be held after any pass."), (again.Done, again.Changed, again.Explanation));
        Assert.Equal(("Completed", 5, 2), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.DoesNotContain(await installation.EventsAsync(run, Cancelled), told => told.To == "Held");
        var audited = (await installation.AuditAsync(run.ToString(), Cancelled))[1];
        Assert.Equal("""{"state": "Running", "holdAfterPass": null}""", audited.Json);
        Assert.Equal(
            """{"state": "Running", "holdAfterPass": 1}""",
            await installation.ScalarAsync<string>(
                "select before::text from groqbatch.audit_events where action = 'run.hold_after_pass'",
                Cancelled
            )
        );
    }

    [Fact]
    public async Task Where_no_hold_after_a_pass_can_follow_the_run_says_why()
    {
        await using var installation = await OneAtATimeAsync();
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-3;pr-4,times=1"));
        var run = await StartAsync(installation, 4);
        await SubmitFirstAsync(installation, run);

        Assert.Equal("It has 2 passes at most: nothing comes after pass 2.", (await AskAsync(run, 2)).Explanation);
        await installation.DriveUntilAsync(
            run,
            async () =>
                (await installation.BatchesAsync(run, Cancelled)).Exists(batch => batch is { Pass: 2, State: "Submitted" or "Ended" }),
            Cancelled
        );
        Assert.Equal("Pass 1 is over. Hold stops what has not been sent yet.", (await AskAsync(run, 1)).Explanation);
        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        Assert.Equal("Pass 1 is over. It is held: nothing is sent until it is resumed.", (await AskAsync(run, 1)).Explanation);
        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        Assert.StartsWith("It is being cancelled.", (await AskAsync(run, 1)).Explanation, StringComparison.Ordinal);
        await installation.DriveToEndAsync(run, Cancelled);
        Assert.StartsWith("It is cancelled, which is final.", (await AskAsync(run, 1)).Explanation, StringComparison.Ordinal);
        Assert.Equal("There is no such run.", (await AskAsync(Guid.NewGuid(), 1)).Explanation);
        Assert.DoesNotContain(await installation.AuditAsync(run.ToString(), Cancelled), row => row.Action == "run.hold_after_pass");

        async Task<MoveResult> AskAsync(Guid asked, int pass)
        {
            var refused = await installation.Runs.HoldAfterPassAsync(asked, pass, reason: null, TestInstallation.Ada, Cancelled);
            Assert.Equal((false, false), (refused.Done, refused.Changed));
            return refused;
        }
    }

    [Fact]
    public async Task Whoever_may_only_look_can_not_ask_for_a_hold_after_a_pass()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 2);

        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            installation.Runs.HoldAfterPassAsync(run, 1, reason: null, new Actor("eve", Right.View | Right.Review), Cancelled)
        );

        Assert.Null((await installation.OverviewAsync(run, Cancelled)).HoldAfterPass);
    }

    [Fact]
    public async Task A_run_without_anything_for_pass_2_is_not_held_after_pass_1()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 3, holdAfterPass: 1);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3), (figures.State, figures.Succeeded));
    }

    [Fact]
    public async Task A_held_run_ends_by_itself_when_what_was_under_way_was_the_last_of_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 3);
        await SubmitFirstAsync(installation, run);

        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3, 0), (figures.State, figures.Succeeded, figures.Claims));
    }

    [Fact]
    public async Task What_a_final_run_refuses_it_explains()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 2);
        await installation.DriveToEndAsync(run, Cancelled);
        var events = (await installation.EventsAsync(run, Cancelled)).Count;

        var hold = await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var resume = await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var cancel = await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var unknown = await installation.Runs.HoldAsync(Guid.NewGuid(), reason: null, TestInstallation.Ada, Cancelled);

        Assert.All([hold, resume, cancel, unknown], result => Assert.Equal((false, false), (result.Done, result.Changed)));
        Assert.Equal("It is completed, which is final. A retry makes a new run of what has no summary.", hold.Explanation);
        Assert.Equal("It is completed, which is final. A retry makes a new run of what has no summary.", resume.Explanation);
        Assert.Equal("It is completed: there is nothing left to cancel.", cancel.Explanation);
        Assert.Equal("There is no such run.", unknown.Explanation);
        Assert.Equal(events, (await installation.EventsAsync(run, Cancelled)).Count);
        Assert.Single(await installation.AuditAsync(run.ToString(), Cancelled));
    }

    private static Task<TestInstallation> OneAtATimeAsync() =>
        TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );

    private static async Task<Guid> StartAsync(TestInstallation installation, int pullRequests, int? holdAfterPass = null)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        return await installation.StartRunAsync(
            new StartRun
            {
                TeamId = team,
                WithFallback = true,
                HoldAfterPass = holdAfterPass,
            },
            Cancelled
        );
    }

    private static Task SubmitFirstAsync(TestInstallation installation, Guid run) =>
        installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }, ..],
            Cancelled
        );

    private static async Task LookAsync(TestInstallation installation, Guid run)
    {
        for (var look = 0; look < 4; look++)
        {
            await installation.StepAsync(run, Cancelled);
        }
    }
}
