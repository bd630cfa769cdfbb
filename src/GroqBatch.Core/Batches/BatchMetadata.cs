using System.Globalization;

namespace GroqBatch.Core.Batches;

/// <summary>What travels with a batch, so that it is found again and people can tell whose it is. Within OpenAI's limits; Groq states none.</summary>
/// <param name="Nonce">Ours alone: finds a batch whose creation was never confirmed.</param>
/// <param name="InstallationId">Which installation sent it.</param>
/// <param name="RunId">For which run.</param>
/// <param name="Pass">In which pass.</param>
public sealed record BatchMetadata(Guid Nonce, Guid InstallationId, Guid RunId, int Pass)
{
    private const string NonceKey = "groqbatch_nonce";
    private const string InstallationKey = "groqbatch_installation";
    private const string RunKey = "groqbatch_run";
    private const string PassKey = "groqbatch_pass";

    /// <summary>The form on the wire.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [NonceKey] = Nonce.ToString(),
            [InstallationKey] = InstallationId.ToString(),
            [RunKey] = RunId.ToString(),
            [PassKey] = Pass.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>The nonce of a batch that an installation like this one sent; null for any other.</summary>
    public static Guid? NonceOf(IReadOnlyDictionary<string, string> metadata) => Read(metadata, NonceKey);

    /// <summary>The installation that sent a batch; null for one that none did.</summary>
    public static Guid? InstallationOf(IReadOnlyDictionary<string, string> metadata) => Read(metadata, InstallationKey);

    private static Guid? Read(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) && Guid.TryParse(text, out var value) ? value : null;
}
