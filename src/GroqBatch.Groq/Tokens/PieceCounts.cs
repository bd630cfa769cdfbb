using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace GroqBatch.Groq.Tokens;

/// <summary>
/// How many tokens short pieces of ASCII have. A place for each hash and the last piece in it: it never grows, stays in the processor's cache,
/// and needs no lock, since a place is one reference. Safe to use from several threads.
/// </summary>
internal sealed class PieceCounts
{
    private const int LongestPiece = 15;
    private const int PlacesLog2 = 13;

    private readonly Entry?[] _places = new Entry?[1 << PlacesLog2];

    /// <summary>The piece itself as a number, with its length; false where it is too long for that.</summary>
    public static bool TryMakeKey(ReadOnlySpan<char> piece, out UInt128 key)
    {
        key = default;
        if (piece.Length > LongestPiece)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[LongestPiece + 1];
        bytes.Clear();
        if (Ascii.FromUtf16(piece, bytes, out _) != OperationStatus.Done)
        {
            return false;
        }

        bytes[LongestPiece] = (byte)piece.Length;
        key = MemoryMarshal.Read<UInt128>(bytes);
        return true;
    }

    /// <summary>Null where it is not known (any more).</summary>
    public int? Find(UInt128 key) => _places[PlaceOf(key)] is { } entry && entry.Key == key ? entry.Tokens : null;

    /// <summary>Keeps a count until another piece takes its place.</summary>
    public void Keep(UInt128 key, int tokens) => _places[PlaceOf(key)] = new Entry(key, tokens);

    private static int PlaceOf(UInt128 key)
    {
        var mixed = ((ulong)key * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)(key >> 64) * 0xC2B2_AE3D_27D4_EB4F);
        return (int)((mixed ^ (mixed >> 29)) * 0xBF58_476D_1CE4_E5B9 >> (64 - PlacesLog2));
    }

    private sealed record Entry(UInt128 Key, int Tokens);
}
