using System.Collections.Concurrent;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Batches;

/// <summary>The batches of the folder: a record each, and the mark of a cancellation beside it where there was one.</summary>
internal sealed class BatchStore(SimulatorFolder folder)
{
    private const string RecordExtension = ".json";
    private const string CancelExtension = ".cancel";
    private const string LockExtension = ".lock";

    // Records never change.
    private readonly ConcurrentDictionary<string, BatchRecord> _known = new(StringComparer.Ordinal);

    public void Add(BatchRecord record) => AtomicFile.TryCreate(PathOf(record.Id, RecordExtension), record);

    public BatchRecord? Find(string id)
    {
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }

        if (!id.StartsWith(BatchRecord.IdPrefix, StringComparison.Ordinal) || !SimulatorFolder.IsPlainId(id))
        {
            return null;
        }

        var record = AtomicFile.TryRead<BatchRecord>(PathOf(id, RecordExtension));
        return record is null ? null : _known.GetOrAdd(id, record);
    }

    /// <summary>All ids, newest first: an id begins with the time of its creation.</summary>
    public IEnumerable<string> Ids() =>
        Directory
            .EnumerateFiles(folder.Batches, BatchRecord.IdPrefix + "*" + RecordExtension)
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .OrderDescending(StringComparer.Ordinal);

    public int Count() => Directory.EnumerateFiles(folder.Batches, BatchRecord.IdPrefix + "*" + RecordExtension).Count();

    public CancelMark? FindCancel(string id) => AtomicFile.TryRead<CancelMark>(PathOf(id, CancelExtension));

    /// <summary>Leaves the mark of a cancellation; false when there is one.</summary>
    public bool TryCancel(string id, CancelMark mark) => AtomicFile.TryCreate(PathOf(id, CancelExtension), mark);

    /// <summary>Keeps "the answers are there" and "it is cancelled" from happening at the same moment, across processes.</summary>
    public Task<IDisposable> LockAsync(string id, CancellationToken cancellationToken) =>
        FileLock.TakeAsync(PathOf(id, LockExtension), cancellationToken);

    private string PathOf(string id, string extension) => Path.Combine(folder.Batches, id + extension);
}
