using System.Collections.Concurrent;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Files;

/// <summary>An upload larger than the cap.</summary>
internal sealed class FileTooLargeException : Exception
{
    public FileTooLargeException()
        : base("The file is larger than allowed.") { }
}

/// <summary>The files of the folder. A file exists once its description does; its bytes are in place before.</summary>
internal sealed class FileStore(SimulatorFolder folder, SimulatorOptions options, TimeProvider clock)
{
    private const string DescriptionExtension = ".json";
    private const string ContentExtension = ".jsonl";
    private const string KeysExtension = ".keys";
    private const string DeletedExtension = ".deleted";

    // Descriptions never change, so one read is enough; whether a file was deleted is asked of the folder each time.
    private readonly ConcurrentDictionary<string, StoredFile> _known = new(StringComparer.Ordinal);

    /// <summary>Streams an upload into a temporary file of the folder and flushes it to the disk.</summary>
    /// <returns>Path of that file, which <see cref="AddInputAsync"/> takes over.</returns>
    /// <exception cref="FileTooLargeException">It exceeds the cap; what was read is removed.</exception>
    public async Task<string> ReceiveAsync(Stream body, CancellationToken cancellationToken)
    {
        var temporary = AtomicFile.TemporaryNameIn(folder.Files);
        try
        {
            await using var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 17);
            try
            {
                long total = 0;
                int read;
                while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    total += read;
                    if (total > options.MaxFileBytes)
                    {
                        throw new FileTooLargeException();
                    }

                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
            }

            target.Flush(flushToDisk: true);
            return temporary;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Makes a received upload a file, after one pass over its lines.</summary>
    public async Task<StoredFile> AddInputAsync(string temporary, string filename, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = TypeId.New(StoredFile.IdPrefix, now);
        var temporaryKeys = temporary + KeysExtension;
        try
        {
            var inspection = await InputInspection.OfAsync(temporary, options.MaxLines, temporaryKeys, cancellationToken);
            var file = new StoredFile
            {
                Id = id,
                Purpose = "batch",
                Filename = filename,
                Bytes = new FileInfo(temporary).Length,
                CreatedAt = now.ToUnixTimeSeconds(),
                Content = Path.GetRelativePath(folder.Root, ContentOf(id)),
                Inspection = inspection,
            };
            File.Move(temporary, ContentOf(id));
            File.Move(temporaryKeys, KeysOf(id));
            AtomicFile.TryCreate(DescriptionOf(id), file);
            return file;
        }
        catch
        {
            File.Delete(temporary);
            File.Delete(temporaryKeys);
            throw;
        }
    }

    /// <summary>Makes a result file known under its id; doing so twice is harmless.</summary>
    public void AddResult(StoredFile file)
    {
        if (!_known.ContainsKey(file.Id) && !File.Exists(DescriptionOf(file.Id)))
        {
            AtomicFile.TryCreate(DescriptionOf(file.Id), file);
        }
    }

    /// <summary>The file, unless it never was, was deleted or is past its retention.</summary>
    public StoredFile? Find(string id) => Describe(id) is { } file && !IsGone(file) ? file : null;

    /// <summary>The description even of a deleted file; null when there never was one.</summary>
    public StoredFile? Describe(string id)
    {
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }

        if (!id.StartsWith(StoredFile.IdPrefix, StringComparison.Ordinal) || !SimulatorFolder.IsPlainId(id))
        {
            return null;
        }

        var file = AtomicFile.TryRead<StoredFile>(DescriptionOf(id));
        return file is null ? null : _known.GetOrAdd(id, file);
    }

    /// <summary>All files, newest first.</summary>
    public IReadOnlyList<StoredFile> List()
    {
        var ids = Directory
            .EnumerateFiles(folder.Files, StoredFile.IdPrefix + "*" + DescriptionExtension)
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .OrderDescending(StringComparer.Ordinal);
        return [.. ids.Select(Find).OfType<StoredFile>()];
    }

    public string PathOf(StoredFile file) => Path.Combine(folder.Root, file.Content);

    public string KeysOf(string id) => Path.Combine(folder.Files, id + KeysExtension);

    /// <summary>Marks the file as deleted. Its bytes go too, unless a batch still needs them.</summary>
    public void Delete(StoredFile file, bool keepBytes)
    {
        using (new FileStream(Path.Combine(folder.Files, file.Id + DeletedExtension), FileMode.Create)) { }

        if (!keepBytes)
        {
            File.Delete(PathOf(file));
        }
    }

    private bool IsGone(StoredFile file) =>
        file.CreatedAt + (options.FileRetentionDays * 86_400L) <= clock.GetUtcNow().ToUnixTimeSeconds()
        || File.Exists(Path.Combine(folder.Files, file.Id + DeletedExtension));

    private string DescriptionOf(string id) => Path.Combine(folder.Files, id + DescriptionExtension);

    private string ContentOf(string id) => Path.Combine(folder.Files, id + ContentExtension);
}
