using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Import;

/// <summary>Brings pull requests in from JSON Lines.</summary>
public interface IPullRequestImporter
{
    /// <summary>
    /// Imports files one after the other, streaming. Bad lines are reported and skipped; the rest goes in. Each chunk is a transaction of its
    /// own, so an import that was interrupted is completed by taking it again. Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <param name="progress">Told some times a second; may be null.</param>
    /// <returns>What happened, also for files that could not be read (see <see cref="ImportFileReport.Fault"/>).</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    /// <exception cref="ArgumentException">The fallback repository is no <c>owner/name</c>.</exception>
    Task<ImportReport> ImportAsync(
        ImportRequest request,
        IProgress<ImportProgress>? progress,
        Actor actor,
        CancellationToken cancellationToken
    );
}

/// <summary>What to import.</summary>
/// <param name="Team">Whose pull requests they are.</param>
/// <param name="Files">In this order.</param>
/// <param name="Repository"><c>owner/name</c> for lines that name none; null: such lines are rejected.</param>
public sealed record ImportRequest(Team Team, IReadOnlyList<ImportFile> Files, string? Repository = null)
{
    /// <summary>Characters a repository's name may have at most, its owner among them.</summary>
    public const int LongestRepository = 300;

    /// <summary>Whether text can be a repository: <c>owner/name</c> without white space.</summary>
    public static bool IsRepository(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 2 and <= LongestRepository
            && text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
            && slash < text.Length - 1
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
    }
}

/// <summary>A file to import: JSON Lines, plain or gzip, told apart by content.</summary>
public sealed class ImportFile
{
    private readonly Func<Stream> _open;

    private ImportFile(string name, Func<Stream> open)
    {
        Name = name;
        _open = open;
    }

    /// <summary>As it is reported.</summary>
    public string Name { get; }

    /// <summary>A file on disk; it is opened when its turn comes.</summary>
    public static ImportFile FromPath(string path) =>
        new(
            path,
            () =>
                new FileStream(
                    path,
                    new FileStreamOptions
                    {
                        Mode = FileMode.Open,
                        Access = FileAccess.Read,
                        Share = FileShare.ReadWrite | FileShare.Delete,
                        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                        BufferSize = 0, // the reader has its own
                    }
                )
        );

    /// <summary>A stream that is read once, to its end, and disposed, such as an upload or standard input.</summary>
    public static ImportFile FromStream(string name, Stream stream) => new(name, () => stream);

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public Stream Open() => _open();
}

/// <summary>How far an import is.</summary>
/// <param name="File">The name of the file being read.</param>
/// <param name="FileNumber">Counted from 1.</param>
/// <param name="Files">How many there are.</param>
/// <param name="BytesRead">Of this file, as it lies on disk.</param>
/// <param name="Bytes">The size of this file; null where it isn't known.</param>
/// <param name="Lines">Lines read over all files, blank ones left out.</param>
/// <param name="Rejected">Lines rejected over all files.</param>
public sealed record ImportProgress(string File, int FileNumber, int Files, long BytesRead, long? Bytes, long Lines, long Rejected);
