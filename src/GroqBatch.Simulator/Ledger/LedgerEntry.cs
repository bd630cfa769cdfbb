namespace GroqBatch.Simulator.Ledger;

/// <summary>One call that changed something, as one line of the ledger.</summary>
public sealed record LedgerEntry
{
    /// <summary>When it took effect, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>upload</c>, <c>create</c>, <c>cancel</c> or <c>delete</c>.</summary>
    public required string Call { get; init; }

    /// <summary>Id of the file or batch that came out of it, or that it changed.</summary>
    public required string Id { get; init; }

    /// <summary><c>api</c>; <c>console</c> for a cancellation by somebody else.</summary>
    public required string By { get; init; }

    /// <summary>Bytes uploaded; null for other calls.</summary>
    public long? Bytes { get; init; }

    /// <summary>Of a created batch; null for other calls.</summary>
    public string? InputFileId { get; init; }

    /// <summary>Of a created batch, as sent.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>True: a fault switch kept the reply from the caller.</summary>
    public bool? ReplyLost { get; init; }
}
