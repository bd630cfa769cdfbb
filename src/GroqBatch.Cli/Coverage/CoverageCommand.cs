using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Coverage;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace GroqBatch.Cli.Coverage;

/// <summary><c>groqbatch coverage</c>.</summary>
internal sealed class CoverageCommand : CliCommand
{
    private readonly Option<string> _team = CommonOptions.Team("Only this team.", isRequired: false);
    private readonly Option<bool> _check = new("--check") { Description = "End with 1 when a team is below its goal." };
    private readonly Option<bool> _json = CommonOptions.Json();

    public CoverageCommand()
        : base(
            "coverage",
            "Shows how many pull requests have a summary. Eligible are those with a body; coverage is (summarised + stale) / eligible.",
            "groqbatch coverage",
            "groqbatch coverage --team cal-com --json",
            "groqbatch coverage --check || echo 'below goal'"
        )
    {
        Add(_team);
        Add(_check);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var provider = host.Services.GetRequiredService<GroqEndpoint>().ProviderName;
        var reader = host.Services.GetRequiredService<ICoverageReader>();
        CoverageOverview overview;
        if (invocation.Get(_team) is { } slug)
        {
            var team = await Invocation.FindTeamAsync(host, slug, cancellationToken);
            overview = (await reader.ReadTeamAsync(provider, team.Slug, cancellationToken))!;
        }
        else
        {
            overview = await reader.ReadAsync(provider, cancellationToken);
        }

        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(CoverageJson.ToText(overview));
        }
        else if (overview.Teams.Count == 0)
        {
            invocation.Terminal.Out.WriteLine("There are no teams yet. Add one: groqbatch teams add SLUG --name NAME");
        }
        else
        {
            invocation.Terminal.Answer.Write(TableOf(overview));
        }

        var below = overview.Teams.Where(team => !team.IsReached).ToList();
        if (!invocation.Get(_check) || below.Count == 0)
        {
            return ExitCode.Done;
        }

        foreach (var team in below)
        {
            invocation.Terminal.Note(
                $"{team.Team.Slug} is below its goal of {team.Team.Goal * 100:0.##} %: {team.MissingToGoal:N0} summaries are missing."
            );
        }

        return ExitCode.DoneWithFailures;
    }

    private static Table TableOf(CoverageOverview overview)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns(
                "team",
                "coverage",
                "goal",
                "missing to goal",
                "eligible",
                "summarised",
                "stale",
                "in flight",
                "failed",
                "parked",
                "pending",
                "excluded",
                "of all"
            );
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned().NoWrap();
        }

        foreach (var team in overview.Teams)
        {
            AddRow(table, team.Team.Slug, team.Counts, team.Team.Goal, team.MissingToGoal);
        }

        if (overview.Teams.Count > 1)
        {
            AddRow(table, "total", overview.Total, overview.Goal, overview.MissingToGoal);
        }

        return table;
    }

    private static void AddRow(Table table, string team, CoverageCounts counts, double goal, int missing) =>
        table.AddRow(
            Terminal.Cell(team),
            Terminal.Cell(Share.ToPercent(counts.Summarised + counts.Stale, counts.Eligible)),
            Terminal.Cell($"{goal * 100:0.##} %"),
            Terminal.Cell($"{missing:N0}"),
            Terminal.Cell($"{counts.Eligible:N0}"),
            Terminal.Cell($"{counts.Summarised:N0}"),
            Terminal.Cell($"{counts.Stale:N0}"),
            Terminal.Cell($"{counts.InFlight:N0}"),
            Terminal.Cell($"{counts.Failed:N0}"),
            Terminal.Cell($"{counts.Parked:N0}"),
            Terminal.Cell($"{counts.Pending:N0}"),
            Terminal.Cell($"{counts.Excluded:N0}"),
            Terminal.Cell(Share.ToPercent(counts.Summarised + counts.Stale, counts.Total))
        );
}
