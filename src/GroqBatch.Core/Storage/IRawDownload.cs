using GroqBatch.Core.Access;

namespace GroqBatch.Core.Storage;

/// <summary>One raw file of a batch, for looking into it.</summary>
public interface IRawDownload
{
    /// <summary>
    /// Opens a file of a batch as it is kept, compressed; one that is gone from the disk is downloaded again while the provider has it. Takes
    /// <see cref="Right.View"/>.
    /// </summary>
    /// <returns>Null when the run has no such batch, or the batch no such file.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<RawDownload?> OpenAsync(Guid runId, Guid batchId, RawFileKind kind, Actor actor, CancellationToken cancellationToken);
}

/// <summary>A raw file, or why it can't be had.</summary>
/// <param name="Name">What to call it, such as <c>pass1-batch003.output.jsonl.gz</c>.</param>
/// <param name="Content">To be disposed by who asked; null when it can't be had.</param>
/// <param name="Fault">Why it can't be had, fit to show; null when it can.</param>
public sealed record RawDownload(string Name, Stream? Content, string? Fault);
