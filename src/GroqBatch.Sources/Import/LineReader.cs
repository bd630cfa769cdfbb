using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace GroqBatch.Sources.Import;

/// <summary>A line of a file.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Bytes">Without its line feed; valid until the next line is asked for. Empty when it is too long.</param>
/// <param name="IsTooLong">It has more bytes than a line may have.</param>
internal readonly record struct Line(long Number, ReadOnlySequence<byte> Bytes, bool IsTooLong);

/// <summary>Cuts a stream into lines. A line that is too long is skipped without being held.</summary>
internal static class LineReader
{
    public static async IAsyncEnumerable<Line> ReadAsync(
        PipeReader reader,
        int maxLineBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var number = 0L;
        var searched = 0L; // bytes at the start of what is buffered that have no line feed: a long line is not searched again and again
        var isSkipping = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var rest = result.Buffer;
            while (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                searched = 0;
                number++;
                yield return isSkipping || line.Length > maxLineBytes
                    ? new Line(number, default, IsTooLong: true)
                    : new Line(number, line, false);
                isSkipping = false;
            }

            if (result.IsCompleted)
            {
                if (isSkipping || rest.Length > 0)
                {
                    number++;
                    yield return isSkipping || rest.Length > maxLineBytes
                        ? new Line(number, default, IsTooLong: true)
                        : new Line(number, rest, false);
                }

                reader.AdvanceTo(rest.End);
                yield break;
            }

            isSkipping |= rest.Length > maxLineBytes;
            searched = isSkipping ? 0 : rest.Length;
            reader.AdvanceTo(isSkipping ? rest.End : rest.Start, rest.End);
        }
    }
}
