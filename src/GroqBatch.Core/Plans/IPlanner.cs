using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;

namespace GroqBatch.Core.Plans;

/// <summary>Says what it would take to bring a team to its goal, in several ways side by side. Starts nothing.</summary>
public interface IPlanner
{
    /// <summary>The ways, each over everything that is missing. Takes <see cref="Right.View"/>.</summary>
    /// <param name="slug">The team's.</param>
    /// <returns>Null when there is no such team.</returns>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<Plan?> PlanAsync(string slug, Actor actor, CancellationToken cancellationToken);
}

/// <summary>What it would take to bring a team to its goal.</summary>
public sealed record Plan
{
    public required TeamCoverage Team { get; init; }

    /// <summary><c>groq</c> or <c>simulator</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Pull requests that a full run would take.</summary>
    public required int Selected { get; init; }

    /// <summary>Pull requests left out because another live run has them.</summary>
    public required int ClaimedElsewhere { get; init; }

    /// <summary>From the plainest on; the configured ladder with all its rungs is among them.</summary>
    public required IReadOnlyList<PlanOption> Options { get; init; }
}

/// <summary>One way to the goal.</summary>
/// <param name="Kind">What distinguishes it.</param>
/// <param name="Ladder">The rungs it would use.</param>
/// <param name="Full">What a run over everything that is missing is likely to take.</param>
/// <param name="ToGoal">
/// What a run of <see cref="Estimate.EnoughForGoal"/> pull requests is likely to take; null when the goal is reached already, when all are needed, or
/// when not even all are enough.
/// </param>
public sealed record PlanOption(PlanKind Kind, Ladder Ladder, Estimate Full, Estimate? ToGoal);

/// <summary>What distinguishes a way to the goal.</summary>
public enum PlanKind
{
    /// <summary>The first rung alone.</summary>
    WithoutFallback,

    /// <summary>The whole ladder.</summary>
    WithFallback,

    /// <summary>From the second rung on.</summary>
    StartOnFallback,

    /// <summary>The whole ladder, with its first model asked in JSON mode instead of being held to the schema.</summary>
    JsonMode,
}
