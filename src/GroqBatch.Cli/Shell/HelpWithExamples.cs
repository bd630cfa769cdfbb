using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GroqBatch.Cli.Shell;

/// <summary>The usual help, and at its end what one would type.</summary>
internal sealed class HelpWithExamples(HelpAction usual, IReadOnlyList<string> ofRoot) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var examples = command switch
        {
            CliCommand own => own.Examples,
            RootCommand => ofRoot,
            _ => [],
        };
        var output = parseResult.InvocationConfiguration.Output;
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine("  " + example);
            }

            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            output.WriteLine("  0  done, also when there was nothing to do");
            output.WriteLine("  1  done, with failures left, lines rejected or a check not met");
            output.WriteLine("  2  wrong usage");
            output.WriteLine("  3  could not run; standard error says why");
            output.WriteLine();
        }

        return code;
    }
}
