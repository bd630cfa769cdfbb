namespace GroqBatch.Core.Import;

/// <summary>Section <c>Import</c> of the configuration.</summary>
public sealed class ImportOptions
{
    public const string SectionName = "Import";

    /// <summary>The smallest limit that makes sense: an ordinary pull request fits.</summary>
    public const int SmallestMaxLineBytes = 4 * 1024;

    /// <summary>The largest one: a line is held in memory.</summary>
    public const int LargestMaxLineBytes = 512 * 1024 * 1024;

    /// <summary>Bytes that a line may have; a longer one is rejected without being held in memory.</summary>
    public int MaxLineBytes { get; set; } = 16 * 1024 * 1024;
}
