using System.CommandLine;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Reingest;

/// <summary><c>groqbatch reingest</c>.</summary>
internal sealed class ReingestCommand : CliCommand
{
    private readonly Argument<string> _run = RunArgument.Create();

    public ReingestCommand()
        : base(
            "reingest",
            "Rebuilds a run's outcomes and summaries from its raw files. What is there is never changed: where nothing was lost, nothing happens.",
            "groqbatch reingest 01a22b80-614f"
        )
    {
        Add(_run);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var runId = await RunArgument.FindAsync(host.Services.GetRequiredService<IRunReader>(), invocation.Get(_run), cancellationToken);
        var report =
            await host.Services.GetRequiredService<IReingest>().ReingestAsync(runId, invocation.Actor, cancellationToken)
            ?? throw new UsageException($"There is no run {runId} any more");
        if (report.Refusal is { } refusal)
        {
            invocation.Terminal.Note(refusal);
            return ExitCode.CouldNotRun;
        }

        foreach (var line in report.Missing.Concat(report.Differences))
        {
            invocation.Terminal.Note(line);
        }

        var changes = report.Changes;
        if (changes.Contradicted > 0)
        {
            invocation.Terminal.Note(
                $"{changes.Contradicted:N0} outcomes or summaries are told otherwise by the files than by the ledger; they are left as they are."
            );
        }

        invocation.Terminal.Out.WriteLine(
            $"{Figures.Short(runId)}: {report.Batches:N0} batches read. "
                + (
                    changes.Any
                        ? $"Given back: {changes.Attempts:N0} attempts, {changes.Requests:N0} requests, {changes.Summaries:N0} summaries; "
                            + $"{changes.PullRequests:N0} pull requests and {changes.Counters:N0} counters put right."
                    : report.IsWhole ? "Nothing was lost, nothing was changed."
                    : "Nothing was changed."
                )
        );
        return report.IsWhole ? ExitCode.Done : ExitCode.DoneWithFailures;
    }
}
