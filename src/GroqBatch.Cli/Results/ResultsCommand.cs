using System.CommandLine;
using System.Text;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Results;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Results;

/// <summary><c>groqbatch results</c>.</summary>
internal sealed class ResultsCommand : CliCommand
{
    private const int Shown = 10;

    private readonly Argument<string> _batch = new("BATCH_ID") { Description = "The batch, as the provider's console shows it." };

    private readonly Option<string?> _map = new("--map")
    {
        Description =
            "For a batch that this installation did not send: JSON Lines or CSV with custom_id, team, repository and number. Previews unless --apply is given.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _apply = new("--apply") { Description = "With --map: save what was previewed." };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Let its summaries take the place of fresh ones too. Otherwise those stay, and these go into the history.",
    };

    public ResultsCommand()
        : base(
            "results",
            "Saves a finished batch that another process of this installation sent; with a map of its custom ids, anybody's. Twice is once.",
            "groqbatch results batch_01jxm0p5cde8q9w3",
            "groqbatch results batch_01jxm0p5cde8q9w3 --map ids.csv",
            "groqbatch results batch_01jxm0p5cde8q9w3 --map ids.csv --apply"
        )
    {
        Add(_batch);
        Add(_map);
        Add(_apply);
        Add(_overwrite);
        Validators.Add(result =>
        {
            if (result.GetValue(_apply) && result.GetValue(_map) is null)
            {
                result.AddError("--apply goes with --map FILE: a batch of this installation is saved without it.");
            }
        });
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var map = await ReadMapAsync(invocation.Get(_map), cancellationToken);
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var report = await host
            .Services.GetRequiredService<IBatchResults>()
            .SaveAsync(
                new SaveResults
                {
                    BatchId = invocation.Get(_batch),
                    Map = map,
                    Apply = invocation.Get(_apply),
                    Overwrite = invocation.Get(_overwrite),
                },
                invocation.Actor,
                cancellationToken
            );
        var terminal = invocation.Terminal;
        if (report.Content is { } content)
        {
            foreach (var line in Describe(content, invocation.Get(_overwrite)))
            {
                terminal.Out.WriteLine(Terminal.Safe(line));
            }
        }

        var explanation = report.RunId is { } run
            ? $"{report.Explanation} groqbatch status {Figures.Short(run)} shows it."
            : report.Explanation;
        if (report.Verdict == ResultsVerdict.Refused)
        {
            terminal.Note(explanation);
            return ExitCode.WrongUsage;
        }

        terminal.Out.WriteLine(Terminal.Safe(explanation));
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<ResultMapLine>?> ReadMapAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            throw new UsageException($"There is no file {path}");
        }

        using var reader = new StreamReader(path, Encoding.UTF8);
        try
        {
            return await ResultMap.ReadAsync(reader, cancellationToken) is { Count: > 0 } map
                ? map
                : throw new UsageException($"{path} has no lines");
        }
        catch (ResultMapException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static IEnumerable<string> Describe(ResultsContent content, bool overwrite)
    {
        yield return $"{content.Lines:N0} lines"
            + (content.Model is null ? "" : $", answered by {content.Model}")
            + (content.Team is null ? "" : $", about {content.PullRequests:N0} pull requests of {content.Team}");
        yield return $"  {content.New:N0} get their first summary";
        yield return $"  {content.Refreshed:N0} get another summary in place of a stale one";
        yield return $"  {content.Fresh:N0} have a fresh summary"
            + (
                content.Fresh == 0 ? ""
                : overwrite ? ", which is overwritten (it stays in the history)"
                : " and keep it; this one goes into the history (--overwrite: it takes the place)"
            );
        yield return $"  {content.Failures.Values.Sum():N0} have none in it"
            + (content.Failures.Count == 0 ? "" : $": {Figures.Codes(content.Failures)}");
        foreach (
            var (what, names) in new[]
            {
                ("custom ids mean no pull request here, and are not saved", content.Unknown),
                ("lines of the map name a pull request that is not here or has an empty body", content.NotHere),
                ("custom ids of the map are in neither file", content.Unanswered),
            }
        )
        {
            if (names.Count > 0)
            {
                yield return $"  {names.Count:N0} {what}: {string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? ", …" : "")}";
            }
        }

        if (content.IsOfAnotherPrompt)
        {
            yield return "  It was not asked with this product's prompt: its summaries count as stale, which is covered but drawn apart.";
        }
    }
}
