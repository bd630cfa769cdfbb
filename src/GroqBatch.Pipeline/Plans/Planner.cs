using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Runs;

namespace GroqBatch.Pipeline.Plans;

/// <summary>Asks the same question of several ladders.</summary>
internal sealed class Planner(
    IRunStore runs,
    ICoverageReader coverage,
    ILadderResolver ladders,
    IBatchProvider provider,
    RunEstimator estimator
) : IPlanner
{
    public async Task<Plan?> PlanAsync(string slug, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        if (await coverage.ReadTeamAsync(provider.Name, slug, cancellationToken) is not { Teams: [var team] })
        {
            return null;
        }

        var ladder = await ladders.ResolveAsync(team.Team.OwnLadder, cancellationToken);
        var selection = new RunSelection { TeamId = team.Team.Id, Provider = provider.Name };
        var count = await runs.CountSelectionAsync(selection, cancellationToken);
        var question = await estimator.AskAsync(selection, count, ladder, cancellationToken);
        return new Plan
        {
            Team = team,
            Provider = provider.Name,
            Selected = count.Selected,
            ClaimedElsewhere = count.ClaimedElsewhere,
            Options = [.. WaysOf(ladder).Select(way => OptionOf(way.Kind, question with { Ladder = way.Ladder }))],
        };
    }

    private static IEnumerable<(PlanKind Kind, Ladder Ladder)> WaysOf(Ladder ladder)
    {
        yield return (PlanKind.WithoutFallback, ladder.WithoutFallback());
        if (ladder.Rungs.Count > 1)
        {
            yield return (PlanKind.WithFallback, ladder);
            yield return (
                PlanKind.StartOnFallback,
                ladder with
                {
                    Rungs = [.. ladder.Rungs.Skip(1).Select(rung => rung with { Ordinal = rung.Ordinal - 1 })],
                }
            );
        }

        // Any model takes JSON mode; only some are held to a schema, so there is no way to be shown in the other direction.
        if (ladder.Rungs[0].ResponseFormat == ResponseFormat.JsonSchema)
        {
            yield return (
                PlanKind.JsonMode,
                ladder with
                {
                    Rungs = [ladder.Rungs[0] with { ResponseFormat = ResponseFormat.JsonObject }, .. ladder.Rungs.Skip(1)],
                }
            );
        }
    }

    private static PlanOption OptionOf(PlanKind kind, ForecastQuestion question)
    {
        var full = Forecast.Of(question);
        return new PlanOption(
            kind,
            question.Ladder,
            full,
            full.EnoughForGoal is { } enough and > 0 && enough < question.Selected
                ? Forecast.Of(
                    question with
                    {
                        Selected = enough,
                        Refreshed = 0,
                        PromptBytes = (long)((double)question.PromptBytes / question.Selected * enough),
                    }
                )
                : null
        );
    }
}
