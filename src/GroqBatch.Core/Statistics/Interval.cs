namespace GroqBatch.Core.Statistics;

/// <summary>From low to high, both included.</summary>
public sealed record Interval(double Low, double High)
{
    public bool Contains(double value) => value >= Low && value <= High;
}
