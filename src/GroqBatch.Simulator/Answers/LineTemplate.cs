using System.Text.Json;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// A request line that has been read, and where on it the two things stand that differ from line to line: the custom id and the user's message.
/// One client writes all else the same, byte for byte, and that need not be read again. A line is like it when the three constant parts are the
/// same, the id is plain, and what stands between the quotes of the message is one JSON string: then it is valid where this one was.
/// </summary>
internal sealed class LineTemplate
{
    private readonly byte[] _line;
    private readonly int _idStart;
    private readonly int _idEnd;
    private readonly int _messageStart;
    private readonly int _messageEnd;

    /// <param name="line">A whole valid line.</param>
    /// <param name="idStart">Where the custom id begins, behind its quote.</param>
    /// <param name="idLength">Its length.</param>
    /// <param name="messageStart">Where the user's message begins, at its quote, behind the id.</param>
    /// <param name="messageLength">Its length, both quotes included.</param>
    public LineTemplate(ReadOnlySpan<byte> line, int idStart, int idLength, int messageStart, int messageLength)
    {
        _line = line.ToArray();
        _idStart = idStart;
        _idEnd = idStart + idLength;
        _messageStart = messageStart;
        _messageEnd = messageStart + messageLength;
    }

    /// <summary>Takes a line apart that is like this one; false when it is not, or can't be told this way.</summary>
    /// <param name="line">Without its line end.</param>
    /// <param name="customId">Without quotes; it has no escapes.</param>
    /// <param name="message">Stands on the message's string.</param>
    public bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> customId, out Utf8JsonReader message)
    {
        customId = default;
        message = default;
        var template = _line.AsSpan();
        if (!line.StartsWith(template[.._idStart]))
        {
            return false;
        }

        var rest = line[_idStart..];
        var idLength = rest.IndexOf((byte)'"');
        var between = template[_idEnd.._messageStart];
        var end = template[_messageEnd..];
        if (
            idLength <= 0
            || rest[..idLength].ContainsAnyExceptInRange((byte)' ', (byte)'~')
            || rest[..idLength].Contains((byte)'\\')
            || rest.Length < idLength + between.Length + end.Length + 2
            || !rest[idLength..].StartsWith(between)
            || !rest.EndsWith(end)
        )
        {
            return false;
        }

        var text = rest[(idLength + between.Length)..^end.Length];
        customId = rest[..idLength];
        message = new Utf8JsonReader(text);
        try
        {
            return message.Read() && message.TokenType == JsonTokenType.String && message.BytesConsumed == text.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
