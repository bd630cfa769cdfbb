using System.Buffers.Text;
using System.Security.Cryptography;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>
/// One-time login links of this process. A token has 128 random bits; only its hash is kept, it is good for one sign-in within a day, and using it
/// makes the next one, which is printed where the first was: on the terminal, or in the log of whoever runs this. Whoever can read that may come in.
/// </summary>
internal sealed class LoginLinks(TimeProvider time)
{
    /// <summary>How long a link is good for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private const int TokenBytes = 16;
    private readonly Lock _gate = new();
    private readonly List<(byte[] Hash, DateTimeOffset Until)> _open = [];

    /// <summary>A new token, URL-safe.</summary>
    public string Create()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _open.RemoveAll(link => link.Until <= now);
            _open.Add((Hash(token), now + Lifetime));
        }

        return token;
    }

    /// <summary>Whether a token is good, which it is not any more after this.</summary>
    public bool TryUse(string? token)
    {
        if (token is null or { Length: > 64 })
        {
            return false;
        }

        var hash = Hash(token);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            // By hash, in constant time: how long it takes says nothing about a token.
            var index = _open.FindIndex(link => link.Until > now && CryptographicOperations.FixedTimeEquals(link.Hash, hash));
            if (index < 0)
            {
                return false;
            }

            _open.RemoveAt(index);
            return true;
        }
    }

    private static byte[] Hash(string token) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token));
}
