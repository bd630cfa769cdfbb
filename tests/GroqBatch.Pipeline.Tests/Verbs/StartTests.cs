using GroqBatch.Core.Access;
using GroqBatch.Core.Models;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>Starting once however often it is asked for, nothing where there is nothing, and only by those who may.</summary>
public sealed class StartTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_starts_at_once_with_one_key_are_one_run()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 3, Cancelled);
        var start = new StartRun { TeamId = team, RequestKey = "click" };

        var started = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => installation.Runs.StartAsync(start, TestInstallation.Ada, Cancelled))
        );
        await installation.DriveToEndAsync(started[0].RunId!.Value, Cancelled);
        var later = await installation.Runs.StartAsync(start, TestInstallation.Ada, Cancelled);

        Assert.Single(started.Append(later).Select(run => run.RunId).Distinct());
        Assert.Single(started, run => run.IsNew);
        Assert.Equal((false, null), (later.IsNew, later.Preview));
        Assert.Equal(1, await installation.ScalarAsync<int>("select count(*)::int from groqbatch.runs", Cancelled));
    }

    [Fact]
    public async Task A_start_that_comes_while_its_twin_takes_everything_is_that_run_too()
    {
        var gate = new Gate();
        await using var installation = await TestInstallation.StartAsync(
            hosts: 0,
            services: services =>
            {
                var resolver = services.Last(service => service.ServiceType == typeof(ILadderResolver));
                services.Remove(resolver);
                services.AddSingleton<ILadderResolver>(provider => new GatedResolver(
                    (ILadderResolver)ActivatorUtilities.CreateInstance(provider, resolver.ImplementationType!),
                    gate
                ));
            },
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 3, Cancelled);
        var start = new StartRun { TeamId = team, RequestKey = "click" };

        // The first asks the provider for its models and is kept waiting there; the second comes, starts and claims.
        var slow = installation.Runs.StartAsync(start, TestInstallation.Ada, Cancelled);
        await gate.Reached.Task.WaitAsync(Cancelled);
        var quick = await installation.Runs.StartAsync(start, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(quick.RunId!.Value, Cancelled);
        gate.Opened.SetResult();

        Assert.Equal((quick.RunId, false), ((await slow).RunId, (await slow).IsNew));
    }

    [Fact]
    public async Task Where_there_is_nothing_to_do_there_is_no_run()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        await installation.DriveToEndAsync(await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled), Cancelled);

        var nothing = await installation.Runs.StartAsync(new StartRun { TeamId = team }, TestInstallation.Ada, Cancelled);

        Assert.Equal((null, false, 0), (nothing.RunId, nothing.IsNew, nothing.Preview!.Selected));
    }

    [Fact]
    public async Task Two_runs_of_a_team_never_share_a_pull_request()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 6, Cancelled);
        var newest = await installation.StartRunAsync(new StartRun { TeamId = team, Limit = 4 }, Cancelled);
        var all = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);

        await installation.DriveAsync([newest, all], Cancelled, RunState.Completed);

        Assert.Equal([3L, 4L, 5L, 6L], (await installation.RequestsAsync(newest, Cancelled)).Select(request => request.PullRequestId));
        Assert.Equal([1L, 2L], (await installation.RequestsAsync(all, Cancelled)).Select(request => request.PullRequestId));
    }

    [Fact]
    public async Task A_run_whose_pull_requests_were_all_taken_by_another_ends_and_says_so()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var first = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        var second = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.StepAsync(first, Cancelled);

        var figures = await installation.DriveToEndAsync(second, Cancelled);

        Assert.Equal(
            ("Completed", 0, "Nothing left to do: other runs had taken everything by now."),
            (figures.State, figures.Selected, figures.Reason)
        );
        Assert.Equal(2, (await installation.DriveToEndAsync(first, Cancelled)).Succeeded);
    }

    [Fact]
    public async Task Every_verb_takes_its_right()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        var runs = installation.Runs;
        var parking = installation.Services.GetRequiredService<IParking>();
        var nobody = new Actor("nobody", Right.None);
        var reader = new Actor("reader", Right.View | Right.Review | Right.Administer);

        await DeniedAsync("view", () => runs.PreviewAsync(new StartRun { TeamId = team }, nobody, Cancelled));
        await DeniedAsync("view", () => parking.ListOffersAsync("simulator", team, nobody, Cancelled));
        await DeniedAsync("operate", () => runs.StartAsync(new StartRun { TeamId = team }, reader, Cancelled));
        await DeniedAsync("operate", () => runs.RetryAsync(new RetryRun { RunId = run }, reader, Cancelled));
        await DeniedAsync("operate", () => runs.SummariseAgainAsync(1, requestKey: null, reader, Cancelled));
        await DeniedAsync("operate", () => runs.HoldAsync(run, reason: null, reader, Cancelled));
        await DeniedAsync("operate", () => runs.ResumeAsync(run, reader, Cancelled));
        await DeniedAsync("operate", () => runs.CancelAsync(run, reason: null, reader, Cancelled));
        await DeniedAsync("operate", () => parking.ParkAsync("simulator", [1], "No.", reader, Cancelled));
        await DeniedAsync("operate", () => parking.UnparkAsync("simulator", [1], reader, Cancelled));

        await runs.PreviewAsync(new StartRun { TeamId = team }, reader, Cancelled);
        Assert.Equal(RunState.Queued, (await installation.RunStore.FindAsync(run, Cancelled))!.State);
        Assert.Equal(["ada"], await installation.ListAsync<string>("select distinct actor from groqbatch.audit_events", Cancelled));
    }

    private static async Task DeniedAsync(string right, Func<Task> act) =>
        Assert.EndsWith(
            $"it takes the right to {right}.",
            (await Assert.ThrowsAsync<AccessDeniedException>(act)).Message,
            StringComparison.Ordinal
        );

    /// <summary>What the first caller says and waits for: of two calls at once either may be first.</summary>
    private sealed class Gate
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Keeps the first caller waiting.</summary>
    private sealed class GatedResolver(ILadderResolver real, Gate gate) : ILadderResolver
    {
        private int _callers;

        public async Task<Ladder> ResolveAsync(TeamLadder? own, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _callers) == 1)
            {
                gate.Reached.SetResult();
                await gate.Opened.Task.WaitAsync(cancellationToken);
            }

            return await real.ResolveAsync(own, cancellationToken);
        }
    }
}
