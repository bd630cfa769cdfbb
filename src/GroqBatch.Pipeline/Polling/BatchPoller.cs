using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Pipeline.Leases;
using GroqBatch.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Polling;

/// <summary>
/// Asks the provider for all live batches that are due together, stores what it says, and wakes the runs concerned. A failing poll is never a
/// failed run: the rows keep why and since when.
/// </summary>
internal sealed partial class BatchPoller(
    IBatchStore batches,
    IBatchProvider provider,
    ILeases leases,
    IRunWaker waker,
    PipelineIdentity identity,
    GroqBatchMetrics metrics,
    IOptions<PipelineOptions> options,
    TimeProvider time,
    ILogger<BatchPoller> logger
)
{
    // After so many failures with nothing answered between them it is the provider, and is not asked for each of the others.
    private const int MostRefused = 3;

    private readonly PipelineOptions _options = options.Value;

    /// <returns>How long until the next batch is due; null when none is submitted.</returns>
    public async Task<TimeSpan?> PollAsync(CancellationToken cancellationToken)
    {
        await using var keeper = await LeaseKeeper.TryTakeAsync(
            leases,
            Lease.ForPolling(provider.Name),
            identity.NewOwner(),
            _options.LeaseDuration,
            time,
            logger,
            cancellationToken
        );
        if (keeper is null)
        {
            // Somebody polls already; look again when theirs would be due.
            return _options.FirstMinutePollInterval;
        }

        var due = await batches.ListDueAsync(provider.Name, keeper.Token);
        if (due.Count > 0)
        {
            await AskAsync(due, keeper.Token);
        }

        return await batches.NextDueAsync(provider.Name, keeper.Token);
    }

    private async Task AskAsync(IReadOnlyList<PolledBatch> due, CancellationToken cancellationToken)
    {
        using var activity = PipelineActivities.StartPoll(provider.Name, due.Count);
        var left = new Stack<IReadOnlyList<PolledBatch>>([due]);
        var refused = 0;
        while (left.TryPop(out var some))
        {
            IReadOnlyList<ProviderBatch> found;
            try
            {
                found = await provider.GetBatchesAsync([.. some.Select(batch => batch.ProviderBatchId)], cancellationToken);
            }
            catch (ProviderException failure)
            {
                metrics.Polled(provider.Name, isAnswered: false);
                if (some.Count > 1 && refused < MostRefused && MayBeOfOne(failure))
                {
                    // One batch that the provider answers badly is no reason not to hear of the others: it is found by halves.
                    left.Push([.. some.Skip(some.Count / 2)]);
                    left.Push([.. some.Take(some.Count / 2)]);
                    continue;
                }

                refused++;
                await RecordFailureAsync(some, failure, cancellationToken);
                continue;
            }

            metrics.Polled(provider.Name, isAnswered: true);
            // One that answers for others is not down.
            refused = 0;
            await RecordAsync(some, found, cancellationToken);
        }
    }

    /// <summary>
    /// Whether a call failed for one of the batches it asked for, perhaps; the key, the network and the rate are everybody's, and so is a wish to be left
    /// alone for a while.
    /// </summary>
    private static bool MayBeOfOne(ProviderException failure) =>
        failure.RetryAfter is null
        && failure.Fault
            is ProviderFault.NotAllowed
                or ProviderFault.ModelNotFound
                or ProviderFault.NotFound
                or ProviderFault.Rejected
                or ProviderFault.ServerFault;

    private async Task RecordFailureAsync(IReadOnlyList<PolledBatch> asked, ProviderException failure, CancellationToken cancellationToken)
    {
        Log.PollFailed(logger, asked.Count, failure.Message);
        var wait = failure.RetryAfter ?? (_options.PollInterval < _options.MaxRetryDelay ? _options.PollInterval : _options.MaxRetryDelay);
        await batches.RecordPollFailureAsync([.. asked.Select(batch => batch.Id)], failure.Message, wait, cancellationToken);
    }

    private async Task RecordAsync(
        IReadOnlyList<PolledBatch> asked,
        IReadOnlyList<ProviderBatch> found,
        CancellationToken cancellationToken
    )
    {
        var byId = found.ToDictionary(batch => batch.Id, StringComparer.Ordinal);
        var results = asked.Select(batch => Judge(batch, byId.GetValueOrDefault(batch.ProviderBatchId))).ToList();
        foreach (var runId in await batches.RecordPollAsync(results, cancellationToken))
        {
            // What is stored is told, also by a host that is on its way out: nobody else knows of it before the next sweep.
            await waker.WakeAsync(runId, TimeSpan.Zero, CancellationToken.None);
        }
    }

    private PollResult Judge(PolledBatch batch, ProviderBatch? found)
    {
        var next = batch.Age < TimeSpan.FromMinutes(1) ? _options.FirstMinutePollInterval : _options.PollInterval;
        if (found is null)
        {
            // A batch may be unknown for seconds after its creation, and one that is long gone never comes back.
            var isLost = batch.MissingFor >= _options.LostGrace;
            if (isLost)
            {
                Log.Lost(logger, batch.Id, batch.ProviderBatchId);
            }

            return new PollResult(batch.Id, Found: null, next, IsLost: isLost);
        }

        if (found.Status == ProviderBatchStatus.Unknown && !string.Equals(found.StatusText, batch.Status, StringComparison.Ordinal))
        {
            Log.UnknownStatus(logger, batch.Id, found.StatusText);
        }

        var isOverrun = !found.HasEnded && batch.OverrunBy >= _options.OverrunGrace;
        return new PollResult(batch.Id, found, next, IsOverrun: isOverrun);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Batches} batches could not be asked for: {Reason}")]
        public static partial void PollFailed(ILogger logger, int batches, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Batch {BatchId} is lost: the provider does not know {ProviderBatchId} any more")]
        public static partial void Lost(ILogger logger, Guid batchId, string providerBatchId);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Batch {BatchId} has a status that is not known here and is not taken for an end: {Status}"
        )]
        public static partial void UnknownStatus(ILogger logger, Guid batchId, string status);
    }
}
