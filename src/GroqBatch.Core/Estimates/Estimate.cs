namespace GroqBatch.Core.Estimates;

/// <summary>A figure that is not known yet.</summary>
/// <param name="Low">In nine of ten runs the actual figure is not below it.</param>
/// <param name="Expected">The most likely.</param>
/// <param name="High">In nine of ten runs the actual figure is not above it.</param>
public sealed record Range(double Low, double Expected, double High)
{
    /// <summary>A figure that is certain.</summary>
    public static Range Exactly(double value) => new(value, value, value);
}

/// <summary>What a run is likely to take, shown before its start and kept on it.</summary>
public sealed record Estimate
{
    /// <summary>Requests over all passes.</summary>
    public required Range Requests { get; init; }

    public required Range PromptTokens { get; init; }
    public required Range CompletionTokens { get; init; }

    /// <summary>Dollars; null when a rung's price is unknown.</summary>
    public Range? Cost { get; init; }

    /// <summary>Seconds from start to end; null when nothing is known about the provider's speed.</summary>
    public Range? Seconds { get; init; }

    /// <summary>Pull requests that fail on the first rung.</summary>
    public required Range FirstPassFailures { get; init; }

    /// <summary>Pull requests without a summary at the end.</summary>
    public required Range FinalFailures { get; init; }

    /// <summary>Where the figures come from, in words.</summary>
    public required string Basis { get; init; }
}
