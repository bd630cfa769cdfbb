using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Text;

namespace GroqBatch.Sources.Import;

/// <summary>A line that was read: a pull request, or the reason why it is none.</summary>
/// <param name="Number">Counted from 1, blank lines included.</param>
/// <param name="Bytes">Of the line.</param>
/// <param name="PullRequest">Null when it was refused.</param>
/// <param name="Refusal">Null when it was taken.</param>
/// <param name="Cleaned">Characters that could not be stored and became U+FFFD.</param>
internal readonly record struct ImportedLine(long Number, int Bytes, PullRequest? PullRequest, LineException? Refusal, int Cleaned);

/// <summary>
/// Streams pull requests from JSON Lines, plain or gzip (told apart by content). A byte order mark, CRLF and blank lines are nothing special;
/// a bad line is handed out as such and never ends the reading.
/// </summary>
internal sealed class JsonLinesReader(int maxLineBytes)
{
    private const int BufferSize = 256 * 1024;
    private static readonly StreamPipeReaderOptions PipeOptions = new(bufferSize: BufferSize, minimumReadSize: 32 * 1024, leaveOpen: true);

    static JsonLinesReader() => StrictGzip.Demand();

    /// <summary>Reads to the end; blank lines are left out.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="repository">For lines that name none; null: they are refused.</param>
    /// <exception cref="WrongEncodingException">The text is UTF-16.</exception>
    /// <exception cref="InvalidDataException">Its compression is broken; the lines before that have been handed out.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public async IAsyncEnumerable<ImportedLine> ReadAsync(
        Stream stream,
        string? repository,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var raw = PipeReader.Create(stream, PipeOptions);
        var isGzip = await StartsWithAsync(raw, [0x1F, 0x8B], cancellationToken);
        await using var unzipped = isGzip ? new GZipStream(raw.AsStream(leaveOpen: true), CompressionMode.Decompress) : null;
        var text = unzipped is null ? raw : PipeReader.Create(unzipped, PipeOptions);
        try
        {
            if (
                await StartsWithAsync(text, [0xFF, 0xFE], cancellationToken) || await StartsWithAsync(text, [0xFE, 0xFF], cancellationToken)
            )
            {
                throw new WrongEncodingException();
            }

            await foreach (var line in LineReader.ReadAsync(text, maxLineBytes, cancellationToken))
            {
                if (Read(line, repository) is { } read)
                {
                    yield return read;
                }
            }
        }
        finally
        {
            await text.CompleteAsync();
            await raw.CompleteAsync();
        }
    }

    private ImportedLine? Read(Line line, string? repository)
    {
        if (line.IsTooLong)
        {
            var tooLong = new LineException(null, $"Longer than {maxLineBytes} bytes, which is the limit (Import:MaxLineBytes).");
            return new ImportedLine(line.Number, 0, null, tooLong, 0);
        }

        if (line.Bytes.IsSingleSegment)
        {
            return Read(line.Number, line.Bytes.FirstSpan, repository);
        }

        var length = (int)line.Bytes.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.Bytes.CopyTo(whole);
            return Read(line.Number, whole.AsSpan(0, length), repository);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private static ImportedLine? Read(long number, ReadOnlySpan<byte> line, string? repository)
    {
        var length = line.Length;
        if (number == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        if (!line.ContainsAnyExcept(" \t\r"u8))
        {
            return null;
        }

        if (!Utf8.IsValid(line))
        {
            return new ImportedLine(number, length, null, new LineException(null, "Not valid UTF-8."), 0);
        }

        var cleaned = 0;
        try
        {
            var storable = HasSuspectEscape(line) ? Clean(line, out cleaned) : line;
            return new ImportedLine(number, length, PullRequestLine.Parse(storable, repository), null, cleaned);
        }
        catch (LineException refusal)
        {
            return new ImportedLine(number, length, null, refusal, 0);
        }
    }

    private static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line, out int cleaned) =>
        Encoding.UTF8.GetBytes(StorableText.CleanJson(Encoding.UTF8.GetString(line), out cleaned));

    /// <summary>
    /// Whether there may be an escape of U+0000 or of a surrogate, which need a closer look (most surrogates stand in pairs). Raw, neither can
    /// be in valid UTF-8 and valid JSON.
    /// </summary>
    private static bool HasSuspectEscape(ReadOnlySpan<byte> line)
    {
        while (line.IndexOf("\\u"u8) is >= 0 and var at)
        {
            line = line[(at + 2)..];
            if (line.StartsWith("0000"u8) || (line.Length > 1 && (line[0] | 0x20) == 'd' && line[1] is >= (byte)'8'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks at the first bytes and leaves them there.</summary>
    private static async Task<bool> StartsWithAsync(PipeReader reader, byte[] prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length < prefix.Length && !result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            var starts =
                result.Buffer.Length >= prefix.Length && result.Buffer.Slice(0, prefix.Length).ToArray().AsSpan().SequenceEqual(prefix);
            reader.AdvanceTo(result.Buffer.Start);
            return starts;
        }
    }
}
