namespace GroqBatch.Sources.Import;

/// <summary>A line can't be taken. Never leaves this room: it becomes a rejected line.</summary>
internal sealed class LineException(string? field, string reason) : Exception(reason)
{
    /// <summary>The path of the field; null for the line as a whole.</summary>
    public string? Field { get; } = field;
}
