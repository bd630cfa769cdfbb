using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Storage;
using GroqBatch.Pipeline.Telemetry;

namespace GroqBatch.Pipeline.Batches;

/// <summary>
/// Writes the next batch of a pass: requests stream from the database into a file, and once that is whole the batch is recorded with its
/// attempts. A process that dies before has left a file that nothing names; one that dies after has left a batch that is ready to be uploaded.
/// </summary>
internal sealed class BatchFileWriter(IBatchStore batches, IBatchFileFormat format, RawFiles rawFiles)
{
    private const int FlushBytes = 1 << 17;

    /// <returns>Whether there was anything to write (or to give its outcome, since it can't be sent).</returns>
    public async Task<bool> WriteNextAsync(Run run, Rung rung, int limit, Lease lease, CancellationToken cancellationToken)
    {
        using var activity = PipelineActivities.StartRun("batch.write", run.Id);
        var batchId = Guid.CreateVersion7();
        rawFiles.Prepare(run.Id);
        var plain = rawFiles.UploadPathOf(run.Id, batchId);
        var compressed = rawFiles.PathOf(run.Id, batchId, RawFileKind.Request);
        try
        {
            var (lines, unsendable, bytes, hash) = await WriteFileAsync(run, rung, limit, plain, compressed, cancellationToken);
            if (unsendable.Count > 0)
            {
                await batches.ResolveNotSentAsync(
                    run,
                    rung.Ordinal,
                    unsendable,
                    $"Too large for {rung.Model} even after cutting.",
                    lease,
                    cancellationToken
                );
            }

            if (lines.Count == 0)
            {
                Remove(plain, compressed);
                return unsendable.Count > 0;
            }

            await batches.AddAsync(
                new PlannedBatch
                {
                    Id = batchId,
                    RunId = run.Id,
                    Pass = rung.Ordinal,
                    Nonce = Guid.NewGuid(),
                    Provider = run.Provider,
                    PromptVersion = PromptVersion.Current.ToString(),
                    Bytes = bytes,
                    FileHash = hash,
                    Rung = rung,
                    Lines = lines,
                    EstimatedCost = TokenEstimates.CostOfBatch(rung, bytes, lines.Count),
                },
                lease,
                cancellationToken
            );
            return true;
        }
        catch
        {
            Remove(plain, compressed);
            throw;
        }
    }

    private async Task<(List<BatchLine> Lines, List<long> Unsendable, long Bytes, byte[] Hash)> WriteFileAsync(
        Run run,
        Rung rung,
        int limit,
        string plain,
        string compressed,
        CancellationToken cancellationToken
    )
    {
        var encoder = format.CreateEncoder(rung);
        var lines = new List<BatchLine>(Math.Min(limit, run.Settings.MaxRequestsPerBatch));
        var unsendable = new List<long>();
        var pending = new ArrayBufferWriter<byte>(FlushBytes * 2);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        await using (var file = RawFiles.CreatePart(plain))
        await using (var archive = new GZipStream(RawFiles.CreatePart(compressed), CompressionLevel.Fastest))
        {
            await foreach (
                var request in batches
                    .StreamWaitingAsync(run.Id, rung.Ordinal, Math.Min(limit, run.Settings.MaxRequestsPerBatch), cancellationToken)
                    .WithCancellation(cancellationToken)
            )
            {
                var before = pending.WrittenCount;
                if (!encoder.TryEncode(request.PullRequestId, request.PullRequest, pending))
                {
                    unsendable.Add(request.RequestId);
                    continue;
                }

                if (bytes + pending.WrittenCount > run.Settings.MaxBatchBytes && lines.Count > 0)
                {
                    // This line is the next batch's first.
                    await FlushAsync(pending.WrittenMemory[..before]);
                    pending.ResetWrittenCount();
                    break;
                }

                lines.Add(new BatchLine(request.RequestId, request.ContentHash));
                if (pending.WrittenCount >= FlushBytes)
                {
                    await FlushAsync(pending.WrittenMemory);
                    pending.ResetWrittenCount();
                }
            }

            await FlushAsync(pending.WrittenMemory);

            // The ledger will say that the file is there: it must be, after a power cut too.
            file.Flush(flushToDisk: true);

            async Task FlushAsync(ReadOnlyMemory<byte> written)
            {
                await file.WriteAsync(written, cancellationToken);
                await archive.WriteAsync(written, cancellationToken);
                hash.AppendData(written.Span);
                bytes += written.Length;
            }
        }

        return (lines, unsendable, bytes, hash.GetHashAndReset());
    }

    private static void Remove(params string[] paths)
    {
        foreach (var path in paths)
        {
            File.Delete(path);
        }
    }
}
