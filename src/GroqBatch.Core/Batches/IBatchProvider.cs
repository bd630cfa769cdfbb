namespace GroqBatch.Core.Batches;

/// <summary>
/// A Files and Batches API. No method repeats a call that may have had an effect: that is the pipeline's to decide, from what it stored before.
/// </summary>
public interface IBatchProvider
{
    /// <summary><c>groq</c> or <c>simulator</c>: stored on runs, batches and summaries, which are never mixed.</summary>
    string Name { get; }

    /// <summary>The host that answers, for people; never with a key.</summary>
    string Host { get; }

    /// <summary>A batch in the provider's console, for people; null where there is none.</summary>
    Uri? ConsoleUrlOf(string batchId) => null;

    /// <summary>Streams a JSONL file to the provider.</summary>
    /// <param name="path">The file on disk.</param>
    /// <param name="fileName">The name it gets there; ASCII, ends in <c>.jsonl</c>.</param>
    /// <returns>The provider's file id.</returns>
    /// <exception cref="ProviderException">The provider refused or could not be reached.</exception>
    Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken);

    /// <summary>
    /// Creates a batch. A lost reply is <see cref="ProviderException"/> with <see cref="ProviderException.MayHaveHappened"/>; cancelled while it
    /// is under way, it may have happened as well.
    /// </summary>
    /// <exception cref="ProviderException">The provider refused, or its reply was lost.</exception>
    Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Reads batches by id, several in a call where the provider can. Ids that it does not know are absent from the result, and only those: an id
    /// missing from a common reply is asked for by itself.
    /// </summary>
    /// <exception cref="ProviderException">The provider refused or could not be reached.</exception>
    Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(IReadOnlyCollection<string> batchIds, CancellationToken cancellationToken);

    /// <summary>Walks all batches of the account, newest first where the provider orders them. Complete when it ends without an exception.</summary>
    /// <exception cref="ProviderException">The provider refused or could not be reached.</exception>
    IAsyncEnumerable<ProviderBatch> ListBatchesAsync(CancellationToken cancellationToken);

    /// <summary>Asks for a batch to be cancelled. One that has ended already, or is unknown, is no error: its state is read again.</summary>
    /// <returns>The batch after the call; null when the provider does not know it.</returns>
    /// <exception cref="ProviderException">The provider refused or could not be reached.</exception>
    Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>
    /// Streams a file to disk, whole or not at all: written beside <paramref name="path"/> first, checked for completeness, then moved. That it survives
    /// a loss of power is up to whoever keeps it.
    /// </summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ProviderException">Gone (<see cref="ProviderFault.NotFound"/>), cut short, refused or unreachable.</exception>
    Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken);

    /// <summary>The models this key has.</summary>
    /// <exception cref="ProviderException">The provider refused or could not be reached.</exception>
    Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken);
}

/// <summary>What is sent to create a batch.</summary>
/// <param name="InputFileId">The uploaded file.</param>
/// <param name="CompletionWindow">Such as <c>24h</c>.</param>
/// <param name="Metadata">At most 16 pairs, keys up to 64 and values up to 512 characters (OpenAI's limits; Groq states none).</param>
public sealed record NewBatch(string InputFileId, string CompletionWindow, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>
    /// Asked at the last moment, when the connection stands and nothing but the sending is left. True: it is not sent, and the call ends with a
    /// <see cref="ProviderException"/> that says so. Null: it is never too late.
    /// </summary>
    public Func<bool>? IsTooLate { get; init; }
}

/// <summary>The provider's status of a batch; <see cref="Unknown"/> for a word we do not know, which is never taken for an end.</summary>
public enum ProviderBatchStatus
{
    Unknown,
    Validating,
    Failed,
    InProgress,
    Finalizing,
    Completed,
    Expired,
    Cancelling,
    Cancelled,
}

/// <summary>A batch as the provider describes it.</summary>
public sealed record ProviderBatch
{
    /// <summary>Characters kept of the provider's ids and words, which are opaque text of about 64.</summary>
    public const int LongestWord = 200;

    public required string Id { get; init; }
    public required ProviderBatchStatus Status { get; init; }

    /// <summary>The status word: one of those that <see cref="Status"/> knows in small letters, any other as it came, cut at <see cref="LongestWord"/> characters.</summary>
    public required string StatusText { get; init; }

    public required string InputFileId { get; init; }

    /// <summary>Null when there is none, in whatever way the provider says so (null, absent, empty, not text).</summary>
    public string? OutputFileId { get; init; }

    /// <summary>Null when there is none, in whatever way the provider says so.</summary>
    public string? ErrorFileId { get; init; }

    /// <summary>The provider's own counts; null when absent.</summary>
    public RequestCounts? Counts { get; init; }

    /// <summary>Faults of validation; empty when there are none.</summary>
    public IReadOnlyList<ProviderBatchError> Errors { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it reached its end, whichever end it was; null while it runs or when the provider does not say.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The object as it came, for the ledger.</summary>
    public required string RawJson { get; init; }

    /// <summary>Completed, expired, cancelled or failed: nothing more will come.</summary>
    public bool HasEnded =>
        Status
            is ProviderBatchStatus.Completed
                or ProviderBatchStatus.Expired
                or ProviderBatchStatus.Cancelled
                or ProviderBatchStatus.Failed;
}

/// <summary>The provider's own counts of a batch.</summary>
/// <param name="Total">Requests in it; 0 while it is validated.</param>
/// <param name="Completed">Succeeded so far.</param>
/// <param name="Failed">Failed so far; expired ones may be in neither.</param>
public sealed record RequestCounts(int Total, int Completed, int Failed);

/// <summary>One fault that validation found.</summary>
/// <param name="Code">Such as <c>invalid_json_line</c>.</param>
/// <param name="Message">The provider's words.</param>
/// <param name="Param">The field concerned; null when absent.</param>
/// <param name="Line">The line of the input file, from 1; null when it concerns the whole batch.</param>
public sealed record ProviderBatchError(string? Code, string Message, string? Param, int? Line);

/// <summary>A model that this key has.</summary>
/// <param name="Id">Such as <c>openai/gpt-oss-20b</c>.</param>
/// <param name="IsActive">False where the provider says that it takes no requests.</param>
/// <param name="ContextTokens">Null when the provider does not say.</param>
/// <param name="MaxCompletionTokens">Null when the provider does not say.</param>
public sealed record ProviderModel(string Id, bool IsActive, int? ContextTokens, int? MaxCompletionTokens);
