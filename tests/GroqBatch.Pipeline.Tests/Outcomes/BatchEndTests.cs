using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Outcomes;

/// <summary>Every way in which a batch can end, and what follows for its requests and its run.</summary>
public sealed class BatchEndTests
{
    private const string FirstModel = "openai/gpt-oss-20b";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("error_lines")]
    [InlineData("absent")]
    public async Task What_an_expired_batch_finished_is_saved_and_the_rest_sent_again(string shape)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"expired,count=3,shape={shape},times=1"));
        var run = await StartAsync(installation, 10);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 10, 0, 17), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Attempts));
        var batches = await installation.BatchesAsync(run, Cancelled);
        Assert.Equal(
            [(1, "expired", 10, 3), (1, "completed", 7, 7)],
            batches.Select(batch => (batch.Pass, batch.Status, batch.Requests, batch.Succeeded!.Value))
        );

        // Only what was run is paid: an expired request costs nothing, which is known and not unknown.
        Assert.Equal(
            7,
            await installation.ScalarAsync<int>(
                $"select count(*)::int from groqbatch.attempts where batch_id = '{batches[0].Id}' and failure_code = 'expired' and cost = 0",
                Cancelled
            )
        );
        Assert.Equal(
            0,
            await installation.ScalarAsync<int>(
                $"select sum(unknown_requests)::int from groqbatch.passes where run_id = '{run}'",
                Cancelled
            )
        );
    }

    [Fact]
    public async Task What_expires_twice_climbs()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"expired,count=1,model={FirstModel}"));
        var run = await StartAsync(installation, 6);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 6, 4, 4), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Recovered));
        Assert.Equal(4, figures.FirstPassByCode["expired"]);
        Assert.Equal(
            [(1, 6), (1, 5), (2, 4)],
            (await installation.BatchesAsync(run, Cancelled)).Select(batch => (batch.Pass, batch.Requests))
        );
    }

    [Fact]
    public async Task A_batch_that_vanished_is_lost_and_sent_again()
    {
        await using var installation = await StartWithGraceAsync();
        installation.Simulator.AddFault(Fault.Parse("vanished,times=1"));
        var run = await StartAsync(installation, 5);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 5, 0, 10), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Attempts));
        Assert.Equal(["lost", "completed"], (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.Status));

        // Whether a batch that vanished has to be paid is not known.
        Assert.Equal(
            5,
            await installation.ScalarAsync<int>($"select unknown_requests from groqbatch.passes where run_id = '{run}'", Cancelled)
        );
    }

    [Fact]
    public async Task A_batch_that_vanished_again_needs_a_person_and_resume_sends_it_once_more()
    {
        await using var installation = await StartWithGraceAsync();
        installation.Simulator.AddFault(Fault.Parse("vanished,times=2"));
        var run = await StartAsync(installation, 5);

        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);

        Assert.Equal((5, 0, 10), (waiting.Claims, waiting.FinalFailures, waiting.Attempts));
        Assert.EndsWith("was lost again; resume sends its requests once more.", waiting.Reason, StringComparison.Ordinal);
        for (var look = 0; look < 3; look++)
        {
            await installation.StepAsync(run, Cancelled);
        }

        Assert.Equal(2, installation.ReadSimulator().Batches.Count);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 5, 15), (figures.State, figures.Succeeded, figures.Attempts));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("array")]
    public async Task Lines_that_validation_names_are_final_and_the_others_sent_again(string shape)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"validation_failed,lines=2;4,shape={shape},times=1"));
        var run = await StartAsync(installation, 6);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("CompletedWithFailures", 4, 2), (figures.State, figures.Succeeded, figures.FinalFailures));
        Assert.Equal(2, figures.FinalByCode["batch_rejected"]);
        var requests = await installation.RequestsAsync(run, Cancelled);

        // The newest is line 1: of six, lines 2 and 4 are the pull requests 5 and 3.
        Assert.Equal([3L, 5L], requests.Where(request => request.Code == "batch_rejected").Select(request => request.PullRequestId));
        Assert.All(requests.Where(request => request.Outcome == "succeeded"), request => Assert.Equal(1, request.Attempts));
        Assert.Equal(["failed", "completed"], (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.Status));
    }

    [Fact]
    public async Task A_batch_that_is_rejected_without_a_line_needs_a_person_and_resume_sends_it_again()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("validation_failed,shape=null,times=1"));
        var run = await StartAsync(installation, 6);

        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);

        Assert.Equal((6, 0), (waiting.Claims, waiting.FinalFailures));
        Assert.Contains("without naming a line of it", waiting.Reason, StringComparison.Ordinal);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 6), (figures.State, figures.Succeeded));
        Assert.All(await installation.RequestsAsync(run, Cancelled), request => Assert.Equal(1, request.Attempts));
    }

    [Fact]
    public async Task A_line_that_validation_dropped_is_final_while_the_others_are_answered()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("lines_dropped,lines=3"));
        var run = await StartAsync(installation, 6);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("CompletedWithFailures", 5, 1, 6), (figures.State, figures.Succeeded, figures.FinalFailures, figures.Attempts));
        var rejected = Assert.Single(await installation.RequestsAsync(run, Cancelled), request => request.Outcome == "failed");
        Assert.Equal((4L, "batch_rejected", true), (rejected.PullRequestId, rejected.Code, rejected.IsFinal));
        Assert.False(string.IsNullOrWhiteSpace(rejected.Message));
    }

    [Theory]
    [InlineData("error_lines")]
    [InlineData("absent")]
    public async Task A_batch_that_somebody_else_cancelled_holds_the_run_and_resume_sends_what_did_not_run(string shape)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"cancelled_elsewhere,count=2,shape={shape},times=1"));
        var run = await StartAsync(installation, 6);

        var held = await installation.DriveToAsync(run, RunState.Held, Cancelled);
        for (var look = 0; look < 3; look++)
        {
            await installation.StepAsync(run, Cancelled);
        }

        held = await RunFigures.ReadAsync(installation.Database.DataSource, run, Cancelled);
        Assert.Equal(("Held", 2, 0, 6), (held.State, held.Succeeded, held.FinalFailures, held.Claims));
        Assert.Contains("was cancelled in the provider's console", held.Reason, StringComparison.Ordinal);
        Assert.Equal(
            4,
            await installation.ScalarAsync<int>(
                "select count(*)::int from groqbatch.attempts where outcome = 'failed' and failure_code = 'cancelled'",
                Cancelled
            )
        );
        Assert.Single(installation.ReadSimulator().Batches);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 6, 10), (figures.State, figures.Succeeded, figures.Attempts));
    }

    [Fact]
    public async Task What_somebody_else_cancelled_ends_as_cancelled_when_the_run_is_cancelled_too()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("cancelled_elsewhere,count=2"));
        var run = await StartAsync(installation, 6);
        await installation.DriveToAsync(run, RunState.Held, Cancelled);

        await installation.Runs.CancelAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Cancelled", 2, 4), (figures.State, figures.Succeeded, figures.FinalByCode["cancelled"]));
    }

    [Fact]
    public async Task A_status_that_nobody_knows_is_not_taken_for_an_end()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.Duration = TimeSpan.FromSeconds(1);
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("unknown_status,value=pondering"));
        var run = await StartAsync(installation, 3);

        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted", Status: "pondering" }],
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Succeeded, figures.Attempts));
    }

    [Fact]
    public async Task A_batch_that_overran_its_window_is_closed_and_sent_again()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartStuckAsync(installation);

        await installation.ExecuteAsync(
            "update groqbatch.batches set expires_at = now() - interval '29 minutes', next_poll_at = now() where state = 'Submitted'",
            Cancelled
        );
        await installation.StepAsync(run, Cancelled);
        Assert.Equal("Submitted", Assert.Single(await installation.BatchesAsync(run, Cancelled)).State);

        await installation.ExecuteAsync(
            "update groqbatch.batches set expires_at = now() - interval '31 minutes', next_poll_at = now() where state = 'Submitted'",
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 8), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.Equal(["overrun", "completed"], (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.Status));
    }

    [Fact]
    public async Task A_batch_without_an_expiry_overruns_the_window_that_was_asked_for()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartStuckAsync(installation);

        await SubmittedAgoAsync("24 hours 29 minutes");
        await installation.StepAsync(run, Cancelled);
        Assert.Equal("Submitted", Assert.Single(await installation.BatchesAsync(run, Cancelled)).State);

        await SubmittedAgoAsync("24 hours 31 minutes");
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 8), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.Equal(["overrun", "completed"], (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.Status));

        Task SubmittedAgoAsync(string interval) =>
            installation.ExecuteAsync(
                $"""
                update groqbatch.batches set expires_at = null, submitted_at = now() - interval '{interval}', next_poll_at = now()
                where state = 'Submitted'
                """,
                Cancelled
            );
    }

    /// <summary>A run whose first batch never ends at the provider.</summary>
    private static async Task<Guid> StartStuckAsync(TestInstallation installation)
    {
        installation.Simulator.AddFault(Fault.Parse("stuck,times=1"));
        var run = await StartAsync(installation, 4);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted", Status: "in_progress" }],
            Cancelled
        );
        return run;
    }

    private static Task<TestInstallation> StartWithGraceAsync() =>
        TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:LostGrace"] = "00:00:00.150" },
            hosts: 0,
            cancellationToken: Cancelled
        );

    private static async Task<Guid> StartAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        return await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
    }
}
