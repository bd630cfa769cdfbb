using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Teams;

/// <summary><c>groqbatch teams list</c>.</summary>
internal sealed class TeamsListCommand : CliCommand
{
    private readonly Option<bool> _json = CommonOptions.Json();

    public TeamsListCommand()
        : base("list", "Lists the teams.", "groqbatch teams list", "groqbatch teams list --json")
    {
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var teams = await host.Services.GetRequiredService<ITeamStore>().ListAsync(cancellationToken);
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(
                JsonSerializer.Serialize(
                    [.. teams.Select(team => new TeamJson(team.Slug, team.Name, team.Goal, team.IsSample, team.Ladder))],
                    TeamJsonContext.Default.TeamJsonArray
                )
            );
            return ExitCode.Done;
        }

        if (teams.Count == 0)
        {
            invocation.Terminal.Out.WriteLine("There are no teams yet. Add one: groqbatch teams add SLUG --name NAME");
            return ExitCode.Done;
        }

        var table = new FittedTable(new("team"), new("name", Fit.Text), new("goal", Fit.Figure), new("ladder", Fit.Text, Rank: 1), new(""));
        foreach (var team in teams)
        {
            table.AddRow(
                team.Slug,
                team.Name,
                $"{team.Goal * 100:0.##} %",
                team.Ladder is null ? "installation's" : string.Join(", ", team.Ladder),
                team.IsSample ? "sample" : ""
            );
        }

        table.Write(invocation.Terminal.Answer);
        return ExitCode.Done;
    }
}

/// <summary>A team as JSON.</summary>
/// <param name="Ladder">The models of its own ladder, rung 1 first; null: the installation's.</param>
internal sealed record TeamJson(string Team, string Name, double Goal, bool IsSample, IReadOnlyList<string>? Ladder);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TeamJson[]))]
internal sealed partial class TeamJsonContext : JsonSerializerContext;
