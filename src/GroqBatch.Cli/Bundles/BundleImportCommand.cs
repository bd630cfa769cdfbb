using System.CommandLine;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Bundles;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Bundles;

/// <summary><c>groqbatch bundle import</c>.</summary>
internal sealed class BundleImportCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A bundle." };
    private readonly Option<string> _team = CommonOptions.Team(
        "The team that gets the run; added where it is missing. Default: the one it had.",
        isRequired: false
    );

    public BundleImportCommand()
        : base(
            "import",
            "Rebuilds a run from its bundle and checks it: every digest, every sum, every figure. It is there whole afterwards, or nothing is.",
            "groqbatch bundle import run.zip",
            "groqbatch bundle import run.zip --team cal-com"
        )
    {
        Add(_file);
        Add(_team);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var file = invocation.Get(_file);
        if (!File.Exists(file))
        {
            throw new UsageException($"There is no file {file}");
        }

        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        BundleImport import;
        try
        {
            import = await host
                .Services.GetRequiredService<IRunBundles>()
                .ImportAsync(file, invocation.Get(_team), invocation.Actor, cancellationToken);
        }
        catch (BundleException refused)
        {
            invocation.Terminal.Note($"{file} is refused, and nothing is changed. {refused.Message}");
            return ExitCode.CouldNotRun;
        }

        invocation.Terminal.Out.WriteLine(
            import.IsNew
                ? $"{Figures.Short(import.RunId)}: imported for {import.Team}; digests, sums and figures hold. {import.PullRequestsAdded:N0} pull requests were new here. "
                    + $"groqbatch status {import.RunId} shows it."
                : $"{Figures.Short(import.RunId)}: it is here already, with {import.Team}; nothing is changed."
        );
        foreach (var missing in import.Manifest.Missing)
        {
            invocation.Terminal.Note($"The bundle was written without it: {missing}");
        }

        return ExitCode.Done;
    }
}
