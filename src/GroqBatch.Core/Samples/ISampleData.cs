using GroqBatch.Core.Access;

namespace GroqBatch.Core.Samples;

/// <summary>Sample teams for trying the product out: generated pull requests, some of them summarised by a completed run.</summary>
public interface ISampleData
{
    /// <summary>Whether any sample team is there.</summary>
    Task<bool> ExistsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Adds the sample teams that are missing, each in one transaction. Takes <see cref="Right.Administer"/>. Safe to take twice, and by two
    /// processes at once.
    /// </summary>
    /// <returns>The slugs of the teams that were added.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    /// <exception cref="Teams.InvalidTeamException">A team of one's own has a sample team's slug.</exception>
    Task<IReadOnlyList<string>> AddAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Removes every sample team with its pull requests, runs and summaries, in one transaction. Takes <see cref="Right.Administer"/>. Safe to
    /// take twice.
    /// </summary>
    /// <returns>The slugs of the teams that were removed.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<IReadOnlyList<string>> RemoveAsync(Actor actor, CancellationToken cancellationToken);
}
