using System.Text.Json;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Ledger;

/// <summary>
/// Appends to this process's own file in the folder's ledger, so that processes never wait for or write over each other. A line is written
/// after its effect is stored; the batches themselves are the proof of what was created, since a killed process may not have come to its line.
/// </summary>
internal sealed class LedgerWriter(SimulatorFolder folder, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private FileStream? _stream;

    public void Append(LedgerEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, AtomicFile.Json);
        var bytes = new byte[line.Length + 1];
        line.CopyTo(bytes, 0);
        bytes[^1] = (byte)'\n';
        lock (_gate)
        {
            _stream ??= new FileStream(
                Path.Combine(folder.Ledger, TypeId.New("calls_", clock.GetUtcNow()) + ".jsonl"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.Read,
                bufferSize: 0
            );
            // One write per line: a kill leaves whole lines, or at worst half of the last.
            _stream.Write(bytes);
        }
    }

    public void Dispose() => _stream?.Dispose();
}
