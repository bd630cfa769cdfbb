using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Teams;

/// <summary><c>groqbatch teams set</c>.</summary>
internal sealed class TeamsSetCommand : CliCommand
{
    private readonly Argument<string> _slug = new("SLUG") { Description = "Which team." };
    private readonly Option<string?> _name = new("--name") { Description = "Its name as people read it.", HelpName = "NAME" };

    private readonly Option<double?> _goal = CommonOptions.Value<double>(
        "--goal",
        "a share above 0 and at most 1, such as 0.95",
        TeamRules.IsGoal
    );

    private readonly Option<string?> _ladder = LadderOption.Create();
    private readonly Option<bool> _defaultLadder = new("--default-ladder") { Description = "The installation's ladder from now on." };

    public TeamsSetCommand()
        : base(
            "set",
            "Changes a team's name, goal or ladder. Runs that have been started keep what they were started with.",
            "groqbatch teams set posthog --goal 0.98",
            "groqbatch teams set posthog --ladder openai/gpt-oss-120b,qwen/qwen3.8-27b",
            "groqbatch teams set posthog --default-ladder"
        )
    {
        _goal.Description = "The share of its pull requests that should have a summary.";
        _goal.HelpName = "SHARE";
        Add(_slug);
        Add(_name);
        Add(_goal);
        Add(_ladder);
        Add(_defaultLadder);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var change = ChangeOf(invocation);
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var before = await Invocation.FindTeamAsync(host, invocation.Get(_slug), cancellationToken);
        var after =
            await host.Services.GetRequiredService<ITeamStore>().UpdateAsync(before.Slug, change, invocation.Actor, cancellationToken)
            ?? throw new UsageException($"There is no team '{before.Slug}' any more.");
        invocation.Terminal.Out.WriteLine(Terminal.Safe(Say(before, after)));
        return ExitCode.Done;
    }

    private TeamChange ChangeOf(Invocation invocation)
    {
        var (name, goal, ladder) = (invocation.Get(_name), invocation.Get(_goal), LadderOption.Read(invocation.Get(_ladder)));
        if (ladder is not null && invocation.Get(_defaultLadder))
        {
            throw new UsageException("--ladder and --default-ladder exclude each other: the one names a ladder, the other takes it away.");
        }

        ladder ??= invocation.Get(_defaultLadder) ? [] : null;
        return name is null && goal is null && ladder is null
            ? throw new UsageException("Say what to change: --name, --goal, --ladder or --default-ladder.")
            : new TeamChange
            {
                Name = name,
                Goal = goal,
                Ladder = ladder,
            };
    }

    private static string Say(Team before, Team after)
    {
        var changes = new List<string>();
        if (after.Name != before.Name)
        {
            changes.Add($"the name is {after.Name} (was {before.Name})");
        }

        if (after.Goal != before.Goal)
        {
            changes.Add($"the goal is {after.Goal * 100:0.##} % (was {before.Goal * 100:0.##} %)");
        }

        if (after with { Ladder = before.Ladder } != after)
        {
            changes.Add($"its runs take {LadderOption.InWords(after.Ladder)} (was {LadderOption.InWords(before.Ladder)})");
        }

        return changes.Count == 0 ? $"{after.Slug}: nothing to change, it is so already." : $"{after.Slug}: {string.Join(", ", changes)}.";
    }
}
