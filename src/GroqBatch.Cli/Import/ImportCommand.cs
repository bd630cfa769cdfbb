using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Import;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Import;

/// <summary><c>groqbatch import</c>.</summary>
internal sealed class ImportCommand : CliCommand
{
    private const int RejectedLinesShown = 20;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "JSON Lines, one pull request a line in the shape of GitHub's REST API; plain or gzip. Patterns are expanded.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _team = CommonOptions.Team("Whose pull requests they are.", isRequired: true);

    private readonly Option<string> _repository = new("--repository")
    {
        Description = "The repository of lines that name none.",
        HelpName = "OWNER/NAME",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public ImportCommand()
        : base(
            "import",
            "Brings pull requests in from files. Taking a file again updates what has changed; bad lines are reported and skipped.",
            "groqbatch import cal.com.jsonl.gz companion.jsonl.gz --team cal-com",
            "groqbatch import 'exports/**/*.jsonl' --team posthog",
            "groqbatch import pulls.jsonl --team antiwork --repository antiwork/gumroad --json"
        )
    {
        Add(_files);
        Add(_team);
        Add(_repository);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var files = FilePatterns.Expand(invocation.Get(_files));
        if (invocation.Get(_repository) is { } repository && (repository.Count('/') != 1 || !ImportRequest.IsRepository(repository)))
        {
            throw new UsageException(
                $"--repository takes OWNER/NAME without white space, at most {ImportRequest.LongestRepository} characters, not '{repository}'."
            );
        }

        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var request = new ImportRequest(team, [.. files.Select(ImportFile.FromPath)], invocation.Get(_repository));
        var importer = host.Services.GetRequiredService<IPullRequestImporter>();
        var report = await ImportProgressView.ShowAsync(
            invocation.Terminal,
            host.Services.GetRequiredService<TimeProvider>(),
            progress => importer.ImportAsync(request, progress, invocation.Actor, cancellationToken)
        );
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(report.ToJson());
        }
        else
        {
            Write(report, invocation.Terminal);
        }

        return report.IsClean ? ExitCode.Done : ExitCode.DoneWithFailures;
    }

    private static void Write(ImportReport report, Terminal terminal)
    {
        foreach (var rejected in report.RejectedLines.Take(RejectedLinesShown))
        {
            terminal.Note($"{rejected.File}:{rejected.Line}: {(rejected.Field is null ? "" : rejected.Field + ": ")}{rejected.Reason}");
        }

        if (report.Total.Rejected > RejectedLinesShown)
        {
            terminal.Note(
                $"and {report.Total.Rejected - RejectedLinesShown:N0} more; --json lists the first {ImportReport.MaxRejectedLines:N0}."
            );
        }

        foreach (var file in report.Files.Where(file => file.Fault is not null))
        {
            terminal.Note($"{file.File}: {file.Fault}");
        }

        var total = report.Total;
        terminal.Out.WriteLine(
            Terminal.Safe(
                $"{report.Team}: {total.Lines:N0} line{(total.Lines == 1 ? "" : "s")} of {report.Files.Count:N0} file{(report.Files.Count == 1 ? "" : "s")}: "
                    + $"{total.Added:N0} added, {total.Updated:N0} updated, {total.Unchanged:N0} unchanged"
                    + (total.Superseded > 0 ? $", {total.Superseded:N0} superseded by a later line" : "")
                    + $", {total.Rejected:N0} rejected."
                    + (total.CleanedCharacters > 0 ? $" {total.CleanedCharacters:N0} characters that can't be stored became U+FFFD." : "")
            )
        );
    }
}
