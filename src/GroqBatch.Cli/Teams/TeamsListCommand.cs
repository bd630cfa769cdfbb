using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

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

        var table = new Table().Border(TableBorder.None).AddColumns("team", "name", "goal", "ladder", "");
        table.Columns[2].RightAligned();
        foreach (var team in teams)
        {
            table.AddRow(
                Terminal.Cell(team.Slug),
                Terminal.Cell(team.Name),
                Terminal.Cell($"{team.Goal * 100:0.##} %"),
                Terminal.Cell(team.Ladder is null ? "installation's" : string.Join(", ", team.Ladder)),
                Terminal.Cell(team.IsSample ? "sample" : "")
            );
        }

        invocation.Terminal.Answer.Write(table);
        return ExitCode.Done;
    }
}

/// <summary>A team as JSON.</summary>
/// <param name="Ladder">The models of its own ladder, rung 1 first; null: the installation's.</param>
internal sealed record TeamJson(string Team, string Name, double Goal, bool IsSample, IReadOnlyList<string>? Ladder);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TeamJson[]))]
internal sealed partial class TeamJsonContext : JsonSerializerContext;
