namespace GroqBatch.Core.Estimates;

/// <summary>A figure that is not known yet: in 19 of 20 runs the actual one lies between low and high, both included.</summary>
/// <param name="Low">One run in 40 stays below it.</param>
/// <param name="Expected">As many runs stay below it as go above: the median.</param>
/// <param name="High">One run in 40 goes above it.</param>
public sealed record Range(double Low, double Expected, double High)
{
    /// <summary>A figure that is certain.</summary>
    public static Range Exactly(double value) => new(value, value, value);
}

/// <summary>
/// What a run is likely to take, shown before its start and kept on it. Tokens and dollars are those the provider counts; it doesn't say whether
/// it charges a failed request, so high has them charged.
/// </summary>
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

    /// <summary>Seconds after which every pass has overrun its completion window: the hard end, known without a past. Null: not told.</summary>
    public double? LatestSeconds { get; init; }

    /// <summary>Pull requests that fail on the first rung.</summary>
    public required Range FirstPassFailures { get; init; }

    /// <summary>Pull requests without a summary at the end.</summary>
    public required Range FinalFailures { get; init; }

    /// <summary>Where the figures come from, in words.</summary>
    public required string Basis { get; init; }

    /// <summary>The same for each pass that the ladder allows; null in estimates of earlier versions.</summary>
    public IReadOnlyList<PassEstimate>? Passes { get; init; }

    /// <summary>The team's coverage at the end, as a share; null when it is not known what the team has. What other live runs add is left out.</summary>
    public Range? CoverageAfter { get; init; }

    /// <summary>The chance that this run brings the team to its goal; null when it is not known what the team has.</summary>
    public double? ChanceToReachGoal { get; init; }

    /// <summary>
    /// How many pull requests are enough to reach the goal in 19 of 20 runs: 0 when it is reached already; null when all of those selected are not
    /// enough for that, or it is not known what the team has.
    /// </summary>
    public int? EnoughForGoal { get; init; }
}

/// <summary>What one pass is likely to take.</summary>
public sealed record PassEstimate
{
    /// <summary>Counted from 1.</summary>
    public required int Ordinal { get; init; }

    public required string Model { get; init; }
    public required Range Requests { get; init; }

    /// <summary>Requests that fail on this rung.</summary>
    public required Range Failures { get; init; }

    public required Range PromptTokens { get; init; }
    public required Range CompletionTokens { get; init; }

    /// <summary>Dollars; null when the rung's price is unknown.</summary>
    public Range? Cost { get; init; }

    /// <summary>Seconds; 0 where the pass has nothing to do; null when nothing is known about the provider's speed.</summary>
    public Range? Seconds { get; init; }

    /// <summary>The team's coverage after this pass; null when it is not known what the team has.</summary>
    public Range? CoverageAfter { get; init; }

    /// <summary>The chance that the team is at its goal after this pass; null when it is not known what the team has.</summary>
    public double? ChanceToReachGoal { get; init; }
}
