namespace GroqBatch.Core.Storage;

/// <summary>Which file of a batch.</summary>
public enum RawFileKind
{
    /// <summary>The lines as they were sent.</summary>
    Request,

    /// <summary>The provider's output file as it came.</summary>
    Output,

    /// <summary>The provider's error file as it came.</summary>
    Error,
}
