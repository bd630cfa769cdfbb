using System.Buffers;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// A result file in the making. Lines are written as they come; to shuffle them, they are read back by their places, which are all that is
/// held in memory: twelve bytes a line.
/// </summary>
internal sealed class ResultFile(string path) : IAsyncDisposable
{
    private const int BatchOfBytes = 1 << 20;

    private readonly FileStream _stream = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    private readonly List<(long Offset, int Length)> _lines = [];

    public int Lines => _lines.Count;

    public long Bytes { get; private set; }

    public async Task AppendAsync(PooledBuffer bytes, List<int> lengths, CancellationToken cancellationToken)
    {
        foreach (var length in lengths)
        {
            _lines.Add((Bytes, length));
            Bytes += length;
        }

        if (bytes.Length > 0)
        {
            await _stream.WriteAsync(bytes.Memory, cancellationToken);
        }
    }

    /// <summary>Brings the lines into a random order, if one is asked for, and flushes to the disk. A file without lines goes.</summary>
    public async Task CloseAsync(ulong? shuffleSeed, CancellationToken cancellationToken)
    {
        if (_lines.Count == 0)
        {
            await _stream.DisposeAsync();
            File.Delete(path);
            return;
        }

        if (shuffleSeed is { } seed && _lines.Count > 1)
        {
            await ShuffleAsync(seed, cancellationToken);
            return;
        }

        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ShuffleAsync(ulong seed, CancellationToken cancellationToken)
    {
        var shuffled = path + ".shuffled";
        var buffer = ArrayPool<byte>.Shared.Rent(BatchOfBytes);
        try
        {
            await using var target = new FileStream(shuffled, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var filled = 0;
            foreach (var which in new SeededOrder(seed).Permutation(_lines.Count))
            {
                var (offset, length) = _lines[which];
                if (filled + length > buffer.Length)
                {
                    await target.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
                    filled = 0;
                    if (length > buffer.Length)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent(length);
                    }
                }

                // Short reads from the page cache: asking asynchronously would cost more than the read.
                for (var read = 0; read < length; )
                {
                    read += RandomAccess.Read(_stream.SafeFileHandle, buffer.AsSpan(filled + read, length - read), offset + read);
                }

                filled += length;
            }

            await target.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
            target.Flush(flushToDisk: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await _stream.DisposeAsync();
        File.Move(shuffled, path, overwrite: true);
    }
}
