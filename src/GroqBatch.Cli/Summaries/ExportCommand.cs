using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Summaries;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Summaries;

/// <summary><c>groqbatch export</c>.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly Option<string> _team = CommonOptions.Team("Whose summaries.", isRequired: true);

    private readonly Option<ExportFormat?> _format = new("--format")
    {
        Description = "jsonl: one summary a line (the default). csv: flattened, with a header.",
        HelpName = "jsonl|csv",
        CustomParser = result =>
        {
            switch (result.Tokens.Count == 1 ? result.Tokens[0].Value : "")
            {
                case "jsonl":
                    return ExportFormat.Jsonl;
                case "csv":
                    return ExportFormat.Csv;
                case var other:
                    result.AddError($"--format takes jsonl or csv, not '{other}'.");
                    return default;
            }
        },
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write, whole or not at all. Default: standard output.",
        HelpName = "FILE",
    };

    public ExportCommand()
        : base(
            "export",
            "Writes the current summaries of a team, with where each came from.",
            "groqbatch export --team cal-com --output cal-com.jsonl",
            "groqbatch export --team cal-com --format csv > cal-com.csv"
        )
    {
        Add(_team);
        Add(_format);
        Add(_output);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var provider = host.Services.GetRequiredService<GroqEndpoint>().ProviderName;
        var export = host.Services.GetRequiredService<ISummaryExport>();
        var format = invocation.Get(_format) ?? ExportFormat.Jsonl;
        long written;
        if (invocation.Get(_output) is { } file)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            {
                throw new UsageException($"--output: there is no folder {folder}.");
            }

            written = await export.WriteFileAsync(team, provider, format, file, invocation.Actor, cancellationToken);
        }
        else
        {
            await using var output = invocation.Terminal.OpenOutput();
            written = await export.WriteAsync(team, provider, format, output, invocation.Actor, cancellationToken);
        }

        invocation.Terminal.Note($"{team.Slug}: {written:N0} summaries exported.");
        return ExitCode.Done;
    }
}
