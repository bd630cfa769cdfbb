using System.Text.Json;
using System.Text.Json.Serialization;

namespace GroqBatch.Core.Import;

/// <summary>A line that did not go in.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Its number, counted from 1, blank lines included.</param>
/// <param name="Field">The path of the field, such as <c>files[3].additions</c>; null when it is the line as a whole.</param>
/// <param name="Reason">What was wrong or expected; never quotes the line.</param>
public sealed record RejectedLine(string File, long Line, string? Field, string Reason);

/// <summary>
/// What happened to lines. <see cref="Lines"/> = <see cref="Added"/> + <see cref="Updated"/> + <see cref="Unchanged"/> +
/// <see cref="Superseded"/> + <see cref="Rejected"/>.
/// </summary>
public record ImportCounts
{
    /// <summary>Lines that are not blank.</summary>
    public long Lines { get; init; }

    /// <summary>Pull requests that are new.</summary>
    public long Added { get; init; }

    /// <summary>Pull requests that were there and have changed.</summary>
    public long Updated { get; init; }

    /// <summary>Pull requests that were there just so.</summary>
    public long Unchanged { get; init; }

    /// <summary>Lines that a later line of the same file, with the same repository and number, took the place of.</summary>
    public long Superseded { get; init; }

    /// <summary>Lines that did not go in.</summary>
    public long Rejected { get; init; }

    /// <summary>Characters that can't be stored (U+0000, lone surrogates) and became U+FFFD.</summary>
    public long CleanedCharacters { get; init; }
}

/// <summary>What happened to one file.</summary>
public sealed record ImportFileReport : ImportCounts
{
    /// <summary>Its name.</summary>
    public required string File { get; init; }

    /// <summary>Why it could not be read, or not to its end; what was read before is in. Null when it was read whole.</summary>
    public string? Fault { get; init; }
}

/// <summary>What an import did.</summary>
public sealed record ImportReport
{
    /// <summary>How many rejected lines are kept; all are counted.</summary>
    public const int MaxRejectedLines = 1_000;

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    /// <summary>The sum over all files.</summary>
    public required ImportCounts Total { get; init; }

    /// <summary>Each file, in its order.</summary>
    public required IReadOnlyList<ImportFileReport> Files { get; init; }

    /// <summary>The first <see cref="MaxRejectedLines"/> of them.</summary>
    public required IReadOnlyList<RejectedLine> RejectedLines { get; init; }

    /// <summary>Whether every line went in and every file was read whole.</summary>
    [JsonIgnore]
    public bool IsClean => Total.Rejected == 0 && Files.All(file => file.Fault is null);

    /// <summary>The report as JSON, camelCase, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ImportReportJson.Default.ImportReport);
}

/// <summary>The JSON form of a report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImportReport))]
public sealed partial class ImportReportJson : JsonSerializerContext;
