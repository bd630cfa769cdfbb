using GroqBatch.Core.Access;

namespace GroqBatch.Core.Storage;

/// <summary>The raw files of a run, for keeping or for looking into them.</summary>
public interface IRawExport
{
    /// <summary>
    /// Copies request, output and error file of every batch of a run, compressed as they are kept, and an index that names them; a file that is
    /// gone from the disk is downloaded again while the provider has it. Taking it again replaces what is there. Takes <see cref="Right.View"/>.
    /// </summary>
    /// <param name="runId">The run, in whatever state.</param>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up; the index is written last.</param>
    /// <returns>What the index holds; null when there is no such run.</returns>
    /// <exception cref="IOException">The folder can't be written, or holds the files of another run.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<RawIndex?> ExportAsync(Guid runId, string folder, Actor actor, CancellationToken cancellationToken);
}
