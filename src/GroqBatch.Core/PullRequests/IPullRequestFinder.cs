namespace GroqBatch.Core.PullRequests;

/// <summary>Finds pull requests by what people call them.</summary>
public interface IPullRequestFinder
{
    /// <summary>The pull requests of a team with a number; several when several repositories have it.</summary>
    /// <param name="repository"><c>owner/name</c>; null: any.</param>
    Task<IReadOnlyList<FoundPullRequest>> FindAsync(int teamId, string? repository, long number, CancellationToken cancellationToken);
}

/// <summary>A pull request that was found.</summary>
public sealed record FoundPullRequest(long Id, string Repository, long Number, string Title);
