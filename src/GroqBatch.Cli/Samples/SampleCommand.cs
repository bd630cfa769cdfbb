using GroqBatch.Cli.Shell;
using GroqBatch.Core.Samples;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Samples;

/// <summary><c>groqbatch sample</c>.</summary>
internal sealed class SampleCommand : CliCommand
{
    public SampleCommand()
        : base(
            "sample",
            "Three teams with generated pull requests, for trying things out.",
            "groqbatch sample add",
            "groqbatch sample remove"
        )
    {
        Add(new SampleAddCommand());
        Add(new SampleRemoveCommand());
    }
}

/// <summary><c>groqbatch sample add</c>.</summary>
internal sealed class SampleAddCommand : CliCommand
{
    public SampleAddCommand()
        : base("add", "Adds the sample teams that are missing.", "groqbatch sample add && groqbatch coverage") => Does(RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var added = await host.Services.GetRequiredService<ISampleData>().AddAsync(invocation.Actor, cancellationToken);
        invocation.Terminal.Out.WriteLine(
            added.Count == 0 ? "Nothing to do: the sample teams are there." : $"Added {string.Join(", ", added)}."
        );
        if (!host.IsSimulated)
        {
            invocation.Terminal.Note(
                "This is not simulated: summaries of these made-up pull requests cost money. --all-teams leaves them out."
            );
        }

        return ExitCode.Done;
    }
}

/// <summary><c>groqbatch sample remove</c>.</summary>
internal sealed class SampleRemoveCommand : CliCommand
{
    public SampleRemoveCommand()
        : base("remove", "Removes the sample teams with everything that is theirs.", "groqbatch sample remove") => Does(RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var removed = await host.Services.GetRequiredService<ISampleData>().RemoveAsync(invocation.Actor, cancellationToken);
        invocation.Terminal.Out.WriteLine(
            removed.Count == 0 ? "Nothing to do: there are no sample teams." : $"Removed {string.Join(", ", removed)}."
        );
        return ExitCode.Done;
    }
}
