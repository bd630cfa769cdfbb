using GroqBatch.Core.Access;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Samples;

/// <summary>Sample teams in the database.</summary>
public interface ISampleStore
{
    /// <summary>Whether any sample team is there.</summary>
    Task<bool> ExistsAsync(CancellationToken cancellationToken);

    /// <summary>Adds a team with everything that is its own, in one transaction; writes an audit event.</summary>
    /// <returns>False when a sample team with this slug is there already.</returns>
    /// <exception cref="Teams.InvalidTeamException">A team that is no sample has this slug.</exception>
    Task<bool> AddAsync(SampleTeam team, Actor actor, CancellationToken cancellationToken);

    /// <summary>Removes every sample team with everything that is its own, in one transaction; writes an audit event for each.</summary>
    /// <returns>The slugs of those removed.</returns>
    Task<IReadOnlyList<string>> RemoveAsync(Actor actor, CancellationToken cancellationToken);
}

/// <summary>A sample team with its pull requests and the completed run that summarised some of them.</summary>
public sealed record SampleTeam
{
    public required string Slug { get; init; }
    public required string Name { get; init; }
    public required double Goal { get; init; }

    /// <summary>All of them, no two with the same repository and number.</summary>
    public required IReadOnlyList<ImportedPullRequest> PullRequests { get; init; }

    public required SampleRun Run { get; init; }
}

/// <summary>A completed run: everybody in it has a summary, some on the second rung.</summary>
public sealed record SampleRun
{
    public required string Provider { get; init; }

    /// <summary>Two rungs.</summary>
    public required Ladder Ladder { get; init; }

    public required string PromptVersion { get; init; }
    public required RunSettings Settings { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What happened to each pull request it selected, in its order.</summary>
    public required IReadOnlyList<SampleOutcome> Outcomes { get; init; }
}

/// <summary>What happened to one pull request.</summary>
/// <param name="PullRequest">One of the team's.</param>
/// <param name="Failure">How it failed on the first rung; null when it succeeded there.</param>
/// <param name="Usage">Of the attempt that succeeded.</param>
/// <param name="Summary">What that attempt answered.</param>
public sealed record SampleOutcome(PullRequest PullRequest, SampleFailure? Failure, TokenUsage Usage, SummaryDocument Summary);

/// <summary>A failure as a provider reports it.</summary>
/// <param name="Code">Ours.</param>
/// <param name="Message">The provider's.</param>
/// <param name="Generated">What the model had written.</param>
public sealed record SampleFailure(FailureCode Code, string Message, string Generated);
