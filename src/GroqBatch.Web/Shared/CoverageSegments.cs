using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Shared;

/// <summary>Coverage as parts of a bar, in the order that never changes: covered from the left, failures at the right end.</summary>
public static class CoverageSegments
{
    /// <summary>All of the eligible, zeros included. What a person has parked has failed, and is drawn there.</summary>
    public static IReadOnlyList<Segment> Of(CoverageCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return
        [
            new(SegmentKind.First, counts.SummarisedFirst),
            new(SegmentKind.Recovered, counts.Recovered),
            new(SegmentKind.Stale, counts.Stale),
            new(SegmentKind.InFlight, counts.InFlight),
            new(SegmentKind.NotYet, counts.Pending),
            new(SegmentKind.Failed, counts.Failed + counts.Parked),
        ];
    }
}
