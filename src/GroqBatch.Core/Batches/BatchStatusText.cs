namespace GroqBatch.Core.Batches;

/// <summary>The words for a batch's status in the ledger: the provider's own, and two of ours for ends that a provider has no word for.</summary>
public static class BatchStatusText
{
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";

    /// <summary>Ours: the provider does not know it any more.</summary>
    public const string Lost = "lost";

    /// <summary>Ours: closed long after its window, without an end at the provider.</summary>
    public const string Overrun = "overrun";
}
