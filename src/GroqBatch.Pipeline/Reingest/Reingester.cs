using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Batches;
using GroqBatch.Pipeline.Leases;
using GroqBatch.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Reingest;

/// <summary>
/// Reads the raw files of ingested batches again. It holds the run's lease meanwhile, so that nobody moves the run; a batch whose files can't
/// all be had is left alone, since what is absent from a file that is absent was not unanswered.
/// </summary>
internal sealed partial class Reingester(
    IRunStore runs,
    IBatchStore batches,
    IReingestStore store,
    IBatchFileFormat format,
    RawFiles rawFiles,
    RawFileFetcher fetcher,
    ILeases leases,
    PipelineIdentity identity,
    IOptions<PipelineOptions> options,
    TimeProvider time,
    ILogger<Reingester> logger
) : IReingest
{
    public async Task<ReingestReport?> ReingestAsync(Guid runId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        if (await runs.FindAsync(runId, cancellationToken) is null)
        {
            return null;
        }

        await using var keeper = await LeaseKeeper.TakeAsync(
            leases,
            Lease.ForRun(runId),
            identity.NewOwner(),
            options.Value.LeaseDuration,
            time,
            logger,
            cancellationToken
        );
        if (keeper is null)
        {
            return Refuse(runId, "It is being moved at this moment; try again when it rests, or hold it.");
        }

        var lost = await store.FindLostRowsAsync(runId, keeper.Token);
        if (lost.Count > 0)
        {
            return Refuse(
                runId,
                $"The ledger has lost more than outcomes, which raw files can't give back: {string.Join(" ", lost)} Take the database's backup, or import the run's bundle into an installation that has not got it."
            );
        }

        // Read under the lease: as it is now, it stays.
        var run = (await runs.FindAsync(runId, keeper.Token))!;
        var all = await batches.ListAllAsync(runId, keeper.Token);
        var readable = new List<Ingest>();
        var missing = new List<string>();
        foreach (var batch in all.Where(batch => batch.State == BatchState.Ingested).OrderBy(batch => batch.IngestedAt))
        {
            var faults = await FetchAsync(run, batch, keeper.Token);
            missing.AddRange(faults);
            if (faults.Count == 0)
            {
                readable.Add(Describe(run, batch, keeper.Token));
            }
        }

        var changes = await store.RestoreAsync(run, readable, actor, keeper.Lease, keeper.Token);
        var report = new ReingestReport
        {
            RunId = runId,
            Batches = readable.Count,
            Changes = changes,
            Missing = missing,
            Differences = await runs.ReconcileAsync(runId, keeper.Token),
        };
        Log.Reingested(logger, runId, report.Batches, changes.Attempts, changes.Requests, changes.Summaries, changes.Contradicted);
        return report;
    }

    private static ReingestReport Refuse(Guid runId, string why) => new() { RunId = runId, Refusal = why };

    private Ingest Describe(Run run, Batch batch, CancellationToken cancellationToken)
    {
        // As the run was when the batch was ingested: what follows from a failure, and how it is told, depended on it.
        var wasCancelling = run.CancelRequestedAt is { } at && batch.IngestedAt >= at;
        var then = run with { State = wasCancelling ? RunState.Cancelling : RunState.Running };
        string[] paths = [rawFiles.PathOf(run.Id, batch.Id, RawFileKind.Output), rawFiles.PathOf(run.Id, batch.Id, RawFileKind.Error)];
        return BatchIngester.Describe(then, batch, BatchIngester.ReadAsync(format, paths, cancellationToken));
    }

    private async Task<List<string>> FetchAsync(Run run, Batch batch, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var (kind, fileId) in new[] { (RawFileKind.Output, batch.OutputFileId), (RawFileKind.Error, batch.ErrorFileId) })
        {
            if (fileId is null)
            {
                continue;
            }

            var path = rawFiles.PathOf(run.Id, batch.Id, kind);
            var fault = await fetcher.TryFetchAsync(run.Provider, fileId, path, cancellationToken);
            if (fault is null && await Digests.TryOfContentAsync(path, cancellationToken) is null)
            {
                fault = RawFileFetcher.Damaged;
            }

            if (fault is not null)
            {
                faults.Add($"Pass {batch.Pass}, batch {batch.Ordinal}, {kind.ToString().ToLowerInvariant()} file: {fault}");
            }
        }

        return faults;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Run {RunId} was reingested from {Batches} batches: {Attempts} attempts, {Requests} requests, {Summaries} summaries given back; {Contradicted} are told otherwise by their files"
        )]
        public static partial void Reingested(
            ILogger logger,
            Guid runId,
            int batches,
            int attempts,
            int requests,
            int summaries,
            int contradicted
        );
    }
}
