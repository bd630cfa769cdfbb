using System.Text.Json;
using System.Text.Json.Serialization;

namespace GroqBatch.Core.Bundles;

/// <summary>What a bundle says of itself: its last member but one, <c>manifest.json</c>; the last is its digest.</summary>
public sealed record BundleManifest
{
    /// <summary>The name of the format.</summary>
    public const string FormatName = "groqbatch-bundle";

    /// <summary>The version this application writes, and the newest it reads.</summary>
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int FormatVersion { get; init; } = CurrentVersion;
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The installation that carried the run out.</summary>
    public required Guid InstallationId { get; init; }

    public required Guid RunId { get; init; }

    /// <summary>The team's slug there.</summary>
    public required string Team { get; init; }

    public required string Provider { get; init; }

    /// <summary>The run's, as <see cref="Runs.RunState"/> is written.</summary>
    public required string State { get; init; }

    /// <summary>Counted from the run's rows, with a digest of its summaries: the same query must say the same after an import.</summary>
    public required JsonElement Figures { get; init; }

    /// <summary>In the order of the archive.</summary>
    public required IReadOnlyList<BundleMember> Members { get; init; }

    /// <summary>Raw files that could not be had, in words.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>As JSON, indented: people look into it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, BundleManifestContext.Default.BundleManifest);

    /// <summary>Reads the form of <see cref="ToString"/>.</summary>
    /// <exception cref="JsonException">It is not of that form.</exception>
    public static BundleManifest Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, BundleManifestContext.Default.BundleManifest) ?? throw new JsonException("The manifest is empty.");
}

/// <summary>A member of a bundle.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Bytes">Its length, unpacked.</param>
/// <param name="Sha256">Of its bytes, unpacked; lower-case hex.</param>
public sealed record BundleMember(string Name, long Bytes, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleManifestContext : JsonSerializerContext;
