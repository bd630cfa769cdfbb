using System.Runtime.InteropServices;

namespace GroqBatch.Web.Shared;

/// <summary>What a part of a bar means; one colour and one texture each, the same everywhere.</summary>
public enum SegmentKind
{
    /// <summary>Summarised on the first rung.</summary>
    First,

    /// <summary>Recovered by a later rung.</summary>
    Recovered,

    /// <summary>A summary older than its pull request; it still counts as summarised.</summary>
    Stale,

    /// <summary>In flight.</summary>
    InFlight,

    /// <summary>Not yet: the empty track.</summary>
    NotYet,

    /// <summary>Expected to succeed; nothing has happened yet.</summary>
    Planned,

    /// <summary>Expected to fail; nothing has happened yet.</summary>
    PlannedFailure,

    /// <summary>Failed.</summary>
    Failed,

    /// <summary>Excluded (empty body): outside of the bar, to its scale.</summary>
    Excluded,
}

/// <summary>A part of a bar.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Count">How many; the bar draws counts, never rounded shares.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Segment(SegmentKind Kind, long Count)
{
    /// <summary>The class of its fill.</summary>
    public string Class =>
        Kind switch
        {
            SegmentKind.First => "first",
            SegmentKind.Recovered => "recovered",
            SegmentKind.Stale => "stale",
            SegmentKind.InFlight => "flight",
            SegmentKind.NotYet => "notyet",
            SegmentKind.Planned => "planned",
            SegmentKind.PlannedFailure => "planned-fail",
            SegmentKind.Failed => "failed",
            SegmentKind.Excluded => "excluded",
            _ => throw new InvalidOperationException($"Unknown kind of segment: {Kind}."),
        };

    /// <summary>Its word, as it stands after a figure or before it.</summary>
    public string Word =>
        Kind switch
        {
            SegmentKind.First => "first rung",
            SegmentKind.Recovered => "recovered",
            SegmentKind.Stale => "stale",
            SegmentKind.InFlight => "in flight",
            SegmentKind.NotYet => "not yet",
            SegmentKind.Planned => "expected",
            SegmentKind.PlannedFailure => "expected to fail",
            SegmentKind.Failed => "failed",
            SegmentKind.Excluded => "excluded, empty body",
            _ => throw new InvalidOperationException($"Unknown kind of segment: {Kind}."),
        };
}
