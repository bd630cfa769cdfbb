using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Storage;
using GroqBatch.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Batches;

/// <summary>
/// Brings a written batch to the provider: upload, then creation. The creation is never repeated on suspicion: its intent is committed first,
/// and a reply that never came is looked for in the provider's list before anything is sent again.
/// </summary>
internal sealed partial class BatchSubmitter(
    IBatchStore batches,
    IBatchProvider provider,
    IInstallation installation,
    RawFiles rawFiles,
    TimeProvider time,
    IOptions<PipelineOptions> options,
    ILogger<BatchSubmitter> logger
)
{
    // For what is done about a second batch when this host is the one that should not have made it: its own work has been stopped by then.
    private static readonly TimeSpan TwinTime = TimeSpan.FromSeconds(30);

    private readonly PipelineOptions _options = options.Value;

    /// <summary>Planned → Uploaded. A lost reply costs a second upload, nothing more: a file that no batch uses is never billed.</summary>
    /// <exception cref="AttentionException">A person is needed.</exception>
    public async Task UploadAsync(Batch batch, Lease lease, CancellationToken cancellationToken)
    {
        using var activity = PipelineActivities.StartBatch("batch.upload", batch);
        var plain = rawFiles.UploadPathOf(batch.RunId, batch.Id);
        var compressed = rawFiles.PathOf(batch.RunId, batch.Id, RawFileKind.Request);
        if (!File.Exists(plain) || new FileInfo(plain).Length != batch.Bytes)
        {
            // Written by another host, or before the plain file was removed.
            if (!await TryRestoreAsync(compressed, plain, batch.Bytes, cancellationToken))
            {
                await batches.AbandonAsync(batch.Id, "its file is gone from this host; it is written again.", lease, cancellationToken);
                return;
            }
        }

        string fileId;
        try
        {
            fileId = await provider.UploadAsync(plain, $"groqbatch-{batch.Nonce:N}.jsonl", cancellationToken);
        }
        catch (FileNotFoundException)
        {
            // Somebody who shares the folder has taken this over and uploaded it; if not, the next look finds out.
            return;
        }
        catch (ProviderException failure)
        {
            await batches.RecordTroubleAsync(
                batch.Id,
                failure.Message,
                Backoff.After(failure, batch.Troubles, _options),
                lease,
                cancellationToken
            );
            ThrowIfPerson(failure);
            return;
        }

        await batches.MarkUploadedAsync(batch.Id, fileId, lease, cancellationToken);
        File.Delete(plain);
    }

    private static async Task<bool> TryRestoreAsync(string compressed, string plain, long bytes, CancellationToken cancellationToken)
    {
        if (!RawFiles.IsThere(compressed))
        {
            return false;
        }

        try
        {
            await RawFiles.DecompressAsync(compressed, plain, cancellationToken);
        }
        catch (InvalidDataException)
        {
            // Damaged is as good as gone.
            return false;
        }

        return new FileInfo(plain).Length == bytes;
    }

    /// <summary>Uploaded → Submitted.</summary>
    /// <returns>What stood in the way, if anything did.</returns>
    /// <exception cref="AttentionException">A person is needed.</exception>
    public async Task<(SendingVerdict Verdict, string Explanation)> SubmitAsync(
        Run run,
        Batch batch,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        using var activity = PipelineActivities.StartBatch("batch.submit", batch);
        var metadata = new BatchMetadata(batch.Nonce, await installation.GetIdAsync(cancellationToken), run.Id, batch.Pass);

        // From before the intent: whoever finds it undone counts from the intent itself.
        var begun = StopWatch.Start(time);
        var caps = new SendingCaps(_options.MaxLiveBatches, _options.MaxRequestsPerDay, _options.MaxCostPerDay);
        var (verdict, explanation) = await batches.RecordIntentAsync(batch, run, caps, lease, cancellationToken);
        if (verdict != SendingVerdict.Go)
        {
            return (verdict, explanation);
        }

        ProviderBatch created;
        try
        {
            created = await provider.CreateBatchAsync(
                new NewBatch(batch.InputFileId!, run.Settings.CompletionWindow, metadata.ToDictionary())
                {
                    IsTooLate = () => begun.Elapsed > _options.DoubtGrace / 2,
                },
                cancellationToken
            );
        }
        catch (ProviderException failure) when (failure.MayHaveHappened)
        {
            // The intent stands: the next look settles whether the batch exists.
            Log.Unconfirmed(logger, batch.Id, failure.Message);
            await batches.RecordTroubleAsync(
                batch.Id,
                $"The provider did not confirm the batch ({failure.Message}); its list will tell whether it exists.",
                _options.RetryDelay,
                lease,
                cancellationToken
            );
            return (SendingVerdict.Go, "");
        }
        catch (ProviderException failure)
        {
            await batches.ClearIntentAsync(
                batch.Id,
                failure.Message,
                Backoff.After(failure, batch.Troubles, _options),
                lease,
                cancellationToken
            );
            if (failure.Fault is ProviderFault.NotFound or ProviderFault.Rejected)
            {
                // Of a run that was held for a month the file may be gone, and no second asking brings it back: who resumes sends another.
                await batches.AbandonAsync(
                    batch.Id,
                    $"its file was not taken ({failure.Message}); it is written again when the run goes on.",
                    lease,
                    cancellationToken
                );
            }

            ThrowIfPerson(failure);
            return (SendingVerdict.Go, "");
        }

        try
        {
            if (
                !await batches.MarkSubmittedAsync(
                    batch.Id,
                    created,
                    adopted: false,
                    _options.FirstMinutePollInterval,
                    lease,
                    cancellationToken
                )
            )
            {
                await CancelTwinAsync(batch, created);
            }
        }
        catch (Exception stopped) when (stopped is LeaseLostException or OperationCanceledException)
        {
            await CancelTwinAsync(batch, created);
            throw;
        }

        return (SendingVerdict.Go, "");
    }

    /// <summary>
    /// This host stood still at the one place where nothing can stop it, between the last look at the clock and the sending, and another one has
    /// made the batch meanwhile: the second is cancelled before much of it has run. Where the ledger has no batch yet, this one will be found.
    /// </summary>
    private async Task CancelTwinAsync(Batch batch, ProviderBatch created)
    {
        using var soon = new CancellationTokenSource(TwinTime, time);
        if (await batches.FindProviderBatchIdAsync(batch.Id, soon.Token) is not { } known || known == created.Id)
        {
            return;
        }

        Log.Twin(logger, batch.Id, known, created.Id);
        try
        {
            await provider.CancelBatchAsync(created.Id, soon.Token);
            await batches.RecordTwinAsync(batch.Id, created.Id, isCancelled: true, soon.Token);
        }
        catch (ProviderException failure)
        {
            Log.CancelFailed(logger, batch.Id, failure.Message);
            await batches.RecordTwinAsync(batch.Id, created.Id, isCancelled: false, soon.Token);
        }
    }

    /// <summary>
    /// Settles a batch whose creation was never confirmed: walks the provider's list for its nonce or its file, and adopts what it finds. Only a
    /// whole list, read after the grace in which a creation may still be under way, proves that there is none.
    /// </summary>
    /// <exception cref="AttentionException">The list could not be read for too long.</exception>
    public async Task SettleDoubtAsync(Batch batch, Lease lease, CancellationToken cancellationToken)
    {
        var age = batch.Now - batch.IntentAt!.Value;
        try
        {
            var found = await FindAsync(batch, cancellationToken);
            if (found is not null)
            {
                Log.Adopted(logger, batch.Id, found.Id);
                await batches.MarkSubmittedAsync(batch.Id, found, adopted: true, TimeSpan.Zero, lease, cancellationToken);
                return;
            }
        }
        catch (ProviderException failure)
        {
            await batches.RecordTroubleAsync(
                batch.Id,
                $"Whether this batch exists is not known: the provider's list could not be read ({failure.Message}).",
                Backoff.After(failure, batch.Troubles, _options),
                lease,
                cancellationToken
            );
            if (failure.NeedsPerson || age > _options.LostGrace)
            {
                throw new AttentionException(
                    $"Whether batch {batch.Ordinal} of pass {batch.Pass} was created is not known, and the provider's list can't be read: {failure.Message}"
                );
            }

            return;
        }

        if (age < _options.DoubtGrace)
        {
            var left = _options.DoubtGrace - age;
            await batches.RecordTroubleAsync(
                batch.Id,
                "The provider did not confirm this batch and does not list it yet.",
                left < _options.MaxRetryDelay ? left : _options.MaxRetryDelay,
                lease,
                cancellationToken
            );
            return;
        }

        await batches.ClearIntentAsync(
            batch.Id,
            "The provider's list proves that the batch was not created; it is sent again.",
            retryIn: null,
            lease,
            cancellationToken
        );
    }

    /// <summary>Asks the provider to cancel.</summary>
    public async Task CancelAsync(Batch batch, Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            await provider.CancelBatchAsync(batch.ProviderBatchId!, cancellationToken);
        }
        catch (ProviderException failure)
        {
            // Asking twice does no harm: it is tried again, and what became of it is the next poll's to say.
            Log.CancelFailed(logger, batch.Id, failure.Message);
            await batches.RecordTroubleAsync(
                batch.Id,
                $"The provider did not confirm the cancellation: {failure.Message}",
                Backoff.After(failure, batch.Troubles, _options),
                lease,
                cancellationToken
            );
            return;
        }

        await batches.RecordCancelRequestedAsync(batch.Id, lease, cancellationToken);
    }

    private async Task<ProviderBatch?> FindAsync(Batch batch, CancellationToken cancellationToken)
    {
        await foreach (var candidate in provider.ListBatchesAsync(cancellationToken).WithCancellation(cancellationToken))
        {
            if (BatchMetadata.NonceOf(candidate.Metadata) == batch.Nonce || candidate.InputFileId == batch.InputFileId)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Time gone by on the clock that never goes back, or on the one that does not stop while a machine sleeps: whichever says more.</summary>
    private readonly record struct StopWatch(TimeProvider Time, long Ticks, DateTimeOffset At)
    {
        public static StopWatch Start(TimeProvider time) => new(time, time.GetTimestamp(), time.GetUtcNow());

        public TimeSpan Elapsed
        {
            get
            {
                var (steady, wall) = (Time.GetElapsedTime(Ticks), Time.GetUtcNow() - At);
                return steady > wall ? steady : wall;
            }
        }
    }

    private static void ThrowIfPerson(ProviderException failure)
    {
        if (failure.NeedsPerson || failure.Fault is ProviderFault.Rejected or ProviderFault.TooLarge or ProviderFault.NotFound)
        {
            throw new AttentionException(failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The creation of batch {BatchId} was not confirmed: {Reason}")]
        public static partial void Unconfirmed(ILogger logger, Guid batchId, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {BatchId} was found at the provider as {ProviderBatchId} and adopted")]
        public static partial void Adopted(ILogger logger, Guid batchId, string providerBatchId);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Batch {BatchId} was created twice: {Known} counts, {Twin} came from a host that had stood still and is cancelled"
        )]
        public static partial void Twin(ILogger logger, Guid batchId, string known, string twin);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The cancellation of batch {BatchId} was not confirmed: {Reason}")]
        public static partial void CancelFailed(ILogger logger, Guid batchId, string reason);
    }
}
