using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch status</c>.</summary>
internal sealed class StatusCommand : CliCommand
{
    private const int EventsShown = 30;

    private readonly Argument<string> _id = new("RUN_OR_BATCH_ID")
    {
        Description = "A run's id or its beginning (4 digits or more), or the id of a batch as the provider's console shows it.",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public StatusCommand()
        : base(
            "status",
            "Shows a run: its passes, batches, failures, cost and what happened to it.",
            "groqbatch status 3f2a9c1e",
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
        var runId = await RunArgument.FindAsync(runs, invocation.Get(_id), cancellationToken);
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
}
