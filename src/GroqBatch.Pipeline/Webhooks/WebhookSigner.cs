using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>Signs as Standard Webhooks says: HMAC-SHA256 over <c>id.timestamp.body</c>, one signature for each secret.</summary>
internal static class WebhookSigner
{
    public const int LeastBytes = 24;
    public const int MostBytes = 64;
    private const string Prefix = "whsec_";

    /// <summary>The keys in a setting; null when it, or a part of it, is no secret.</summary>
    public static IReadOnlyList<byte[]>? KeysOf(string? secrets)
    {
        var keys = new List<byte[]>();
        foreach (var secret in (secrets ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var buffer = new byte[MostBytes + 1];
            if (
                !secret.StartsWith(Prefix, StringComparison.Ordinal)
                || !Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length)
                || length < LeastBytes
                || length > MostBytes
            )
            {
                return null;
            }

            keys.Add(buffer[..length]);
        }

        return keys;
    }

    /// <summary>The value of header <c>webhook-signature</c>.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="id">Header <c>webhook-id</c>.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="body">As it is sent, byte for byte.</param>
    public static string Sign(IReadOnlyList<byte[]> keys, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}
