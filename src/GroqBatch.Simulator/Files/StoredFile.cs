namespace GroqBatch.Simulator.Files;

/// <summary>A file of the Files API as it lies in the folder.</summary>
internal sealed record StoredFile
{
    public const string IdPrefix = "file_";

    public required string Id { get; init; }

    /// <summary><c>batch</c> or <c>batch_output</c>.</summary>
    public required string Purpose { get; init; }

    public required string Filename { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Where the bytes are, below the folder's root.</summary>
    public required string Content { get; init; }

    /// <summary>Of input files only.</summary>
    public InputInspection? Inspection { get; init; }

    /// <summary>Of result files: the batch they belong to.</summary>
    public string? BatchId { get; init; }
}
