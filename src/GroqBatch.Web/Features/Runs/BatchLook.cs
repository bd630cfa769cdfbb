using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Runs;

/// <summary>How a batch looks, the same everywhere: a mark whose form carries its state, and a word that is the provider's where it has one.</summary>
internal static class BatchLook
{
    /// <summary>The class of its chip.</summary>
    public static string Mark(BatchOverview batch) =>
        batch.State switch
        {
            BatchState.Planned or BatchState.Uploaded => "wait",
            BatchState.Submitted => "run",
            BatchState.Ended or BatchState.Ingested => batch.Status switch
            {
                BatchStatusText.Completed => "done",
                BatchStatusText.Failed or BatchStatusText.Lost => "fail",
                _ => "stop",
            },
            BatchState.Abandoned => "stop",
            _ => throw new ArgumentOutOfRangeException(nameof(batch), batch.State, "Unknown state of a batch."),
        };

    /// <summary>The provider's status, and ours before and after it has one.</summary>
    public static string Word(BatchOverview batch) =>
        batch.State switch
        {
            BatchState.Planned => "planned",
            BatchState.Uploaded => "uploaded",
            BatchState.Abandoned => "given up",
            _ => batch.Status ?? "submitted",
        };

    /// <summary>In a sentence.</summary>
    public static string Say(BatchOverview batch) =>
        $"Batch {batch.Ordinal}: {Word(batch)}{(batch.State == BatchState.Ended ? ", its files are not read yet" : "")}"
        + (batch.ProviderBatchId is null ? "" : $", {batch.ProviderBatchId}");
}
