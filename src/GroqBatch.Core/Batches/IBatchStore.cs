using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Batches;

/// <summary>A request that waits to be sent.</summary>
/// <param name="RequestId">Its key.</param>
/// <param name="PullRequestId">The pull request's key: what its custom id is made of.</param>
/// <param name="ContentHash">The content as it is now: what is sent.</param>
/// <param name="PullRequest">The content.</param>
public sealed record WaitingRequest(long RequestId, long PullRequestId, byte[] ContentHash, PullRequest PullRequest);

/// <summary>A line of a batch's file.</summary>
public readonly record struct BatchLine(long RequestId, byte[] ContentHash);

/// <summary>A batch whose file is written.</summary>
public sealed record PlannedBatch
{
    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required int Pass { get; init; }
    public required Guid Nonce { get; init; }
    public required string Provider { get; init; }
    public required string PromptVersion { get; init; }
    public required long Bytes { get; init; }
    public required byte[] FileHash { get; init; }

    /// <summary>What its lines are written for.</summary>
    public required Rung Rung { get; init; }

    /// <summary>In the order of the file.</summary>
    public required IReadOnlyList<BatchLine> Lines { get; init; }

    /// <summary>Dollars it will probably cost; null: a price is unknown.</summary>
    public decimal? EstimatedCost { get; init; }
}

/// <summary>What limits sending; null: no limit. A limit that is reached closes.</summary>
/// <param name="MaxLiveBatches">Batches of a provider under way at once.</param>
/// <param name="MaxRequestsPerDay">Requests sent in a day (UTC).</param>
/// <param name="MaxCostPerDay">Dollars committed and booked in a day (UTC).</param>
public sealed record SendingCaps(int? MaxLiveBatches, int? MaxRequestsPerDay, decimal? MaxCostPerDay);

/// <summary>Whether a batch may be sent now.</summary>
public enum SendingVerdict
{
    /// <summary>The intent is stored: create it.</summary>
    Go,

    /// <summary>Too many are under way; later.</summary>
    Wait,

    /// <summary>A cap is reached: it will not be sent.</summary>
    CapReached,

    /// <summary>The run is not running any more, or the batch is not waiting to be submitted.</summary>
    NotNow,
}

/// <summary>Requests got their outcome between the writing of a batch's file and its recording: nothing was recorded.</summary>
public sealed class RequestsMovedException(int requests) : Exception($"{requests} requests did not wait any more.");

/// <summary>Batches in the ledger. Each method is one transaction; those that take a lease throw <see cref="LeaseLostException"/>.</summary>
public interface IBatchStore
{
    /// <summary>Streams what waits to be sent in a pass, in the run's order. The connection is held while it is read.</summary>
    IAsyncEnumerable<WaitingRequest> StreamWaitingAsync(Guid runId, int pass, int limit, CancellationToken cancellationToken);

    /// <summary>Records a batch as planned, with an attempt for each line.</summary>
    Task AddAsync(PlannedBatch batch, Lease lease, CancellationToken cancellationToken);

    /// <summary>Gives requests that can't be sent their outcome <see cref="FailureCode.NotSent"/>.</summary>
    Task ResolveNotSentAsync(
        Run run,
        int pass,
        IReadOnlyCollection<long> requestIds,
        string message,
        Lease lease,
        CancellationToken cancellationToken
    );

    /// <summary>The batches of a run that are not final, in order.</summary>
    Task<IReadOnlyList<Batch>> ListOpenAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Every batch of a run, final ones included, in order.</summary>
    Task<IReadOnlyList<Batch>> ListAllAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>How many batches a pass has, abandoned ones left out.</summary>
    Task<int> CountAsync(Guid runId, int pass, CancellationToken cancellationToken);

    Task MarkUploadedAsync(Guid batchId, string inputFileId, Lease lease, CancellationToken cancellationToken);

    /// <summary>Commits that the batch is about to be created, if limits and the run's state allow it now.</summary>
    Task<(SendingVerdict Verdict, string Explanation)> RecordIntentAsync(
        Batch batch,
        Run run,
        SendingCaps caps,
        Lease lease,
        CancellationToken cancellationToken
    );

    /// <summary>Takes an intent back: it is proven that the batch was not created.</summary>
    Task ClearIntentAsync(Guid batchId, string reason, TimeSpan? retryIn, Lease lease, CancellationToken cancellationToken);

    /// <returns>Whether it moved: false where it was submitted already, or given up.</returns>
    Task<bool> MarkSubmittedAsync(
        Guid batchId,
        ProviderBatch batch,
        bool adopted,
        TimeSpan firstPollIn,
        Lease lease,
        CancellationToken cancellationToken
    );

    /// <summary>The provider's id that stands in the ledger for a batch; null: none, or there is no such batch. Takes no lease.</summary>
    Task<string?> FindProviderBatchIdAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>Notes on the timeline that a batch was created a second time at the provider, and what became of the second. Takes no lease.</summary>
    Task RecordTwinAsync(Guid batchId, string twinId, bool isCancelled, CancellationToken cancellationToken);

    /// <summary>Gives a batch up that was never submitted; its requests wait to be sent again.</summary>
    Task AbandonAsync(Guid batchId, string reason, Lease lease, CancellationToken cancellationToken);

    /// <summary>Notes that a step on a batch went wrong and when it is tried again.</summary>
    Task RecordTroubleAsync(Guid batchId, string message, TimeSpan retryIn, Lease lease, CancellationToken cancellationToken);

