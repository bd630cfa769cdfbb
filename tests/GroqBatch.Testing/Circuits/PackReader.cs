using System.Buffers.Binary;
using System.Text;

namespace GroqBatch.Testing.Circuits;

/// <summary>Reads as much MessagePack as a circuit's messages are made of.</summary>
internal sealed class PackReader(ReadOnlyMemory<byte> data)
{
    private int _at;

    /// <summary>How many items follow.</summary>
    public int ReadArrayHeader() =>
        Take() switch
        {
            >= 0x90 and <= 0x9f and var code => code & 0x0f,
            0xdc => BinaryPrimitives.ReadUInt16BigEndian(TakeSpan(2)),
            0xdd => (int)BinaryPrimitives.ReadUInt32BigEndian(TakeSpan(4)),
            var code => throw Unexpected(code, "an array"),
        };

    /// <summary>A whole number.</summary>
    public long ReadInteger() =>
        Take() switch
        {
            <= 0x7f and var code => code,
            >= 0xe0 and var code => (sbyte)code,
            0xcc => Take(),
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(TakeSpan(2)),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(TakeSpan(4)),
            0xcf => (long)BinaryPrimitives.ReadUInt64BigEndian(TakeSpan(8)),
            0xd0 => (sbyte)Take(),
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(TakeSpan(2)),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(TakeSpan(4)),
            0xd3 => BinaryPrimitives.ReadInt64BigEndian(TakeSpan(8)),
            var code => throw Unexpected(code, "a whole number"),
        };

    /// <summary>Text, or null.</summary>
    public string? ReadText()
    {
        var code = Take();
        if (code == 0xc0)
        {
            return null;
        }

        var length = code switch
        {
            >= 0xa0 and <= 0xbf => code & 0x1f,
            0xd9 => Take(),
            0xda => BinaryPrimitives.ReadUInt16BigEndian(TakeSpan(2)),
            0xdb => (int)BinaryPrimitives.ReadUInt32BigEndian(TakeSpan(4)),
            _ => throw Unexpected(code, "text"),
        };
        return Encoding.UTF8.GetString(TakeSpan(length));
    }

    /// <summary>Bytes, not copied.</summary>
    public ReadOnlyMemory<byte> ReadBytes()
    {
        var code = Take();
        var length = code switch
        {
            0xc4 => Take(),
            0xc5 => BinaryPrimitives.ReadUInt16BigEndian(TakeSpan(2)),
            0xc6 => (int)BinaryPrimitives.ReadUInt32BigEndian(TakeSpan(4)),
            _ => throw Unexpected(code, "bytes"),
        };
        _at += length;
        return data.Slice(_at - length, length);
    }

    /// <summary>Passes over a map of texts.</summary>
    public void SkipTextMap()
    {
        var code = Take();
        for (var entries = code is >= 0x80 and <= 0x8f ? code & 0x0f : throw Unexpected(code, "a small map"); entries > 0; entries--)
        {
            ReadText();
            ReadText();
        }
    }

    private byte Take() => data.Span[_at++];

    private ReadOnlySpan<byte> TakeSpan(int length)
    {
        _at += length;
        return data.Span.Slice(_at - length, length);
    }

    private InvalidDataException Unexpected(byte code, string wanted) => new($"0x{code:x2} at {_at - 1} where {wanted} was expected.");
}
