using System.Buffers;

namespace GroqBatch.Simulator.Files;

/// <summary>Some whole lines of a JSON Lines file, in a rented buffer that whoever is done with it gives back.</summary>
internal sealed class LineBlock(byte[] buffer, int length, int firstLine, int firstIndex) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>Number of the first line, from 1.</summary>
    public int FirstLine => firstLine;

    /// <summary>Number of the first line that is not blank, from 0, counting such lines only.</summary>
    public int FirstIndex => firstIndex;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>
/// Reads a JSON Lines file in blocks of whole lines, works on several blocks at a time and hands the results on in order. Memory is a few
/// blocks, whatever the size of the file.
/// </summary>
internal static class LineBlocks
{
    private const int BlockBytes = 1 << 20;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Takes the next line off <paramref name="rest"/>, without its line end; false at the end.</summary>
    public static bool TryReadLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        if (rest.IsEmpty)
        {
            line = default;
            return false;
        }

        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        if (!line.IsEmpty && line[^1] == (byte)'\r')
        {
            line = line[..^1];
        }

        return true;
    }

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;

    /// <summary>Runs <paramref name="work"/> on blocks in parallel and <paramref name="merge"/> on its results, one by one, in order.</summary>
    public static async Task ForEachAsync<T>(
        string path,
        Func<LineBlock, T> work,
        Func<T, CancellationToken, ValueTask> merge,
        CancellationToken cancellationToken
    )
    {
        var parallelism = Math.Clamp(Environment.ProcessorCount, 1, 8);
        var underWay = new Queue<Task<T>>();
        try
        {
            await foreach (var block in ReadAsync(path, cancellationToken))
            {
                underWay.Enqueue(
                    Task.Run(
                        () =>
                        {
                            using (block)
                            {
                                return work(block);
                            }
                        },
                        cancellationToken
                    )
                );
                if (underWay.Count > parallelism)
                {
                    await merge(await underWay.Dequeue(), cancellationToken);
                }
            }

            while (underWay.TryDequeue(out var next))
            {
                await merge(await next, cancellationToken);
            }
        }
        finally
        {
            // Nobody may still write into a buffer that is about to be used for something else.
            await Task.WhenAll(underWay)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async IAsyncEnumerable<LineBlock> ReadAsync(
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var stream = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0,
            FileOptions.SequentialScan
        );
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        var filled = 0;
        var lines = 0;
        var index = 0;
        var first = true;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += read;
            if (first && filled >= 3)
            {
                first = false;
                if (buffer.AsSpan(0, 3).SequenceEqual(ByteOrderMark))
                {
                    buffer.AsSpan(3, filled - 3).CopyTo(buffer);
                    filled -= 3;
                }
            }

            var whole = read == 0 ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (whole == 0)
            {
                if (read == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    yield break;
                }

                if (filled == buffer.Length)
                {
                    // One line longer than a block: the only case in which a buffer grows.
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, filled).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                continue;
            }

            var next = ArrayPool<byte>.Shared.Rent(Math.Max(BlockBytes, filled - whole));
            buffer.AsSpan(whole, filled - whole).CopyTo(next);
            var block = new LineBlock(buffer, whole, lines + 1, index);
            Count(block.Bytes, ref lines, ref index);
            yield return block;
            filled -= whole;
            buffer = next;
        }
    }

    private static void Count(ReadOnlySpan<byte> bytes, ref int lines, ref int index)
    {
        while (TryReadLine(ref bytes, out var line))
        {
            lines++;
            if (!IsBlank(line))
            {
                index++;
            }
        }
    }
}
