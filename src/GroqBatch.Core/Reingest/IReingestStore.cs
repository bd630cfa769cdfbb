using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Reingest;

/// <summary>Gives back to the ledger what raw files say.</summary>
public interface IReingestStore
{
    /// <summary>
    /// What the ledger has lost that no raw file can give back, in words: rows of requests or attempts. Empty when every row is there.
    /// </summary>
    Task<IReadOnlyList<string>> FindLostRowsAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Restores what is missing, in one transaction.</summary>
    /// <param name="run">As it is now.</param>
    /// <param name="batches">The ingested batches whose files are there, in the order in which they were ingested; each is read once.</param>
    /// <param name="actor">Who asked; named on the timeline and in the audit log.</param>
    /// <param name="lease">The run's.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then.</param>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<ReingestChanges> RestoreAsync(
        Run run,
        IReadOnlyList<Ingest> batches,
        Actor actor,
        Lease lease,
        CancellationToken cancellationToken
    );
}
