namespace GroqBatch.Core.Coverage;

/// <summary>Coverage by repository and month, from counters.</summary>
public interface ICoverageGridReader
{
    /// <summary>Every repository and month (of creation, UTC) of a team that has a pull request, by repository and month.</summary>
    Task<IReadOnlyList<CoverageCell>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken);
}

/// <summary>A repository in a month.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Month">Its first day.</param>
/// <param name="Counts">Where its pull requests stand.</param>
public sealed record CoverageCell(string Repository, DateOnly Month, CoverageCounts Counts);
