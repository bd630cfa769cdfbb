using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GroqBatch.Simulator.Storage;

/// <summary>
/// Groq's identifiers: a prefix and 26 lower-case Crockford base32 characters that encode a UUIDv7, whose first ten characters hold the
/// time in milliseconds, so that ids of one prefix sort by creation.
/// </summary>
internal static class TypeId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public const int SuffixLength = 26;

    /// <summary>A fresh id at the given moment.</summary>
    public static string New(string prefix, DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return Format(prefix, now.ToUnixTimeMilliseconds(), random);
    }

    /// <summary>An id that follows from its arguments alone.</summary>
    public static string Derived(string prefix, long unixMilliseconds, ReadOnlySpan<byte> sixteenBytes) =>
        Format(prefix, unixMilliseconds, sixteenBytes);

    /// <summary>Writes the 26 characters as ASCII.</summary>
    public static void WriteSuffix(Span<byte> destination, long unixMilliseconds, ReadOnlySpan<byte> sixteenBytes)
    {
        Span<byte> id = stackalloc byte[16];
        Compose(id, unixMilliseconds, sixteenBytes);
        var high = BinaryPrimitives.ReadUInt64BigEndian(id);
        var low = BinaryPrimitives.ReadUInt64BigEndian(id[8..]);
        var value = ((UInt128)high << 64) | low;
        for (var i = SuffixLength - 1; i >= 0; i--)
        {
            destination[i] = (byte)Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    }

    private static string Format(string prefix, long unixMilliseconds, ReadOnlySpan<byte> sixteenBytes)
    {
        Span<byte> suffix = stackalloc byte[SuffixLength];
        WriteSuffix(suffix, unixMilliseconds, sixteenBytes);
        return prefix + System.Text.Encoding.ASCII.GetString(suffix);
    }

    private static void Compose(Span<byte> id, long unixMilliseconds, ReadOnlySpan<byte> sixteenBytes)
    {
        sixteenBytes[..16].CopyTo(id);
        for (var i = 0; i < 6; i++)
        {
            id[i] = (byte)(unixMilliseconds >> (40 - (8 * i)));
        }

        id[6] = (byte)(0x70 | (id[6] & 0x0f));
        id[8] = (byte)(0x80 | (id[8] & 0x3f));
    }
}
