using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Live;

/// <summary>The runs that are under way.</summary>
/// <param name="Runs">The newest of them, at most <see cref="Shown"/>.</param>
/// <param name="Count">How many there are, to <see cref="Most"/>.</param>
public sealed record LiveRuns(IReadOnlyList<RunOverview> Runs, int Count)
{
    /// <summary>As many as a small panel holds.</summary>
    public const int Shown = 12;

    /// <summary>More are not counted.</summary>
    public const int Most = 100;
}
