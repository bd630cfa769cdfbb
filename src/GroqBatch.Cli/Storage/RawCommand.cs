using System.CommandLine;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Storage;

/// <summary><c>groqbatch raw</c>.</summary>
internal sealed class RawCommand : CliCommand
{
    private readonly Argument<string> _run = RunArgument.Create();

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder they go to; made where it is missing.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public RawCommand()
        : base(
            "raw",
            "Copies what was sent to the provider and what it answered: request, output and error file of every batch, compressed, with an index. "
                + "A file that is gone from the disk is downloaded again while the provider has it.",
            "groqbatch raw 01a22b80-614f --output raw-files"
        )
    {
        Add(_run);
        Add(_output);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var runId = await RunArgument.FindAsync(host.Services.GetRequiredService<IRunReader>(), invocation.Get(_run), cancellationToken);
        var folder = invocation.Get(_output)!;
        var index =
            await host.Services.GetRequiredService<IRawExport>().ExportAsync(runId, folder, invocation.Actor, cancellationToken)
            ?? throw new UsageException($"There is no run {runId} any more");
        var faults = index.Faults.ToList();
        foreach (var (batch, file) in faults)
        {
            invocation.Terminal.Note($"Pass {batch.Pass}, batch {batch.Ordinal}, {file.Kind} file: {file.Fault}");
        }

        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(index.ToString());
        }
        else
        {
            var files = index.Batches.SelectMany(batch => batch.Files).Where(file => file.Name is not null).ToList();
            invocation.Terminal.Out.WriteLine(
                Terminal.Safe(
                    $"{Figures.Short(runId)}: {files.Count:N0} files of {index.Batches.Count:N0} batches in {folder}"
                        + (files.Any(file => file.FromProvider) ? $", {files.Count(file => file.FromProvider):N0} downloaded again" : "")
                        + (faults.Count > 0 ? $"; {faults.Count:N0} with a fault" : "")
                        + $". {RawIndex.FileName} names them."
                )
            );
        }

        return faults.Count == 0 ? ExitCode.Done : ExitCode.DoneWithFailures;
    }
}
