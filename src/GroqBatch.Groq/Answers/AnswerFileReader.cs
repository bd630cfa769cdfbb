using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Groq.Answers;

/// <summary>Streams a result file line by line through one pooled buffer, which grows to the longest line and no further.</summary>
internal static class AnswerFileReader
{
    /// <summary>Longer lines are read past: an answer is some kilobytes, and a file without line ends must not fill the memory.</summary>
    public const int DefaultMaxLineBytes = 64 * 1024 * 1024;

    private const int FirstBuffer = 128 * 1024;
    private const int SalvagedBytes = 64 * 1024;

    /// <summary>One answer for each line that is not blank.</summary>
    /// <param name="file">UTF-8, with or without a byte order mark; line ends LF or CRLF. Not disposed.</param>
    /// <param name="maxLineBytes">Of a longer line only the beginning is looked at, for its custom id.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<Answer> ReadAsync(
        Stream file,
        int maxLineBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var start = 0; // of the line that is being looked at
            var scanned = 0; // up to here there is no line end after start
            var end = 0; // of what has been read
            var isFirst = true;
            var isPastLimit = false; // the rest of a line that was given up
            while (true)
            {
                var length = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
                if (length >= 0)
                {
                    var line = buffer.AsMemory(start, scanned + length - start);
                    start = scanned = scanned + length + 1;
                    if (isPastLimit)
                    {
                        isPastLimit = false;
                    }
                    else if (AnswerReader.Read(WithoutMark(line, isFirst)) is { } answer)
                    {
                        yield return answer;
                    }

                    isFirst = false;
                    continue;
                }

                scanned = end;
                if (isPastLimit)
                {
                    start = scanned = end = 0;
                }
                else if (end - start > maxLineBytes)
                {
                    isPastLimit = true;
                    var beginning = Encoding.UTF8.GetString(
                        WithoutMark(buffer.AsMemory(start, Math.Min(SalvagedBytes, end - start)), isFirst).Span
                    );
                    start = scanned = end = 0;
                    yield return AnswerReader.Unreadable(
                        beginning,
                        $"The line is longer than {maxLineBytes:N0} bytes; its beginning is kept."
                    );
                }

                if (end == buffer.Length)
                {
                    buffer = MakeRoom(buffer, ref start, ref scanned, ref end);
                }

                var read = await file.ReadAsync(buffer.AsMemory(end), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                end += read;
            }

            // The last line, when the file does not end in a line end.
            if (!isPastLimit && AnswerReader.Read(WithoutMark(buffer.AsMemory(start, end - start), isFirst)) is { } last)
            {
                yield return last;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int scanned, ref int end)
    {
        var length = end - start;
        var target = length > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(buffer.Length * 2) : buffer;
        buffer.AsSpan(start, length).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        scanned -= start;
        start = 0;
        end = length;
        return target;
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line, bool isFirst) =>
        isFirst && line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;
}
