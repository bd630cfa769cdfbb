using GroqBatch.Core.Summaries;

namespace GroqBatch.Sources.Export;

/// <summary>Writes one form of export to a stream, which stays open.</summary>
internal interface ISummaryWriter : IAsyncDisposable
{
    ValueTask WriteAsync(ExportedSummary summary, CancellationToken cancellationToken);

    /// <summary>Everything is in the stream after this.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
