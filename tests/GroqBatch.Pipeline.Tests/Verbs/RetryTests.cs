using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>Retry makes a new run of what has no summary; summarise again makes a run of one.</summary>
public sealed class RetryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_retry_takes_the_final_failures_and_names_its_parent()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parent = await FailedRunAsync(installation);

        var retry = await installation.Runs.RetryAsync(new RetryRun { RunId = parent }, TestInstallation.Ada, Cancelled);
        Assert.Equal((true, 4, "4 pull requests are sent again."), (retry.IsNew, retry.Selected, retry.Explanation));
        var figures = await installation.DriveToEndAsync(retry.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Selected, figures.Succeeded));
        Assert.Equal(parent, (await installation.RunStore.FindAsync(retry.RunId.Value, Cancelled))!.ParentRunId);
        Assert.Equal(
            [1L, 2L, 3L, 4L],
            (await installation.RequestsAsync(retry.RunId.Value, Cancelled)).Select(request => request.PullRequestId)
        );
        Assert.Equal("ada", (await installation.EventsAsync(retry.RunId.Value, Cancelled))[0].Actor);
        Assert.Equal(
            ("ada", "run.start"),
            (await installation.AuditAsync(retry.RunId.Value.ToString(), Cancelled)) is [var row] ? (row.Actor, row.Action) : default
        );

        var nothing = await installation.Runs.RetryAsync(new RetryRun { RunId = parent }, TestInstallation.Ada, Cancelled);
        Assert.Equal(
            (null, "None of its final failures is left without a summary and free to be sent."),
            (nothing.RunId, nothing.Explanation)
        );
    }

    [Fact]
    public async Task A_retry_by_code_takes_only_these()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parent = await FailedRunAsync(installation);

        var retry = await installation.Runs.RetryAsync(
            new RetryRun { RunId = parent, Codes = [FailureCode.MaxTokens] },
            TestInstallation.Ada,
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(retry.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 2), (figures.State, figures.Succeeded));
        Assert.Equal([3L, 4L], (await installation.RequestsAsync(retry.RunId.Value, Cancelled)).Select(request => request.PullRequestId));
    }

    [Fact]
    public async Task A_retry_from_the_last_rung_asks_the_strong_model_and_counts_as_recovered()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parent = await FailedRunAsync(installation);

        var retry = await installation.Runs.RetryAsync(
            new RetryRun { RunId = parent, FromLastRung = true },
            TestInstallation.Ada,
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(retry.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 4), (figures.State, figures.Succeeded));
        Assert.Equal(
            ["openai/gpt-oss-120b"],
            await installation.ListAsync<string>($"select model from groqbatch.passes where run_id = '{retry.RunId}'", Cancelled)
        );
        Assert.Equal(
            [(short)2],
            await installation.ListAsync<short>($"select distinct rung from groqbatch.summaries where run_id = '{retry.RunId}'", Cancelled)
        );
        Assert.Equal(
            (2, 4),
            (
                await installation.ScalarAsync<int>("select summarised_first from groqbatch.coverage_by_team", Cancelled),
                await installation.ScalarAsync<int>("select recovered from groqbatch.coverage_by_team", Cancelled)
            )
        );
    }

    [Fact]
    public async Task A_run_that_has_not_ended_is_not_retried_and_says_what_would()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);

        var early = await installation.Runs.RetryAsync(new RetryRun { RunId = run }, TestInstallation.Ada, Cancelled);
        var unknown = await installation.Runs.RetryAsync(new RetryRun { RunId = Guid.NewGuid() }, TestInstallation.Ada, Cancelled);

        Assert.Equal((null, "It is queued: it can be retried once it has ended. Cancel ends it early."), (early.RunId, early.Explanation));
        Assert.Equal((null, "There is no such run."), (unknown.RunId, unknown.Explanation));
    }

    [Fact]
    public async Task A_retry_with_the_same_key_is_one_run()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parent = await FailedRunAsync(installation);
        var request = new RetryRun { RunId = parent, RequestKey = "again" };

        var both = await Task.WhenAll(
            installation.Runs.RetryAsync(request, TestInstallation.Ada, Cancelled),
            installation.Runs.RetryAsync(request, TestInstallation.Ada, Cancelled)
        );
        await installation.DriveToEndAsync(both[0].RunId!.Value, Cancelled);
        var later = await installation.Runs.RetryAsync(request, TestInstallation.Ada, Cancelled);

        Assert.Single(new[] { both[0].RunId, both[1].RunId, later.RunId }.Distinct());
        Assert.Single(both, retry => retry.IsNew);
        Assert.False(later.IsNew);
    }

    [Fact]
    public async Task Summarised_again_the_old_summary_stays_in_the_history()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        await installation.DriveToEndAsync(await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled), Cancelled);
        var before = await CurrentAsync(installation, 1);

        var again = await installation.Runs.SummariseAgainAsync(1, requestKey: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(again.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 1, 1), (figures.State, figures.Selected, figures.Succeeded));
        Assert.NotEqual(before, await CurrentAsync(installation, 1));
        Assert.Equal(
            2,
            await installation.ScalarAsync<int>("select count(*)::int from groqbatch.summaries where pull_request_id = 1", Cancelled)
        );
        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
    }

    [Fact]
    public async Task Summarised_again_without_success_the_old_summary_stays_the_current_one()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        await installation.DriveToEndAsync(await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled), Cancelled);
        var before = await CurrentAsync(installation, 1);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail });

        var again = await installation.Runs.SummariseAgainAsync(1, requestKey: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(again.RunId!.Value, Cancelled);

        Assert.Equal(("CompletedWithFailures", 1), (figures.State, figures.FinalFailures));
        Assert.Equal(before, await CurrentAsync(installation, 1));
        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
    }

    [Fact]
    public async Task What_can_not_be_summarised_again_says_why()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.StepAsync(run, Cancelled);

        var claimed = await installation.Runs.SummariseAgainAsync(1, requestKey: null, TestInstallation.Ada, Cancelled);
        var unknown = await installation.Runs.SummariseAgainAsync(99, requestKey: null, TestInstallation.Ada, Cancelled);

        Assert.Equal((null, "It can't be sent: its body is empty, or another live run has it."), (claimed.RunId, claimed.Explanation));
        Assert.Equal((null, "There is no pull request with the key 99."), (unknown.RunId, unknown.Explanation));
    }

    private static Task<long> CurrentAsync(TestInstallation installation, long pullRequest) =>
        installation.ScalarAsync<long>(
            $"select summary_id from groqbatch.pull_request_states where pull_request_id = {pullRequest}",
            Cancelled
        );

    /// <summary>Six pull requests, of which the first two end as json_validate_failed and the next two as max_tokens, on both rungs.</summary>
    private static async Task<Guid> FailedRunAsync(TestInstallation installation)
    {
        var team = await installation.AddTeamAsync("acme", 6, Cancelled);
        var faults = new[]
        {
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Answer = SimulatedAnswer.JsonValidateFailed,
                CustomIds = ["pr-1", "pr-2"],
            },
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Answer = SimulatedAnswer.TokenLimit,
                CustomIds = ["pr-3", "pr-4"],
            },
        };
        foreach (var fault in faults)
        {
            installation.Simulator.AddFault(fault);
        }

        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("CompletedWithFailures", 2, 4), (figures.State, figures.Succeeded, figures.FinalFailures));
        installation.Simulator.ClearFaults();
        return run;
    }
}
