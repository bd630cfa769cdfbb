using System.CommandLine;

namespace GroqBatch.Cli.Shell;

/// <summary>What a call of the command line finds around it; it takes nothing from the process besides its environment variables.</summary>
internal sealed class CommandLineContext : InvocationConfiguration
{
    /// <summary>A call that writes there.</summary>
    public CommandLineContext(Terminal terminal)
    {
        Terminal = terminal;
        (Output, Error) = (terminal.Out, terminal.Error);
        // Signals are the program's to hear, and what goes wrong is told by Invocation.
        ProcessTerminationTimeout = null;
        EnableDefaultExceptionHandler = false;
    }

    /// <summary>Where it writes.</summary>
    public Terminal Terminal { get; }

    /// <summary>Settings above files and environment variables, and below what is typed; by key.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}
