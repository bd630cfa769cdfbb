namespace GroqBatch.Core.Batches;

/// <summary>What kind of trouble a call to the provider met.</summary>
public enum ProviderFault
{
    /// <summary>401: the key is wrong.</summary>
    WrongKey,

    /// <summary>403: the plan does not include batches, or the key may not use this model.</summary>
    NotAllowed,

    /// <summary>403 from the provider's network edge, in plain text.</summary>
    BlockedAtEdge,

    /// <summary>The model does not exist (any more) for this key.</summary>
    ModelNotFound,

    /// <summary>404: no such file or batch.</summary>
    NotFound,

    /// <summary>413, or a file over the provider's limit.</summary>
    TooLarge,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>Any other 4xx: the request is wrong.</summary>
    Rejected,

    /// <summary>5xx.</summary>
    ServerFault,

    /// <summary>Not sent, since it was too late for it; see <see cref="NewBatch.IsTooLate"/>.</summary>
    TooLate,

    /// <summary>No connection, a time-out, a reply cut short or one that makes no sense.</summary>
    Unreachable,
}

/// <summary>A call to the provider failed. The message says what happened and what a person can do; it never carries the key.</summary>
public sealed class ProviderException(string message, ProviderFault fault, Exception? innerException = null)
    : Exception(message, innerException)
{
    public ProviderFault Fault { get; } = fault;

    /// <summary>HTTP status, where there was a reply.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The provider's error code, such as <c>not_available_for_plan</c>; null when absent.</summary>
    public string? Code { get; init; }

    /// <summary>The first 500 characters of the reply's body, with the key struck out; null when there was none. For the ledger, not for logs.</summary>
    public string? ReplyExcerpt { get; init; }

    /// <summary>How long the provider asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where the call may have had its effect although no good reply came.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>Only a person can mend it: key, plan, permission, model.</summary>
    public bool NeedsPerson =>
        Fault is ProviderFault.WrongKey or ProviderFault.NotAllowed or ProviderFault.BlockedAtEdge or ProviderFault.ModelNotFound;
}
