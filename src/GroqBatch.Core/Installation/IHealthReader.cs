namespace GroqBatch.Core.Installation;

/// <summary>How an installation is, as the database knows it: a few rows, however much it holds.</summary>
public interface IHealthReader
{
    /// <summary>Reads it now.</summary>
    /// <param name="provider">The active one: nodes and batches of another are not its concern.</param>
    Task<HealthReading> ReadAsync(string provider, CancellationToken cancellationToken);
}

/// <summary>What the database says of an installation.</summary>
public sealed record HealthReading
{
    /// <summary>The database's clock, by which the other times were taken.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>Such as <c>15.18</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>Bytes on disk of this database.</summary>
    public required long DatabaseBytes { get; init; }

    /// <summary>The latest migration that was applied, by its name without its time.</summary>
    public required string Schema { get; init; }

    /// <summary>Processes that carry runs on, by name.</summary>
    public required IReadOnlyList<SchedulerNode> Nodes { get; init; }

    /// <summary>Batches that the provider has or may have.</summary>
    public required int LiveBatches { get; init; }

    /// <summary>Of these, the ones whose creation was never confirmed: the provider's list will tell.</summary>
    public required int DoubtfulBatches { get; init; }

    /// <summary>When the live batch that was heard of least recently was last heard of; null without any.</summary>
    public DateTimeOffset? StalestPollAt { get; init; }

    /// <summary>Why the latest poll of a live batch failed; null where none did.</summary>
    public string? PollError { get; init; }

    /// <summary>Batches whose confirmation was lost, and which were found at the provider and adopted.</summary>
    public required int AdoptedBatches { get; init; }

    /// <summary>When the latest of them was adopted; null without any.</summary>
    public DateTimeOffset? LastAdoptedAt { get; init; }
}

/// <summary>A process with the pipeline running.</summary>
/// <param name="Name">Its host and a number.</param>
/// <param name="SeenAt">Its last sign of life.</param>
/// <param name="Interval">How often it gives one.</param>
public sealed record SchedulerNode(string Name, DateTimeOffset SeenAt, TimeSpan Interval)
{
    // As many signs as the scheduler itself lets pass before others take over what the node was at.
    private const int Missed = 5;

    /// <summary>Whether it has missed so many that it is taken for dead.</summary>
    /// <param name="now">By the same clock.</param>
    public bool IsSilent(DateTimeOffset now) => now - SeenAt > Interval * Missed;
}
