using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Cli.Teams;

/// <summary><c>groqbatch teams add</c>.</summary>
internal sealed class TeamsAddCommand : CliCommand
{
    private readonly Argument<string> _slug = new("SLUG") { Description = "Its name on command lines and in addresses: a-z, 0-9 and -." };

    private readonly Option<string> _name = new("--name")
    {
        Description = "Its name as people read it.",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<double?> _goal = CommonOptions.Value<double>(
        "--goal",
        "a share above 0 and at most 1, such as 0.95",
        TeamRules.IsGoal
    );

    private readonly Option<string?> _ladder = LadderOption.Create();

    public TeamsAddCommand()
        : base(
            "add",
            "Adds a team.",
            "groqbatch teams add cal-com --name Cal.com",
            "groqbatch teams add posthog --name PostHog --goal 0.98",
            "groqbatch teams add posthog --name PostHog --ladder openai/gpt-oss-120b,qwen/qwen3.8-27b"
        )
    {
        _goal.Description = "The share of its pull requests that should have a summary. Default: Coverage:Goal of the settings (0.95).";
        _goal.HelpName = "SHARE";
        Add(_slug);
        Add(_name);
        Add(_goal);
        Add(_ladder);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var goal = invocation.Get(_goal) ?? host.Services.GetRequiredService<IOptions<CoverageOptions>>().Value.Goal;
        var team = await host
            .Services.GetRequiredService<ITeamStore>()
            .AddAsync(
                new NewTeam(invocation.Get(_slug), invocation.Get(_name)!, goal) { Ladder = LadderOption.Read(invocation.Get(_ladder)) },
                invocation.Actor,
                cancellationToken
            );
        invocation.Terminal.Out.WriteLine(
            Terminal.Safe(
                $"Added {team.Slug} ({team.Name}), goal {team.Goal * 100:0.##} %{(team.Ladder is null ? "" : $", {LadderOption.InWords(team.Ladder)}")}. Next: groqbatch import FILE... --team {team.Slug}"
            )
        );
        return ExitCode.Done;
    }
}
