using System.CommandLine;

namespace GroqBatch.Cli.Shell;

/// <summary>A command: its arguments, what it says about itself, and what it does. One file each.</summary>
internal abstract class CliCommand : Command
{
    /// <summary>A command with examples, each a line as it is typed.</summary>
    protected CliCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description) => Examples = examples;

    /// <summary>Shown at the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Sets what the command does; its answer is the exit code.</summary>
    protected void Does(Func<Invocation, CancellationToken, Task<int>> action) =>
        SetAction((parsed, cancellationToken) => Invocation.RunAsync(parsed, action, cancellationToken));
}
