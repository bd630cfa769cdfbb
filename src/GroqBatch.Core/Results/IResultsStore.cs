using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;

namespace GroqBatch.Core.Results;

/// <summary>The ledger's part of saving batches that this process did not send.</summary>
public interface IResultsStore
{
    /// <summary>The batch in the ledger that has this id at the provider, or else this nonce; null: there is none.</summary>
    Task<(Guid RunId, Guid BatchId)?> FindBatchAsync(
        string provider,
        string providerBatchId,
        Guid? nonce,
        CancellationToken cancellationToken
    );

    /// <summary>The pull requests that lines of a map mean, and how they stand with a provider; those that are not here are absent.</summary>
    Task<IReadOnlyList<KnownPullRequest>> FindAsync(string provider, IReadOnlyList<ResultMapLine> map, CancellationToken cancellationToken);

    /// <summary>The pull requests with these keys, their custom ids formatted as this installation does.</summary>
    Task<IReadOnlyList<KnownPullRequest>> FindAsync(string provider, IReadOnlyCollection<long> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a run of a finished batch, takes what came back and ends it, in one transaction: it happened or it did not. No request of it is ever
    /// sent again.
    /// </summary>
    /// <returns>False when the batch was in the ledger by then: nothing was changed.</returns>
    Task<bool> SaveAsync(NewResults results, Actor actor, CancellationToken cancellationToken);
}

/// <summary>A pull request that an answer is about.</summary>
/// <param name="CustomId">What the batch calls it.</param>
/// <param name="Id">Its key.</param>
/// <param name="TeamId">Its team's key.</param>
/// <param name="Team">Its team's slug.</param>
/// <param name="State">Where it stands, such as <c>summarised</c>.</param>
public sealed record KnownPullRequest(string CustomId, long Id, int TeamId, string Team, string State);

/// <summary>A finished batch to be made a run of.</summary>
public sealed record NewResults
{
    public required Guid RunId { get; init; }
    public required Guid BatchId { get; init; }
    public required int TeamId { get; init; }
    public required string Provider { get; init; }

    /// <summary>As the provider describes it, ended.</summary>
    public required ProviderBatch Batch { get; init; }

    /// <summary>Its one rung; prices are null where they are unknown.</summary>
    public required Rung Rung { get; init; }

    /// <summary>Of the prompts in it; major version 0: not one of this product's.</summary>
    public required string PromptVersion { get; init; }

    /// <summary>SHA-256 of its request file; 32 zeros where it can't be had.</summary>
    public required byte[] RequestFileHash { get; init; }

    /// <summary>Of its request file; 0 where it can't be had.</summary>
    public required long Bytes { get; init; }

    /// <summary>What it has answers about.</summary>
    public required IReadOnlyList<KnownPullRequest> PullRequests { get; init; }

    /// <summary>Whether its custom ids are not this installation's, so that what they mean has to be kept.</summary>
    public required bool IsMapped { get; init; }

    /// <summary>See <see cref="SaveResults.Overwrite"/>.</summary>
    public required bool Overwrite { get; init; }

    /// <summary>What to take of it: made of the run and the batch as they will stand.</summary>
    public required Func<Runs.Run, Runs.Batch, Ingest> Describe { get; init; }
}
