using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Where pull requests stand, as columns that several tables share.</summary>
internal static class CountCells
{
    /// <summary>Their names.</summary>
    public static readonly string[] Columns =
    [
        "eligible",
        "all",
        "excluded",
        "summarised",
        "recovered",
        "stale",
        "inFlight",
        "failed",
        "parked",
        "pending",
    ];

    /// <summary>Their cells.</summary>
    public static object?[] Of(CoverageCounts counts) =>
        [
            counts.Eligible,
            counts.Total,
            counts.Excluded,
            counts.Summarised,
            counts.Recovered,
            counts.Stale,
            counts.InFlight,
            counts.Failed,
            counts.Parked,
            counts.Pending,
        ];
}
