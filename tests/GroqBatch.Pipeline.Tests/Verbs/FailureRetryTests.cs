using GroqBatch.Core.Access;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>Failures by code and message: counted as they happen, retried and parked as exactly the group that is meant, in one run and over runs.</summary>
public sealed class FailureRetryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counters_by_message_agree_with_the_rows_over_both_passes()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await FailedRunAsync(installation, "acme", first: 1);

        var report = await installation.Services.GetRequiredService<IFailureReader>().ReadRunAsync(run, Cancelled);

        Assert.Equal([(1, 4), (2, 4)], report.Passes.Select(pass => (pass.Ordinal, pass.Failed)));
        Assert.All(report.Passes, pass => Assert.Equal(pass.Failed, pass.Groups.Sum(group => group.Requests)));
        Assert.Equal([2, 2], report.Passes[1].Groups.Select(group => group.Open));
        Assert.All(report.Passes[0].Groups, group => Assert.Equal((0, 0), (group.Final, group.Open)));
        Assert.Equal(2, report.Passes[0].Groups.Select(group => group.Key).Distinct().Count());
        Assert.Single(report.Passes[0].Groups.Select(group => group.Key.Code).Distinct());
        Assert.Empty(await installation.RunStore.ReconcileAsync(run, Cancelled));
        Assert.Equal(
            4,
            await installation.ScalarAsync<int>(
                """
                select count(*)::int from groqbatch.pull_request_states state join groqbatch.failure_groups failed on failed.id = state.failure_group_id
                where state.state = 'failed' and failed.ordinal = 2
                """,
                Cancelled
            )
        );
    }

    [Fact]
    public async Task A_retry_by_message_takes_exactly_that_group_and_its_preview_says_so()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parent = await FailedRunAsync(installation, "acme", first: 1);
        installation.Simulator.ClearFaults();
        var mismatch = await GroupAsync(installation, parent, "Generated JSON does not match%");
        var request = new RetryRun
        {
            RunId = parent,
            Codes = [mismatch.Code],
            Message = mismatch.Message,
            Pass = 2,
        };

        var preview = await installation.Runs.PreviewRetryAsync(request, TestInstallation.Ada, Cancelled);
        var none = await installation.Runs.PreviewRetryAsync(request with { Pass = 1 }, TestInstallation.Ada, Cancelled);
        var retry = await installation.Runs.RetryAsync(request, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(retry.RunId!.Value, Cancelled);

        Assert.Equal([4L, 3L], preview.Preview!.First.Select(selected => selected.Id));
        Assert.Null(none.Preview);
        Assert.Equal(2, retry.Selected);
        Assert.Equal([3L, 4L], (await installation.RequestsAsync(retry.RunId.Value, Cancelled)).Select(one => one.PullRequestId).Order());
        Assert.Equal(["failed", "failed"], [await installation.StateOfAsync(1, Cancelled), await installation.StateOfAsync(2, Cancelled)]);
        Assert.Null((await installation.Runs.PreviewRetryAsync(request, TestInstallation.Ada, Cancelled)).Preview);
    }

    [Fact]
    public async Task Failures_over_runs_and_teams_are_sent_again_as_one_recorded_action()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var acme = await FailedRunAsync(installation, "acme", first: 1);
        await FailedRunAsync(installation, "beta", first: 7);
        installation.Simulator.ClearFaults();
        var group = await GroupAsync(installation, acme, "Failed to validate JSON%");
        var request = new RetryFailures
        {
            Filter = new FailureFilter { Codes = [group.Code], Message = group.Message },
            RequestKey = "all of them",
        };

        var preview = await installation.Runs.PreviewRetryFailuresAsync(request, TestInstallation.Ada, Cancelled);
        var retried = await installation.Runs.RetryFailuresAsync(request, TestInstallation.Ada, Cancelled);
        var again = await installation.Runs.RetryFailuresAsync(request, TestInstallation.Ada, Cancelled);
        await installation.DriveAsync(retried.RunIds, Cancelled, RunState.Completed);

        Assert.Equal((4, 2), (preview.Selected, preview.Teams));
        Assert.Equal((true, 4, "4 pull requests are sent again, in 2 runs."), (retried.IsNew, retried.Selected, retried.Explanation));
        Assert.Equal((false, 0), (again.IsNew, again.RunIds.Except(retried.RunIds).Count()));
        foreach (var (run, expected) in retried.RunIds.Zip(new[] { new[] { 1L, 2L }, [7L, 8L] }))
        {
            Assert.Equal(expected, (await installation.RequestsAsync(run, Cancelled)).Select(one => one.PullRequestId).Distinct().Order());
        }

        Assert.Equal(
            ["ada failures.retry 4 pull requests of 2 teams 2"],
            await installation.ListAsync<string>(
                """
                select actor || ' ' || action || ' ' || target || ' ' || jsonb_array_length(after -> 'runs') from groqbatch.audit_events
                where action = 'failures.retry'
                """,
                Cancelled
            )
        );
        Assert.Equal(0, (await installation.Runs.PreviewRetryFailuresAsync(request, TestInstallation.Ada, Cancelled)).Selected);
    }

    [Fact]
    public async Task A_filter_over_runs_narrows_by_team_model_and_time()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await FailedRunAsync(installation, "acme", first: 1);
        await FailedRunAsync(installation, "beta", first: 7);
        var beta = await installation.ScalarAsync<int>("select id from groqbatch.teams where slug = 'beta'", Cancelled);

        async Task<int> CountAsync(int? team, FailureFilter filter) =>
            (
                await installation.Runs.PreviewRetryFailuresAsync(
                    new()
                    {
                        TeamId = team,
                        Filter = filter,
                        RequestKey = "k",
                    },
                    TestInstallation.Ada,
                    Cancelled
                )
            ).Selected;

        Assert.Equal(8, await CountAsync(null, new()));
        Assert.Equal(4, await CountAsync(beta, new()));
        Assert.Equal(8, await CountAsync(null, new() { Model = "openai/gpt-oss-120b" }));
        Assert.Equal(0, await CountAsync(null, new() { Model = "openai/gpt-oss-20b" })); // the last failure was on the rung after it
        Assert.Equal(0, await CountAsync(null, new() { Codes = [FailureCode.MaxTokens] }));
        Assert.Equal(8, await CountAsync(null, new() { Since = DateTimeOffset.UnixEpoch }));
        Assert.Equal(0, await CountAsync(null, new() { Since = new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero) }));
    }

    [Fact]
    public async Task Failures_that_match_are_parked_with_a_reason_and_one_event()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await FailedRunAsync(installation, "acme", first: 1);
        var group = await GroupAsync(installation, run, "Generated JSON does not match%");
        var parking = installation.Services.GetRequiredService<IParking>();
        var filter = new FailureFilter { Codes = [group.Code], Message = group.Message };

        Assert.Equal(
            2,
            await parking.ParkFailuresAsync("simulator", teamId: null, filter, " Generated code. ", TestInstallation.Ada, Cancelled)
        );
        Assert.Equal(0, await parking.ParkFailuresAsync("simulator", teamId: null, filter, "Again.", TestInstallation.Ada, Cancelled));

        Assert.Equal(["failed", "parked"], [await installation.StateOfAsync(1, Cancelled), await installation.StateOfAsync(3, Cancelled)]);
        Assert.Equal(
            ["ada 2 pull requests Generated code."],
            await installation.ListAsync<string>(
                "select actor || ' ' || target || ' ' || (after ->> 'reason') from groqbatch.audit_events where action = 'failures.park'",
                Cancelled
            )
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            parking.ParkFailuresAsync("simulator", teamId: null, filter, " ", TestInstallation.Ada, Cancelled)
        );
    }

    [Fact]
    public async Task Who_may_only_look_retries_and_parks_nothing()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var looker = new Actor("looker", Right.View);

        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            installation.Runs.RetryFailuresAsync(new() { Filter = new(), RequestKey = "k" }, looker, Cancelled)
        );
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            installation
                .Services.GetRequiredService<IParking>()
                .ParkFailuresAsync("simulator", teamId: null, new(), "Because.", looker, Cancelled)
        );
    }

    private static async Task<FailureGroupKey> GroupAsync(TestInstallation installation, Guid run, string message) =>
        FailureGroupKey.Parse(
            await installation.ScalarAsync<string>(
                $"""
                select code || '.' || replace(message_key::text, '-', '') from groqbatch.failure_groups
                where run_id = '{run}' and ordinal = 2 and message like '{message}'
                """,
                Cancelled
            )
        )!;

    /// <summary>Six pull requests, of which the first two fail with one message and the next two with another of the same code, on both rungs.</summary>
    private static async Task<Guid> FailedRunAsync(TestInstallation installation, string team, int first)
    {
        var id = await installation.AddTeamAsync(team, 6, Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"answer_as,answer=json_validate_failed,custom_ids=pr-{first};pr-{first + 1}"));
        installation.Simulator.AddFault(Fault.Parse($"answer_as,answer=schema_mismatch,custom_ids=pr-{first + 2};pr-{first + 3}"));
        var run = await installation.StartRunAsync(new StartRun { TeamId = id, WithFallback = true }, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("CompletedWithFailures", 2, 4), (figures.State, figures.Succeeded, figures.FinalFailures));
        return run;
    }
}
