using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Plans;

namespace GroqBatch.Cli.Plans;

/// <summary>A plan as JSON: the form that scripts read, so no member of it is ever renamed.</summary>
internal sealed record PlanJson
{
    public required string Team { get; init; }
    public required string Provider { get; init; }
    public required int Eligible { get; init; }

    /// <summary>A share, rounded down to six places.</summary>
    public required decimal Coverage { get; init; }

    public required double Goal { get; init; }
    public required int MissingToGoal { get; init; }
    public required int Selected { get; init; }
    public required int ClaimedElsewhere { get; init; }

    /// <summary>Whether the ladder is the team's own; otherwise the installation's.</summary>
    public required bool IsOwnLadder { get; init; }

    public required IReadOnlyList<PlanOptionJson> Options { get; init; }

    /// <summary>The form of a plan.</summary>
    public static PlanJson Of(Plan plan) =>
        new()
        {
            Team = plan.Team.Team.Slug,
            Provider = plan.Provider,
            Eligible = plan.Team.Counts.Eligible,
            Coverage = Share.RoundedDown(plan.Team.Counts.Summarised + plan.Team.Counts.Stale, plan.Team.Counts.Eligible),
            Goal = plan.Team.Team.Goal,
            MissingToGoal = plan.Team.MissingToGoal,
            Selected = plan.Selected,
            ClaimedElsewhere = plan.ClaimedElsewhere,
            IsOwnLadder = plan.Options.Any(option => option.Ladder.Owner is not null),
            Options =
            [
                .. plan.Options.Select(option => new PlanOptionJson(
                    JsonNamingPolicy.CamelCase.ConvertName(option.Kind.ToString()),
                    [.. option.Ladder.Rungs.Select(rung => rung.Model)],
                    option.Full.ChanceToReachGoal,
                    option.Full.EnoughForGoal,
                    option.Full,
                    option.ToGoal
                )),
            ],
        };

    /// <summary>One line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, PlanJsonContext.Default.PlanJson);
}

/// <summary>A way to the goal in <see cref="PlanJson"/>.</summary>
/// <param name="Kind"><c>withoutFallback</c>, <c>withFallback</c>, <c>startOnFallback</c> or <c>jsonMode</c>.</param>
/// <param name="Models">By rung.</param>
/// <param name="ChanceToReachGoal">After everything that can be sent; 0 to 1.</param>
/// <param name="EnoughForGoal">Pull requests that are enough in 19 of 20 runs; null: not even all.</param>
/// <param name="Full">For everything that can be sent.</param>
/// <param name="ToGoal">For as many as are enough; null where that is all, none, or not known.</param>
internal sealed record PlanOptionJson(
    string Kind,
    IReadOnlyList<string> Models,
    double? ChanceToReachGoal,
    int? EnoughForGoal,
    Estimate Full,
    Estimate? ToGoal
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlanJson))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
