namespace GroqBatch.Core.Coverage;

/// <summary>Where a pull request stands; it is in exactly one of these.</summary>
public enum CoverageState
{
    /// <summary>Never tried.</summary>
    Pending,

    /// <summary>Claimed by a live run, no summary.</summary>
    InFlight,

    /// <summary>Tried, no summary.</summary>
    Failed,

    /// <summary>Failed, and set aside by a person with a reason.</summary>
    Parked,

    /// <summary>Has a summary, but its content or the prompt's major version has changed since.</summary>
    Stale,

    /// <summary>Has a summary of what it is now.</summary>
    Summarised,

    /// <summary>Empty body.</summary>
    Excluded,
}

/// <summary>The states as the database and addresses write them.</summary>
public static class CoverageStates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CoverageState> All { get; } = Enum.GetValues<CoverageState>();

    /// <summary>Eligible without a summary, whether something is being done about it or not.</summary>
    public static IReadOnlyList<CoverageState> Missing { get; } =
    [CoverageState.Pending, CoverageState.InFlight, CoverageState.Failed, CoverageState.Parked];

    /// <summary>Such as <c>in_flight</c>.</summary>
    public static string ToWire(this CoverageState state) =>
        state switch
        {
            CoverageState.Pending => "pending",
            CoverageState.InFlight => "in_flight",
            CoverageState.Failed => "failed",
            CoverageState.Parked => "parked",
            CoverageState.Stale => "stale",
            CoverageState.Summarised => "summarised",
            CoverageState.Excluded => "excluded",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
        };

    /// <summary>The state that is written so.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static CoverageState Parse(string wire) =>
        All.Cast<CoverageState?>().FirstOrDefault(state => state!.Value.ToWire() == wire)
        ?? throw new ArgumentException($"\"{wire}\" is no state of a pull request.", nameof(wire));

    /// <summary>How many of a count are in one of these states.</summary>
    public static int In(this CoverageCounts counts, CoverageState state)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return state switch
        {
            CoverageState.Pending => counts.Pending,
            CoverageState.InFlight => counts.InFlight,
            CoverageState.Failed => counts.Failed,
            CoverageState.Parked => counts.Parked,
            CoverageState.Stale => counts.Stale,
            CoverageState.Summarised => counts.Summarised,
            CoverageState.Excluded => counts.Excluded,
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
        };
    }
}
