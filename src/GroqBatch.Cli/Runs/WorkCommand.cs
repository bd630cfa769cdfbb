using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch work</c>.</summary>
internal sealed class WorkCommand : CliCommand
{
    private readonly Option<bool> _untilIdle = new("--until-idle")
    {
        Description = "End once no live run has anything more to do; runs that wait for a person don't count.",
    };

    public WorkCommand()
        : base(
            "work",
            "Carries on whatever is live, until it is stopped. Any number may run at once; each may be killed at any time.",
            "groqbatch work",
            "groqbatch run-llm-batch --all-teams --full --with-fallback --detach && groqbatch work --until-idle"
        )
    {
        Add(_untilIdle);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Pipeline, cancellationToken);
        invocation.Terminal.Note(
            "Carrying on what is live. Ctrl-C stops this process; what is under way goes on wherever else GroqBatch runs."
        );
        var reader = host.Services.GetRequiredService<IRunReader>();
        var live = new LiveRuns(reader, host.Services.GetRequiredService<GroqEndpoint>().ProviderName);
        var last = await RunView.ShowAsync(
            host,
            invocation.Terminal,
            live.ReadAsync,
            change => change.Kind is "run" or "*",
            snapshot => invocation.Get(_untilIdle) && snapshot.All(IsIdle),
            cancellationToken
        );
        if (!invocation.Get(_untilIdle) || cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }

        var waiting = last.Where(run => !run.State.IsFinal()).ToList();
        foreach (var run in waiting)
        {
            invocation.Terminal.Note(
                $"{run.Team} {Figures.Short(run.Id)} waits for a person: {run.State}{(run.Reason is null ? "" : $", {run.Reason}")} {Figures.WaysOn(run)}"
            );
        }

        return waiting.Count == 0 ? ExitCode.Done : ExitCode.DoneWithFailures;
    }

    /// <summary>Whether a run is over, or waits for a person and has nothing under way.</summary>
    private static bool IsIdle(RunOverview run) =>
        run.State.IsFinal()
        || (
            run.State is RunState.Held or RunState.NeedsAttention
            && !run.Passes.SelectMany(pass => pass.Batches).Any(batch => IsUnderWay(run, batch))
        );

    // Results that only a person can get are named by what the run waits for; any other that has ended is about to be taken.
    private static bool IsUnderWay(RunOverview run, BatchOverview batch) =>
        batch.State == BatchState.Submitted
        || (
            batch.State == BatchState.Ended
            && !(
                run.State == RunState.NeedsAttention
                && batch is { Trouble: not null, ProviderBatchId: { } id }
                && run.Reason?.Contains(id, StringComparison.Ordinal) is true
            )
        );

    /// <summary>The live runs, and for one look more those that have just ended.</summary>
    private sealed class LiveRuns(IRunReader runs, string provider)
    {
        private const int MostShown = 200;
        private HashSet<Guid> _known = [];

        public async Task<IReadOnlyList<RunOverview>> ReadAsync(CancellationToken cancellationToken)
        {
            var live = await runs.ListAsync(
                new RunFilter
                {
                    Provider = provider,
                    LiveOnly = true,
                    Take = MostShown,
                },
                cancellationToken
            );
            var snapshot = live.ToList();
            foreach (var ended in _known.Except(live.Select(run => run.Id)))
            {
                if (await runs.FindAsync(ended, cancellationToken) is { } run)
                {
                    snapshot.Add(run);
                }
            }

            _known = [.. live.Select(run => run.Id)];
            return snapshot;
        }
    }
}
