namespace GroqBatch.Web.Shell;

/// <summary>A page in the rail.</summary>
/// <param name="Label">One or two words.</param>
/// <param name="Address">Relative to the base; empty for the first page.</param>
/// <param name="Icon">Strokes of a 16 × 16 drawing, the value of a path's <c>d</c>.</param>
internal sealed record RailEntry(string Label, string Address, string Icon)
{
    /// <summary>How many of them there are at the moment, drawn beside the label; null: that isn't said.</summary>
    public Type? Count { get; init; }
}

/// <summary>What the rail shows, in its order: pages that exist, and no others.</summary>
internal static class RailEntries
{
    /// <summary>So many stand side by side on a phone; the others open above.</summary>
    public const int MostOnPhone = 4;

    public static IReadOnlyList<RailEntry> All { get; } =
    [
        new("Coverage", "", "M2 4.5h12M2 8h9M2 11.5h5"),
        new("Runs", "runs", "M2.5 13.5h4v-4h4v-4h3v-3") { Count = typeof(Features.Runs.LiveRunsCount) },
        new("Spot check", "spot-check", "M2.5 8.5 6 12l7.5-8"),
        new("Failures", "failures", "M8 2.5 14 13.5H2ZM8 6.5v3.5M8 11.8v.2"),
        new("Models", "models", "M8 2 14 5v6l-6 3-6-3V5zM2 5l6 3 6-3M8 8v6"),
        new("Import", "import", "M8 2.5v7.5M4.7 7 8 10.3 11.3 7M2.5 13.5h11"),
        new("Settings", "settings", "M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M9 3v3M4 10v3"),
    ];
}
