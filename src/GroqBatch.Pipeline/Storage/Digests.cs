using System.Buffers;
using System.Security.Cryptography;

namespace GroqBatch.Pipeline.Storage;

/// <summary>What is told of a file's content.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal readonly record struct Digest(long Bytes, string Sha256);

/// <summary>SHA-256 of streams, read once and never held.</summary>
internal static class Digests
{
    private const int BufferSize = 1 << 17;

    /// <summary>Reads a stream to its end; what is read goes to a target where one is given.</summary>
    public static async Task<Digest> OfAsync(Stream source, Stream? target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long bytes = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                bytes += read;
                if (target is not null)
                {
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            return new Digest(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Of the lines in a compressed raw file; null when it can't be decompressed to its end.</summary>
    public static async Task<Digest?> TryOfContentAsync(string compressed, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = RawFiles.OpenRead(compressed);
            return await OfAsync(content, target: null, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
