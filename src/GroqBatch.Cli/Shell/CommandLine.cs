using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using GroqBatch.Cli.Audit;
using GroqBatch.Cli.Bundles;
using GroqBatch.Cli.Coverage;
using GroqBatch.Cli.Database;
using GroqBatch.Cli.Import;
using GroqBatch.Cli.Models;
using GroqBatch.Cli.Parking;
using GroqBatch.Cli.Plans;
using GroqBatch.Cli.Reingest;
using GroqBatch.Cli.Results;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Samples;
using GroqBatch.Cli.Simulator;
using GroqBatch.Cli.Storage;
using GroqBatch.Cli.Summaries;
using GroqBatch.Cli.Teams;
using GroqBatch.Cli.Webhooks;

namespace GroqBatch.Cli.Shell;

/// <summary>The command line as a whole: every command, and how what was typed is done.</summary>
internal static class CommandLine
{
    // Once for the process: a command keeps nothing of a call.
    private static readonly Lazy<RootCommand> Root = new(Build);

    /// <summary>Does what was typed; its answer is the exit code.</summary>
    /// <param name="arguments">As they were typed, without the program's name.</param>
    /// <param name="context">Where it writes, and what stands in no file.</param>
    /// <param name="cancellationToken">Asks the command to stop, which takes as long as it takes.</param>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, CommandLineContext context, CancellationToken cancellationToken)
    {
        var parsed = Root.Value.Parse(arguments);
        return parsed.Action is ParseErrorAction
            ? Task.FromResult(Refuse(parsed, context.Terminal))
            : parsed.InvokeAsync(context, cancellationToken);
    }

    private static int Refuse(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
        {
            terminal.Note(error);
        }

        var names = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, result.Command is RootCommand ? "groqbatch" : result.Command.Name);
        }

        terminal.Note($"See: {string.Join(' ', names)} --help");
        return ExitCode.WrongUsage;
    }

    private static RootCommand Build()
    {
        var root = new RootCommand(
            "Brings the LLM summaries of pull requests to a coverage goal through the Groq Batch API, at half price."
        )
        {
            new TeamsCommand(),
            new ImportCommand(),
            new CoverageCommand(),
            new PlanCommand(),
            new RunCommand(),
            new StatusCommand(),
            new HoldCommand(),
            new ResumeCommand(),
            new CancelCommand(),
            new RetryCommand(),
            new SummariseAgainCommand(),
            new ParkCommand(),
            new UnparkCommand(),
            new WorkCommand(),
            new ModelsCommand(),
            new ExportCommand(),
            new ResultsCommand(),
            new RawCommand(),
            new ReingestCommand(),
            new BundleCommand(),
            new AuditCommand(),
            new WebhookCommand(),
            new DatabaseCommand(),
            new SampleCommand(),
            new SimulatorCommand(),
        };
        root.Options.Add(CommonOptions.Set);
        root.Options.Add(CommonOptions.Verbose);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples(
            (HelpAction)help.Action!,
            [
                "groqbatch teams add cal-com --name Cal.com",
                "groqbatch import cal.com/*.jsonl.gz --team cal-com",
                "groqbatch coverage",
                "groqbatch run-llm-batch --team cal-com --limit 10 --with-fallback --dry-run",
                "groqbatch run-llm-batch --team cal-com --full --with-fallback",
            ]
        );
        return root;
    }
}
