using GroqBatch.Core.Plans;

namespace GroqBatch.Cli.Plans;

/// <summary>How ways to a goal are written for people.</summary>
internal static class PlanText
{
    /// <summary>What is done, and with which models.</summary>
    public static string WayOf(PlanOption option) =>
        option.Kind switch
        {
            PlanKind.WithoutFallback => "first model alone",
            PlanKind.WithFallback => "with fallback",
            PlanKind.StartOnFallback => "stronger model first",
            PlanKind.JsonMode => "with fallback, first in JSON mode",
            _ => throw new ArgumentOutOfRangeException(nameof(option), option.Kind, "Unknown way."),
        } + $" ({string.Join(", ", option.Ladder.Rungs.Select(rung => rung.Model))})";
}
