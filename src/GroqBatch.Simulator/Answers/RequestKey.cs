using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// Eight bytes that stand for a <c>custom_id</c>, alone or with a model. With 50,000 of them two that differ fall together once in ten
/// thousand million files. Both take the raw JSON text, escapes included: the same client writes the same id the same way.
/// </summary>
internal static class RequestKey
{
    public static ulong OfId(ReadOnlySpan<byte> customId) => Hash(customId, default);

    public static ulong Of(ReadOnlySpan<byte> customId, ReadOnlySpan<byte> model) => Hash(customId, model);

    private static ulong Hash(ReadOnlySpan<byte> customId, ReadOnlySpan<byte> model)
    {
        var length = customId.Length + 1 + model.Length;
        var bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        customId.CopyTo(bytes);
        bytes[customId.Length] = (byte)'\n';
        model.CopyTo(bytes[(customId.Length + 1)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }
}
