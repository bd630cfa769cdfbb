using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Coverage;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

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
            TableOf(overview).Write(invocation.Terminal.Answer);
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

    private static FittedTable TableOf(CoverageOverview overview)
    {
        var table = new FittedTable(
            new("team"),
            new("coverage", Fit.Figure),
            new("goal", Fit.Figure),
            new("missing to goal", Fit.Figure),
            new("eligible", Fit.Figure),
            new("summarised", Fit.Figure, Rank: 1),
            new("stale", Fit.Figure, Rank: 5),
            new("in flight", Fit.Figure, Rank: 4),
            new("failed", Fit.Figure, Rank: 2),
            new("parked", Fit.Figure, Rank: 6),
            new("pending", Fit.Figure, Rank: 3),
            new("excluded", Fit.Figure, Rank: 7),
            new("of all", Fit.Figure, Rank: 8)
        );
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

    private static void AddRow(FittedTable table, string team, CoverageCounts counts, double goal, int missing) =>
        table.AddRow(
            team,
            Share.ToPercent(counts.Summarised + counts.Stale, counts.Eligible),
            $"{goal * 100:0.##} %",
            $"{missing:N0}",
            $"{counts.Eligible:N0}",
            $"{counts.Summarised:N0}",
            $"{counts.Stale:N0}",
            $"{counts.InFlight:N0}",
            $"{counts.Failed:N0}",
            $"{counts.Parked:N0}",
            $"{counts.Pending:N0}",
            $"{counts.Excluded:N0}",
            Share.ToPercent(counts.Summarised + counts.Stale, counts.Total)
        );
}
