using GroqBatch.Core.Backfills;
using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>A team with a ladder of its own: everything that is started for it climbs that, and nothing else does.</summary>
public sealed class TeamLadderTests
{
    private const string Small = "openai/gpt-oss-20b";
    private const string Strong = "openai/gpt-oss-120b";
    private const string Llama = "llama-3.3-70b-versatile";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_of_the_team_climbs_its_ladder_and_one_of_another_team_the_installations()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = Strong });
        var team = await AddTeamAsync(installation, "acme", Strong, Small);
        var other = await installation.AddTeamAsync("beta", 2, Cancelled);

        var run = await StartAsync(installation, team);
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        var others = await StartAsync(installation, other);
        await installation.DriveToEndAsync(others, Cancelled);

        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.Equal([Strong, Small], await PassesAsync(installation, run));
        Assert.Equal([Small, Strong], (await FrozenAsync(installation, others)).Rungs.Select(rung => rung.Model));
        Assert.Equal(("acme", null), ((await FrozenAsync(installation, run)).Owner, (await FrozenAsync(installation, others)).Owner));
    }

    [Fact]
    public async Task What_is_said_before_a_start_is_said_of_the_teams_ladder()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await AddTeamAsync(installation, "acme", Strong, Small);
        var other = await installation.AddTeamAsync("beta", 2, Cancelled);

        var outlook = await installation
            .Services.GetRequiredService<IBackfillOutlooks>()
            .ReadAsync([team, other], TestInstallation.Ada, Cancelled);
        var plan = await installation.Services.GetRequiredService<IPlanner>().PlanAsync("acme", TestInstallation.Ada, Cancelled);
        var preview = await installation.Runs.PreviewAsync(
            new StartRun { TeamId = team, WithFallback = true },
            TestInstallation.Ada,
            Cancelled
        );

        Assert.Equal([Strong, Small], preview.Ladder.Rungs.Select(rung => rung.Model));
        Assert.Equal(2, outlook.ByLadder.Count);
        Assert.Equal(
            [("acme", "acme", Strong), ("beta", null, Small)],
            outlook.Teams.Select(one => (one.Team.Slug, one.Ladder.Owner, one.Ladder.Rungs[0].Model))
        );
        Assert.Equal(preview.Estimate.Cost, outlook.EstimateOf(outlook.Teams[0], new StartRun { TeamId = team, WithFallback = true }).Cost);
        Assert.Equal(
            [
                [Strong],
                [Strong, Small],
                [Small],
                [Strong, Small],
            ],
            plan!.Options.Select(option => option.Ladder.Rungs.Select(rung => rung.Model).ToArray())
        );
        Assert.All(plan.Options, option => Assert.Equal("acme", option.Ladder.Owner));
    }

    [Fact]
    public async Task Retries_and_a_summary_that_is_made_again_climb_it_too()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail });
        var team = await AddTeamAsync(installation, "acme", Strong, Small);
        var run = await StartAsync(installation, team);
        await installation.DriveToEndAsync(run, Cancelled);
        installation.Simulator.ClearFaults();

        var previewed = await installation.Runs.PreviewRetryFailuresAsync(
            new RetryFailures { Filter = new(), RequestKey = "look" },
            TestInstallation.Ada,
            Cancelled
        );
        var last = await installation.Runs.RetryAsync(new RetryRun { RunId = run, FromLastRung = true }, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(last.RunId!.Value, Cancelled);
        var again = await installation.Runs.SummariseAgainAsync(1, requestKey: null, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(again.RunId!.Value, Cancelled);

        Assert.Equal([Strong, Small], Assert.Single(previewed.Ladders).Rungs.Select(rung => rung.Model));
        Assert.Equal([Small], await PassesAsync(installation, last.RunId.Value));
        Assert.Equal([Strong], await PassesAsync(installation, again.RunId.Value));
        Assert.Equal([Strong, Small], (await FrozenAsync(installation, again.RunId.Value)).Rungs.Select(rung => rung.Model));
    }

    [Fact]
    public async Task A_run_that_goes_on_keeps_the_ladder_it_was_started_with()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = Strong });
        var team = await AddTeamAsync(installation, "acme", Strong, Small);
        var run = await StartAsync(installation, team);
        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);

        await Teams(installation).UpdateAsync("acme", new() { Ladder = [] }, TestInstallation.Ada, Cancelled);
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal([Strong, Small], await PassesAsync(installation, run));
    }

    [Fact]
    public async Task A_retry_on_the_last_rung_that_goes_on_stays_on_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail });
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var run = await StartAsync(installation, team);
        await installation.DriveToEndAsync(run, Cancelled);
        installation.Simulator.ClearFaults();

        var retry = await installation.Runs.RetryAsync(new RetryRun { RunId = run, FromLastRung = true }, TestInstallation.Ada, Cancelled);
        await installation.Runs.HoldAsync(retry.RunId!.Value, reason: null, TestInstallation.Ada, Cancelled);
        await installation.Runs.ResumeAsync(retry.RunId.Value, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(retry.RunId.Value, Cancelled);

        Assert.Equal([Strong], await PassesAsync(installation, retry.RunId.Value));
        Assert.Equal(2, Assert.Single((await FrozenAsync(installation, retry.RunId.Value)).Rungs).PlaceInLadder);
    }

    [Fact]
    public async Task What_was_chosen_meanwhile_stands_in_for_a_model_that_is_not_to_be_had_any_more()
    {
        var small = new SimulatedModel { Id = Small, FailureRate = 0 };
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Models.RemoveAll(model => model.Id == Small);
                simulator.Models.Add(small);
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = Strong });
        var team = await AddTeamAsync(installation, "acme", Strong, Small);
        var run = await StartAsync(installation, team);
        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        small.Retired = true;

        var refused = await Assert.ThrowsAsync<LadderUnavailableException>(() =>
            installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled)
        );
        await Teams(installation).UpdateAsync("acme", new() { Ladder = [Strong, Llama] }, TestInstallation.Ada, Cancelled);
        var resumed = await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);

        Assert.StartsWith("Rung 2 of acme's own ladder (openai/gpt-oss-20b) has no model", refused.Message, StringComparison.Ordinal);
        Assert.True(resumed.Done, resumed.Explanation);
        Assert.Equal(
            [(Strong, null), (Strong, Llama)],
            (await FrozenAsync(installation, run)).Rungs.Select(rung => (rung.Model, rung.Replaced))
        );
    }

    private static ITeamStore Teams(TestInstallation installation) => installation.Services.GetRequiredService<ITeamStore>();

    private static async Task<int> AddTeamAsync(TestInstallation installation, string slug, params string[] ladder)
    {
        var team = await installation.AddTeamAsync(slug, 3, Cancelled);
        await Teams(installation).UpdateAsync(slug, new() { Ladder = ladder }, TestInstallation.Ada, Cancelled);
        return team;
    }

    private static Task<Guid> StartAsync(TestInstallation installation, int team) =>
        installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);

    private static async Task<Ladder> FrozenAsync(TestInstallation installation, Guid run) =>
        (await installation.RunStore.FindAsync(run, Cancelled))!.Ladder;

    private static Task<IReadOnlyList<string>> PassesAsync(TestInstallation installation, Guid run) =>
        installation.ListAsync<string>($"select model from groqbatch.passes where run_id = '{run}' order by ordinal", Cancelled);
}
