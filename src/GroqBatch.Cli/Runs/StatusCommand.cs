using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch status</c>.</summary>
internal sealed class StatusCommand : CliCommand
{
    private const int EventsShown = 30;

    private const int RunsShown = 20;

    private readonly Argument<string?> _id = new("RUN_OR_BATCH_ID")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"{RunArgument.Description} None: the latest runs.",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public StatusCommand()
        : base(
            "status",
            "Shows a run: its passes, batches, failures, cost and what happened to it; without an id the latest runs.",
            "groqbatch status",
            "groqbatch status 01a22b80-614f",
            "groqbatch status batch_01jxm0p5cde8q9w3 --json"
        )
    {
        Add(_id);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var runs = host.Services.GetRequiredService<IRunReader>();
        if (invocation.Find(_id) is not { } id)
        {
            return await ListAsync(invocation, host, runs, cancellationToken);
        }

        var runId = await RunArgument.FindAsync(runs, id, cancellationToken);
        var run = await runs.FindAsync(runId, cancellationToken) ?? throw new UsageException($"There is no run {runId} any more");
        var reconciliation = await host.Services.GetRequiredService<IReconciliationReader>().FindAsync(runId, cancellationToken);
        if (invocation.Get(_json))
        {
            var json = RunJson.Of(run) with { Reconciliation = reconciliation is null ? null : ReconciliationJson.Of(reconciliation) };
            invocation.Terminal.Out.WriteLine(json.ToString());
            return ExitCode.Done;
        }

        RunText.Write(invocation.Terminal.Answer, run, withDifferences: reconciliation is null);
        if (reconciliation is not null)
        {
            ReconciliationText.Write(invocation.Terminal.Answer, reconciliation);
        }

        RunText.WriteTimeline(invocation.Terminal.Answer, await runs.ListEventsAsync(run.Id, EventsShown, cancellationToken));
        return ExitCode.Done;
    }

    private async Task<int> ListAsync(Invocation invocation, GroqBatchHost host, IRunReader runs, CancellationToken cancellationToken)
    {
        var provider = host.Services.GetRequiredService<GroqEndpoint>().ProviderName;
        var latest = await runs.ListAsync(new RunFilter { Provider = provider, Take = RunsShown }, cancellationToken);
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(RunJson.ToText(latest));
            return ExitCode.Done;
        }

        if (latest.Count == 0)
        {
            invocation.Terminal.Out.WriteLine(
                "There are no runs yet. Start one: groqbatch run-llm-batch --team SLUG --full --with-fallback"
            );
            return ExitCode.Done;
        }

        var table = new FittedTable(
            new("run"),
            new("team"),
            new("started", Rank: 3),
            new("by", Rank: 4),
            new("state"),
            new("selected", Fit.Figure),
            new("succeeded", Fit.Figure),
            new("failed", Fit.Figure, Rank: 1),
            new("cost", Fit.Figure, Rank: 2)
        );
        foreach (var run in latest)
        {
            table.AddRow(
                Figures.Short(run.Id),
                run.Team,
                $"{run.CreatedAt.ToLocalTime():yyyy-MM-dd HH:mm}",
                run.StartedBy,
                $"{run.State}",
                $"{run.Selected:N0}",
                $"{run.Succeeded:N0}",
                $"{run.FinalFailures:N0}",
                (run.UnknownRequests > 0 ? "at least " : "") + Figures.Dollars(run.Booked)
            );
        }

        table.Write(invocation.Terminal.Answer);
        return ExitCode.Done;
    }
}