    Task RecordCancelRequestedAsync(Guid batchId, Lease lease, CancellationToken cancellationToken);

    /// <summary>The submitted batches of a provider that are due to be asked for.</summary>
    Task<IReadOnlyList<PolledBatch>> ListDueAsync(string provider, CancellationToken cancellationToken);

    /// <summary>How long until the next submitted batch of a provider is due; null when none is submitted.</summary>
    Task<TimeSpan?> NextDueAsync(string provider, CancellationToken cancellationToken);

    /// <summary>Stores what the provider said; those that ended move to <see cref="BatchState.Ended"/>.</summary>
    /// <returns>The runs that have something to do now.</returns>
    Task<IReadOnlyCollection<Guid>> RecordPollAsync(IReadOnlyCollection<PollResult> results, CancellationToken cancellationToken);

    /// <summary>Stores why a poll failed and when the next is due.</summary>
    Task RecordPollFailureAsync(IReadOnlyCollection<Guid> batchIds, string message, TimeSpan nextIn, CancellationToken cancellationToken);

    /// <summary>Takes what came back of an ended batch, in one transaction that can be taken twice.</summary>
    /// <returns>Null when the batch was ingested already.</returns>
    Task<IngestResult?> IngestAsync(Ingest ingest, Lease lease, CancellationToken cancellationToken);
}

/// <summary>A batch to be asked for.</summary>
public sealed record PolledBatch(
    Guid Id,
    Guid RunId,
    string ProviderBatchId,
    TimeSpan Age,
    TimeSpan? MissingFor,
    TimeSpan? OverrunBy,
    string? Status
);

/// <summary>What the provider said of a batch.</summary>
/// <param name="BatchId">Ours.</param>
/// <param name="Found">Null: the provider does not know it (any more).</param>
/// <param name="NextIn">When it is asked for again.</param>
/// <param name="IsLost">With no <paramref name="Found"/>: the grace is over.</param>
/// <param name="IsOverrun">It should have ended long ago: it is taken for ended as it is.</param>
public sealed record PollResult(Guid BatchId, ProviderBatch? Found, TimeSpan NextIn, bool IsLost = false, bool IsOverrun = false);

/// <summary>What is to be done with one failure code on one rung, worked out by the one rule there is.</summary>
/// <param name="Code">The failure.</param>
/// <param name="AttemptsOnRung">Attempts that ran on this rung, this one included.</param>
/// <param name="Consequence">What follows.</param>
public sealed record FailureRule(FailureCode Code, int AttemptsOnRung, Consequence Consequence);

/// <summary>What came back of a batch.</summary>
public sealed record Ingest
{
    public required Batch Batch { get; init; }
    public required Run Run { get; init; }

    /// <summary>The lines of both files, streamed once.</summary>
    public required IAsyncEnumerable<Answer> Answers { get; init; }

    /// <summary>What a request is that stands in neither file; null: it did not run and waits to be sent again.</summary>
    public required FailureCode? MissingCode { get; init; }

    /// <summary>Why, fit to show.</summary>
    public required string MissingMessage { get; init; }

    /// <summary>Lines of the request file (from 1) that the provider's validation refused, with its words.</summary>
    public IReadOnlyDictionary<int, string> RejectedLines { get; init; } = new Dictionary<int, string>();

    /// <summary>One for each code and number of attempts that can occur.</summary>
    public required IReadOnlyList<FailureRule> Rules { get; init; }

    /// <summary>The provider's own counts; null when it gave none.</summary>
    public RequestCounts? ProviderCounts { get; init; }

    /// <summary>
    /// Whether what came back stops the run, asked within the transaction: a run whose answers are taken and that goes on all the same would
    /// send what a person has to look at first. Null: it never does.
    /// </summary>
    public Func<IngestResult, RunStop?>? Judge { get; init; }
}

/// <summary>What came back stops a run.</summary>
/// <param name="To"><see cref="RunState.NeedsAttention"/> or <see cref="RunState.Held"/>.</param>
/// <param name="Reason">What a person is told.</param>
public sealed record RunStop(RunState To, string Reason);

/// <summary>What an ingest did.</summary>
public sealed record IngestResult
{
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }

    /// <summary>Requests that wait to be sent again on the same rung.</summary>
    public required int Again { get; init; }

    /// <summary>Requests in neither file.</summary>
    public required int Unanswered { get; init; }

    /// <summary>Lines refused for a reason that only a person can mend.</summary>
    public required int Refused { get; init; }

    /// <summary>The first refusal's words; null when there was none.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether a person is needed before the run can go on.</summary>
    public required bool NeedsAttention { get; init; }

    /// <summary>What it stopped the run for; null when it did not.</summary>
    public RunStop? Stopped { get; init; }

    /// <summary>What differs between sent, answered and the provider's counts, in words; null: nothing.</summary>
    public string? Difference { get; init; }

    /// <summary><see cref="Failed"/> by code; codes without one are absent.</summary>
    public IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; } = new Dictionary<FailureCode, int>();

    /// <summary>Tokens of the requests that were answered.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens of the answers, reasoning included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Dollars booked.</summary>
    public decimal Cost { get; init; }

    /// <summary>Attempts whose cost is unknown.</summary>
    public int UnknownCosts { get; init; }
}
