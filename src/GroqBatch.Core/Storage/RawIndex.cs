using System.Text.Json;
using System.Text.Json.Serialization;

namespace GroqBatch.Core.Storage;

/// <summary>The index of a folder of raw files, as it lies beside them: <c>index.json</c>.</summary>
public sealed record RawIndex
{
    /// <summary>The file's name.</summary>
    public const string FileName = "index.json";

    /// <summary>Of this form; grows when a reader must know.</summary>
    public int FormatVersion { get; init; } = 1;

    public required Guid RunId { get; init; }

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    public required string Provider { get; init; }

    /// <summary>The run's, as <see cref="Runs.RunState"/> is written.</summary>
    public required string State { get; init; }

    /// <summary>In the order of passes and ordinals.</summary>
    public required IReadOnlyList<RawIndexBatch> Batches { get; init; }

    /// <summary>Files that should be there and can't be had, or are not what was recorded.</summary>
    [JsonIgnore]
    public IEnumerable<(RawIndexBatch Batch, RawIndexFile File)> Faults =>
        Batches.SelectMany(batch => batch.Files.Where(file => file.Fault is not null).Select(file => (batch, file)));

    /// <summary>As JSON, indented: people look into it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, RawIndexContext.Default.RawIndex);

    /// <summary>Reads the form of <see cref="ToString"/>.</summary>
    /// <exception cref="JsonException">It is not of that form.</exception>
    public static RawIndex Parse(string json) =>
        JsonSerializer.Deserialize(json, RawIndexContext.Default.RawIndex) ?? throw new JsonException("The index is empty.");
}

/// <summary>A batch in <see cref="RawIndex"/>.</summary>
public sealed record RawIndexBatch
{
    public required int Pass { get; init; }

    /// <summary>Counted from 1 within its pass.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Ours.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>The provider's; null when it was never submitted.</summary>
    public string? ProviderBatchId { get; init; }

    /// <summary>As <see cref="Runs.BatchState"/> is written.</summary>
    public required string State { get; init; }

    /// <summary>The provider's word; null before its first answer.</summary>
    public string? Status { get; init; }

    public required int Requests { get; init; }

    /// <summary>The files it has, or should have.</summary>
    public required IReadOnlyList<RawIndexFile> Files { get; init; }
}

/// <summary>A file in <see cref="RawIndex"/>.</summary>
public sealed record RawIndexFile
{
    /// <summary><c>request</c>, <c>output</c> or <c>error</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The provider's id; null when it never had it.</summary>
    public string? FileId { get; init; }

    /// <summary>Beside the index; null when it can't be had.</summary>
    public string? Name { get; init; }

    /// <summary>Of the file as it lies here, compressed.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the file as it lies here, compressed; lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Of its lines, uncompressed.</summary>
    public long? ContentBytes { get; init; }

    /// <summary>SHA-256 of its lines, uncompressed: as the provider had it; lower-case hex.</summary>
    public string? ContentSha256 { get; init; }

    /// <summary>Whether it had to be downloaded again.</summary>
    public bool FromProvider { get; init; }

    /// <summary>Why it can't be had, or what is wrong with it; null when all is well.</summary>
    public string? Fault { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RawIndex))]
internal sealed partial class RawIndexContext : JsonSerializerContext;
