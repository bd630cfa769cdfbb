using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text;
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
using GroqBatch.Cli.Shell;
using GroqBatch.Cli.Simulator;
using GroqBatch.Cli.Storage;
using GroqBatch.Cli.Summaries;
using GroqBatch.Cli.Teams;
using GroqBatch.Cli.Webhooks;

// A console that is told nothing writes a byte order mark in front of JSON on some systems.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var root = new RootCommand("Brings the LLM summaries of pull requests to a coverage goal through the Groq Batch API, at half price.")
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

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (var error in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
    {
        Console.Error.WriteLine(Terminal.Safe(error));
    }

    var names = new List<string>();
    for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
    {
        names.Insert(0, result.Command is RootCommand ? "groqbatch" : result.Command.Name);
    }

    Console.Error.WriteLine($"See: {string.Join(' ', names)} --help");
    return ExitCode.WrongUsage;
}

// The first signal asks the command to stop, which takes as long as it takes; the second one ends the process as it would any other.
using var stopping = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await parsed.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false },
    stopping.Token
);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
}
