using System.IO.Compression;
using GroqBatch.Core.Storage;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Storage;

/// <summary>
/// The raw files of batches, compressed, in one folder for each run. A file appears whole or not at all: it is written beside its place first.
/// </summary>
public sealed class RawFiles(IOptions<StorageOptions> options)
{
    private const int BufferSize = 1 << 17;

    // A gzip member (RFC 1952): header, one final block without data (RFC 1951), and the checksum and length of nothing.
    private static readonly byte[] CompressedNothing = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>
    /// Without it .NET takes the end of the bytes for the end of the data, and half a result file would read as a whole one that answers half.
    /// A switch of the process, read when its first compressed stream is made.
    /// </summary>
    internal static void DemandWholeFiles() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);

    /// <summary>Where a file lies, whether it exists or not.</summary>
    public string PathOf(Guid runId, Guid batchId, RawFileKind kind) =>
        Path.Combine(options.Value.RawFolder, runId.ToString(), $"{batchId}.{kind.ToString().ToLowerInvariant()}.jsonl.gz");

    /// <summary>Where the uncompressed request file lies between writing and upload.</summary>
    public string UploadPathOf(Guid runId, Guid batchId) =>
        Path.Combine(options.Value.RawFolder, runId.ToString(), $"{batchId}.upload.jsonl");

    /// <summary>The folder of a run's files, whether it exists or not.</summary>
    public string FolderOf(Guid runId) => Path.Combine(options.Value.RawFolder, runId.ToString());

    /// <summary>Makes the folder of a run.</summary>
    public void Prepare(Guid runId) => Directory.CreateDirectory(Path.Combine(options.Value.RawFolder, runId.ToString()));

    /// <summary>
    /// Removes files that have not been written to for the retention; and after a day what was never finished: parts, and upload files whose
    /// process died.
    /// </summary>
    public void RemoveExpired(DateTimeOffset now)
    {
        var root = new DirectoryInfo(options.Value.RawFolder);
        if (!root.Exists)
        {
            return;
        }

        foreach (var folder in root.EnumerateDirectories())
        {
            foreach (var file in folder.EnumerateFiles())
            {
                var isFinished = file.Name.EndsWith(".jsonl.gz", StringComparison.Ordinal);
                if (now.UtcDateTime - file.LastWriteTimeUtc > (isFinished ? options.Value.RawRetention : TimeSpan.FromDays(1)))
                {
                    file.Delete();
                }
            }
        }
    }

    /// <summary>Opens a compressed file for reading its lines.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static Stream OpenRead(string path) =>
        new GZipStream(
            new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                BufferSize,
                FileOptions.SequentialScan | FileOptions.Asynchronous
            ),
            CompressionMode.Decompress
        );

    /// <summary>Compresses a plain file into its place and removes the plain one.</summary>
    public static async Task CompressAsync(string plain, string compressed, CancellationToken cancellationToken)
    {
        var part = $"{compressed}.{Guid.NewGuid():N}.part";
        await using (
            var source = new FileStream(plain, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan)
        )
        await using (var target = CreatePart(part))
        {
            await using (var zip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            {
                await source.CopyToAsync(zip, BufferSize, cancellationToken);
            }

            if (target.Length == 0)
            {
                // Of nothing .NET makes nothing, and a file without a byte is what a disk that failed leaves.
                await target.WriteAsync(CompressedNothing, cancellationToken);
            }

            // Before the rename, and before the plain one goes: a loss of power is not to leave neither.
            target.Flush(flushToDisk: true);
        }

        File.Move(part, compressed, overwrite: true);
        File.Delete(plain);
    }

    /// <summary>
    /// Whether a file is in its place. An empty one is not: compressed, even nothing takes some bytes, so that is what a disk that failed has left.
    /// </summary>
    public static bool IsThere(string compressed) => new FileInfo(compressed) is { Exists: true, Length: > 0 };

    /// <summary>Puts the plain form of a compressed file in its place, for another upload.</summary>
    public static async Task DecompressAsync(string compressed, string plain, CancellationToken cancellationToken)
    {
        var part = $"{plain}.{Guid.NewGuid():N}.part";
        await using (var source = OpenRead(compressed))
        await using (var target = CreatePart(part))
        {
            await source.CopyToAsync(target, BufferSize, cancellationToken);
        }

        File.Move(part, plain, overwrite: true);
    }

    internal static FileStream CreatePart(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.SequentialScan);
}
