using System.Data.Common;
using System.Runtime.CompilerServices;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Storage;
using GroqBatch.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Batches;

/// <summary>
/// Ended → Ingested: in every way a batch can end both files are fetched, kept, read and taken. Fetching and taking are apart, so that a death
/// in between costs a read from disk.
/// </summary>
internal sealed partial class BatchIngester(
    IBatchStore batches,
    IRunStore runs,
    IBatchFileFormat format,
    RawFiles rawFiles,
    RawFileFetcher fetcher,
    GroqBatchMetrics metrics,
    TimeProvider time,
    IOptions<PipelineOptions> options,
    ILogger<BatchIngester> logger
)
{
    private static readonly TimeSpan RefusedAgain = TimeSpan.FromHours(1);

    private static readonly FailureCode[] AllCodes = [.. FailureCodes.All];

    /// <returns>What it did; null when there was nothing to do, or it is to be tried later.</returns>
    /// <exception cref="AttentionException">A person is needed.</exception>
    public async Task<IngestResult?> IngestAsync(Run run, Batch batch, Lease lease, CancellationToken cancellationToken)
    {
        using var activity = PipelineActivities.StartBatch("batch.ingest", batch);
        var output = rawFiles.PathOf(batch.RunId, batch.Id, RawFileKind.Output);
        var error = rawFiles.PathOf(batch.RunId, batch.Id, RawFileKind.Error);
        try
        {
            rawFiles.Prepare(batch.RunId);
            await FetchAsync(run, batch, batch.OutputFileId, output, cancellationToken);
            await FetchAsync(run, batch, batch.ErrorFileId, error, cancellationToken);
        }
        catch (ProviderException failure)
        {
            await batches.RecordTroubleAsync(
                batch.Id,
                $"Its results could not be fetched: {failure.Message}",
                Backoff.After(failure, batch.Troubles, options.Value),
                lease,
                cancellationToken
            );
            if (failure.NeedsPerson || failure.Fault is ProviderFault.NotFound)
            {
                throw new AttentionException(
                    $"The results of batch {batch.ProviderBatchId} could not be fetched: {failure.Message}"
                        + (failure.NeedsPerson ? "" : " Resume tries it again, cancel ends the run without them.")
                );
            }

            return null;
        }

        var began = time.GetTimestamp();
        IngestResult? result;
        try
        {
            result = await batches.IngestAsync(
                Describe(run, batch, ReadAsync(format, [output, error], cancellationToken)) with
                {
                    Judge = result => WhyStop(run, batch, result),
                },
                lease,
                cancellationToken
            );
        }
        catch (InvalidDataException) when (!cancellationToken.IsCancellationRequested)
        {
            if (!await RemoveDamagedAsync(batch, [(output, batch.OutputFileId), (error, batch.ErrorFileId)], lease, cancellationToken))
            {
                throw;
            }

            return null;
        }
        catch (DbException refusal) when (refusal.SqlState is ['2', '2' or '3', ..])
        {
            // A value that does not fit, or a rule of the ledger that it breaks: taking it again ends the same way until somebody looks. A run that is over
            // waits for nobody, so it tries again now and then.
            Log.Refused(logger, batch.Id, refusal.SqlState, refusal.Message);
            await batches.RecordTroubleAsync(
                batch.Id,
                $"What came back could not be taken: {refusal.Message}",
                IsOver(run) ? RefusedAgain : Backoff.After(batch.Troubles, options.Value),
                lease,
                cancellationToken
            );
            throw new AttentionException(
                $"What came back of batch {batch.ProviderBatchId} could not be taken: {refusal.Message} Nothing of it is lost; resume tries it again."
            );
        }

        if (result is not null)
        {
            metrics.Ingested(run, batch, result, time.GetElapsedTime(began));
            Log.Ingested(logger, batch.Id, run.Id, result.Succeeded, result.Failed, result.Again);
            if (result.Stopped is { } stop)
            {
                Log.Stopped(logger, run.Id, stop.To, stop.Reason);
            }

            await CheckAsync(run, batch, result, cancellationToken);
        }

        return result;
    }

    /// <summary>
    /// After answers that broke off: the files that are damaged go, and are downloaded again at the next look.
    /// </summary>
    /// <returns>False when both are whole: then it was something else.</returns>
    private async Task<bool> RemoveDamagedAsync(
        Batch batch,
        (string Place, string? FileId)[] files,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        var damaged = new List<string>();
        foreach (var (place, fileId) in files)
        {
            if (fileId is not null && File.Exists(place) && await Digests.TryOfContentAsync(place, cancellationToken) is null)
            {
                File.Delete(place);
                damaged.Add(Path.GetFileName(place));
            }
        }

        if (damaged.Count == 0)
        {
            return false;
        }

        Log.Damaged(logger, batch.Id, string.Join(", ", damaged));
        await batches.RecordTroubleAsync(
            batch.Id,
            $"Damaged on this host's disk, and downloaded again: {string.Join(", ", damaged)}.",
            Backoff.After(batch.Troubles, options.Value),
            lease,
            cancellationToken
        );
        return true;
    }

    /// <summary>What came back of a batch, with the rules by which it is taken.</summary>
    internal static Ingest Describe(Run run, Batch batch, IAsyncEnumerable<Answer> answers)
    {
        var (missingCode, missingMessage) = WhatIsMissing(run, batch);
        return new Ingest
        {
            Run = run,
            Batch = batch,
            Answers = answers,
            MissingCode = missingCode,
            MissingMessage = missingMessage,
            RejectedLines = batch
                .ProviderErrors.Where(fault => fault.Line is not null)
                .GroupBy(fault => fault.Line!.Value)
                .ToDictionary(lines => lines.Key, lines => lines.First().Message),
            Rules = RulesFor(run, batch),
            ProviderCounts = batch.ProviderCounts,
        };
    }

    /// <summary>The lines of those files that are there, one after the other.</summary>
    internal static async IAsyncEnumerable<Answer> ReadAsync(
        IBatchFileFormat format,
        string[] paths,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var path in paths.Where(RawFiles.IsThere))
        {
            await using var file = RawFiles.OpenRead(path);
            await foreach (var answer in format.ReadAnswersAsync(file, cancellationToken).WithCancellation(cancellationToken))
            {
                yield return answer;
            }
        }
    }

    /// <summary>Why the run is not to go on by itself after an ingest; null when it may.</summary>
    private static RunStop? WhyStop(Run run, Batch batch, IngestResult result)
    {
        if (IsOver(run))
        {
            return null;
        }

        if (result.Refused > 0)
        {
            return new RunStop(
                RunState.NeedsAttention,
                result.Refused == 1
                    ? $"1 request was refused: {result.Refusal}"
                    : $"{result.Refused} requests were refused: {result.Refusal}"
            );
        }

        if (batch.Status == BatchStatusText.Failed && result.Failed == 0)
        {
            var words = string.Join(" ", batch.ProviderErrors.Select(fault => fault.Message).Distinct(StringComparer.Ordinal).Take(3));
            return new RunStop(
                RunState.NeedsAttention,
                $"The provider rejected batch {batch.ProviderBatchId} without naming a line of it: {(words.Length == 0 ? "it gave no reason." : words)}"
            );
        }

        if (result.NeedsAttention)
        {
            return new RunStop(
                RunState.NeedsAttention,
                $"Batch {batch.ProviderBatchId} was lost again; resume sends its requests once more."
            );
        }

        return WasCancelledElsewhere(run, batch)
            ? new RunStop(
                RunState.Held,
                $"Batch {batch.ProviderBatchId} was cancelled in the provider's console. Resume sends what it did not get to, cancel doesn't."
            )
            : null;
    }

    /// <summary>Cancelled, though nobody here asked for it.</summary>
    private static bool WasCancelledElsewhere(Run run, Batch batch) =>
        batch.Status == BatchStatusText.Cancelled && batch.CancelRequestedAt is null && !IsOver(run);

    /// <summary>Cancelled, or about to be: it sends nothing more and waits for nobody.</summary>
    private static bool IsOver(Run run) => run.State == RunState.Cancelling || run.State.IsFinal();

    private static (FailureCode? Code, string Message) WhatIsMissing(Run run, Batch batch) =>
        batch.Status switch
        {
            BatchStatusText.Expired => (FailureCode.Expired, "The batch expired before this request ran."),
            BatchStatusText.Overrun => (FailureCode.Expired, "The batch overran its window and was closed; this request had no answer."),
            BatchStatusText.Cancelled => (
                FailureCode.Cancelled,
                WasCancelledElsewhere(run, batch)
                    ? "The batch was cancelled in the provider's console."
                    : "The batch was cancelled before this request ran."
            ),
            BatchStatusText.Failed => (null, "The provider rejected the batch; this request did not run."),
            BatchStatusText.Lost => (FailureCode.Lost, "The batch vanished at the provider."),
            _ => (FailureCode.Unanswered, "In neither the output nor the error file."),
        };

    /// <summary>
    /// The one rule, for each code and number of attempts. A run that is being cancelled climbs no further; what somebody else cancelled waits
    /// for whoever resumes the run.
    /// </summary>
    private static List<FailureRule> RulesFor(Run run, Batch batch)
    {
        var rung = run.Ladder.Find(batch.Pass)!;
        var waits = WasCancelledElsewhere(run, batch);
        var max = run.Settings.MaxAttemptsPerRequest;
        var rules = new List<FailureRule>(AllCodes.Length * max);
        foreach (var code in AllCodes)
        {
            for (var attempts = 1; attempts <= max; attempts++)
            {
                var consequence = Consequence.Of(code, rung, attempts, max, run.Ladder);
                if (run.State == RunState.Cancelling && consequence.Kind == ConsequenceKind.NextRung)
                {
                    consequence = Consequence.Final;
                }
                else if (waits && code == FailureCode.Cancelled)
                {
                    consequence = Consequence.SameRung;
                }

                rules.Add(new FailureRule(code, attempts, consequence));
            }
        }

        return rules;
    }

    private async Task FetchAsync(Run run, Batch batch, string? fileId, string place, CancellationToken cancellationToken)
    {
        try
        {
            await fetcher.FetchAsync(fileId, place, cancellationToken);
        }
        catch (ProviderException failure) when (failure.Fault is ProviderFault.NotFound && IsOver(run))
        {
            // Nobody waits for it any more: what is there is taken, what is gone is known to be gone.
            Log.Gone(logger, batch.Id, failure.Message);
        }
    }

    private async Task CheckAsync(Run run, Batch batch, IngestResult result, CancellationToken cancellationToken)
    {
        if (result.Difference is { } difference)
        {
            metrics.Differs(run.Provider, "batch");
            Log.Difference(logger, batch.Id, batch.ProviderBatchId, difference);
        }

        foreach (var wrong in await runs.ReconcileAsync(run.Id, cancellationToken))
        {
            metrics.Differs(run.Provider, "run");
            Log.Unreconciled(logger, run.Id, wrong);
            await runs.AddEventAsync(run.Id, Actor.Pipeline.Name, $"The figures don't add up. {wrong}", cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Batch {BatchId} of run {RunId}: {Succeeded} succeeded, {Failed} failed, {Again} wait to be sent again"
        )]
        public static partial void Ingested(ILogger logger, Guid batchId, Guid runId, int succeeded, int failed, int again);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Results of batch {BatchId} are gone, and its run is over: {Reason}")]
        public static partial void Gone(ILogger logger, Guid batchId, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Results of batch {BatchId} are damaged on the disk and are downloaded again: {Files}"
        )]
        public static partial void Damaged(ILogger logger, Guid batchId, string files);

        [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refuses what came back of batch {BatchId} ({SqlState}): {Reason}")]
        public static partial void Refused(ILogger logger, Guid batchId, string? sqlState, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} is stopped by what came back, it is {State} now: {Reason}")]
        public static partial void Stopped(ILogger logger, Guid runId, RunState state, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {BatchId} ({ProviderBatchId}): {Difference}")]
        public static partial void Difference(ILogger logger, Guid batchId, string? providerBatchId, string difference);

        [LoggerMessage(Level = LogLevel.Error, Message = "The figures of run {RunId} don't add up. {Difference}")]
        public static partial void Unreconciled(ILogger logger, Guid runId, string difference);
    }
}
