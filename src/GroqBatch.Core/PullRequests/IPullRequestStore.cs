namespace GroqBatch.Core.PullRequests;

/// <summary>A pull request ready to be stored.</summary>
/// <param name="PullRequest">The content; its texts storable (no U+0000, no lone surrogates), its dates UTC.</param>
/// <param name="ContentHash">As <see cref="PullRequests.ContentHash.Of"/> gives it.</param>
/// <param name="PromptBytes">UTF-8 bytes of its user prompt.</param>
public sealed record ImportedPullRequest(PullRequest PullRequest, byte[] ContentHash, int PromptBytes);

/// <summary>What storing a pull request did.</summary>
public enum PullRequestChange
{
    /// <summary>Everything stored was the same already; its row was not touched.</summary>
    Unchanged,

    /// <summary>It is new.</summary>
    Added,

    /// <summary>It was there, and something is different now.</summary>
    Updated,
}

/// <summary>Pull requests in the database.</summary>
public interface IPullRequestStore
{
    /// <summary>
    /// Adds what is new and updates what has changed, in one transaction. What follows for summaries and coverage follows in the same one: a
    /// changed content makes a summary stale, an emptied body excludes the pull request and keeps its summary.
    /// </summary>
    /// <param name="teamId">Whose they are.</param>
    /// <param name="pullRequests">No two with the same repository and number.</param>
    /// <returns>For each of them, in their order, what happened.</returns>
    Task<PullRequestChange[]> UpsertAsync(int teamId, IReadOnlyList<ImportedPullRequest> pullRequests, CancellationToken cancellationToken);
}
