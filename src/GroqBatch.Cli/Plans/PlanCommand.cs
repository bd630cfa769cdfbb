using System.CommandLine;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Plans;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Cli.Plans;

/// <summary><c>groqbatch plan</c>.</summary>
internal sealed class PlanCommand : CliCommand
{
    private readonly Option<string> _team = CommonOptions.Team("The team to plan for.", isRequired: true);
    private readonly Option<bool> _json = CommonOptions.Json();

    public PlanCommand()
        : base(
            "plan",
            "Shows what it would take to bring a team to its goal, in several ways side by side. Starts nothing.",
            "groqbatch plan --team cal-com",
            "groqbatch plan --team cal-com --json | jq '.options[] | {kind, chanceToReachGoal}'"
        )
    {
        Add(_team);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var planner = host.Services.GetRequiredService<IPlanner>();
        var plan =
            await planner.PlanAsync(team.Slug, invocation.Actor, cancellationToken)
            ?? throw new UsageException($"There is no team '{team.Slug}' any more.");
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(PlanJson.Of(plan).ToString());
        }
        else
        {
            Write(invocation.Terminal.Answer, plan);
        }

        return ExitCode.Done;
    }

    private static void Write(IAnsiConsole console, Plan plan)
    {
        var counts = plan.Team.Counts;
        Line(
            $"{plan.Team.Team.Name} ({plan.Team.Team.Slug}): {Share.ToPercent(counts.Summarised + counts.Stale, counts.Eligible)} of {counts.Eligible:N0} "
                + $"eligible pull requests have a summary; the goal is {plan.Team.Team.Goal * 100:0.##} %. Nothing is started."
        );
        Line(
            plan.Team.IsReached
                ? "The goal is reached."
                : $"{plan.Team.MissingToGoal:N0} more {(plan.Team.MissingToGoal == 1 ? "summary reaches" : "summaries reach")} it; {Figures.PullRequests(plan.Selected)} can be sent"
                    + (plan.ClaimedElsewhere > 0 ? $", {plan.ClaimedElsewhere:N0} more are in another run." : ".")
        );
        if (plan.Selected == 0)
        {
            return;
        }

        if (plan.Options[0].Ladder.Owner is not null)
        {
            Line("The ways are those of the team's own ladder.");
        }

        var table = new FittedTable(
            new("way", Fit.Text),
            new("requests", Fit.Figure),
            new("cost", Fit.Figure),
            new("time", Fit.Figure, Rank: 4),
            new("coverage after", Fit.Figure, Rank: 2),
            new("chance of the goal", Fit.Figure, Rank: 1),
            new("enough for the goal", Fit.Figure, Rank: 3)
        );
        foreach (var option in plan.Options)
        {
            var full = option.Full;
            table.AddRow(
                PlanText.WayOf(option),
                Figures.Between(full.Requests),
                full.Cost is { } cost ? Figures.DollarsBetween(cost) : "unknown",
                full.Seconds is { } seconds ? Figures.TimeBetween(seconds) : "unknown",
                full.CoverageAfter is { } after ? Percents(after) : "unknown",
                full.ChanceToReachGoal is { } chance ? Figures.Chance(chance) : "unknown",
                full.EnoughForGoal is { } enough ? $"{enough:N0}" : "not sure even with all"
            );
        }

        table.Write(console);
        foreach (var option in plan.Options)
        {
            Line($"{PlanText.WayOf(option)}: {option.Full.Basis}");
        }

        if (plan.Options[0].Full is { Seconds: null, LatestSeconds: { } latest })
        {
            Line($"Each pass ends within {Figures.Time(TimeSpan.FromSeconds(latest))} at the latest: that is its completion window.");
        }

        void Line(string text) => Terminal.Line(console, text);
    }

    private static string Percents(Range range) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Down(range.Low)} to {Down(range.High)} %");

    // Never rounded up: 100 means all of it.
    private static double Down(double share) => Math.Floor((share * 1_000) + 1e-9) / 10;
}
