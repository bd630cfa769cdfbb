using System.CommandLine;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Bundles;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Bundles;

/// <summary><c>groqbatch bundle</c>.</summary>
internal sealed class BundleCommand : CliCommand
{
    // Not required, although nothing goes without: 'bundle import' has neither.
    private readonly Argument<string?> _run = new("RUN") { Description = RunArgument.Description, Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The file to write, whole or not at all.",
        HelpName = "FILE",
    };

    public BundleCommand()
        : base(
            "bundle",
            "Writes a run that has ended into one file: settings, ledger, the content of its pull requests, raw files, and a digest of each. "
                + "Another installation can rebuild the run from it and check it.",
            "groqbatch bundle 01a22b80-614f --output run.zip",
            "groqbatch bundle import run.zip"
        )
    {
        Add(_run);
        Add(_output);
        Add(new BundleImportCommand());
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Find(_run) is not { } run || invocation.Get(_output) is not { } file)
        {
            throw new UsageException("bundle takes a run and --output FILE. To read a bundle: groqbatch bundle import FILE");
        }

        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var runId = await RunArgument.FindAsync(host.Services.GetRequiredService<IRunReader>(), run, cancellationToken);
        var export =
            await host.Services.GetRequiredService<IRunBundles>().ExportAsync(runId, file, invocation.Actor, cancellationToken)
            ?? throw new UsageException($"There is no run {runId} any more");
        if (export.Manifest is not { } manifest)
        {
            invocation.Terminal.Note(export.Refusal!);
            return ExitCode.CouldNotRun;
        }

        foreach (var missing in manifest.Missing)
        {
            invocation.Terminal.Note(missing);
        }

        invocation.Terminal.Out.WriteLine(
            Terminal.Safe(
                $"{Figures.Short(runId)}: {manifest.Members.Count:N0} members, {manifest.Members.Sum(member => member.Bytes):N0} bytes unpacked, in {file}."
            )
        );
        return manifest.Missing.Count == 0 ? ExitCode.Done : ExitCode.DoneWithFailures;
    }
}
