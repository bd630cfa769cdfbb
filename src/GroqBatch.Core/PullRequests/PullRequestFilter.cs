using GroqBatch.Core.Coverage;

namespace GroqBatch.Core.PullRequests;

/// <summary>
/// A set of a team's pull requests by what they are: what a list shows, and what is sent when "all that match" is chosen. Read again wherever it is
/// used: it names no rows, unless <see cref="Ids"/> does.
/// </summary>
public sealed record PullRequestFilter
{
    /// <summary>Most that can be chosen one by one.</summary>
    public const int MostIds = 200;

    /// <summary>Longest <see cref="Search"/>, in characters.</summary>
    public const int MaxSearch = 100;

    /// <summary>In one of these states; empty: in any.</summary>
    public IReadOnlyList<CoverageState> States { get; init; } = [];

    /// <summary><c>owner/name</c>; null: any.</summary>
    public string? Repository { get; init; }

    /// <summary>The first day of the month of creation (UTC); null: any.</summary>
    public DateOnly? Month { get; init; }

    /// <summary>Words, or beginnings of words, of the title; a number is the pull request's. Null: any.</summary>
    public string? Search { get; init; }

    /// <summary>Chosen one by one, at most <see cref="MostIds"/>; empty: whatever else matches.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    /// <summary>
    /// Those of it that can be sent: a claimed one can't, nor one with an empty body. Null when none can: no states at all would mean any.
    /// </summary>
    public PullRequestFilter? Sendable()
    {
        var states = (States.Count == 0 ? CoverageStates.All : States)
            .Where(state => state is not (CoverageState.InFlight or CoverageState.Excluded))
            .ToList();
        return states.Count == 0 ? null : this with { States = states };
    }

    /// <summary>In words, such as <c>failed ones in acme/app, created in July 2026</c>.</summary>
    public string InWords()
    {
        if (Ids.Count > 0)
        {
            return Ids.Count == 1 ? "1 chosen pull request" : $"{Ids.Count} chosen pull requests";
        }

        var states =
            States.Count == 0 || States.Count == CoverageStates.All.Count ? "all"
            : CoverageStates.Missing.All(States.Contains) && States.Count == CoverageStates.Missing.Count ? "missing ones"
            : $"{string.Join(" or ", States.Select(Word))} ones";
        return states
            + (Repository is null ? "" : $" in {Repository}")
            + (
                Month is { } month
                    ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", created in {month:MMMM yyyy}")
                    : ""
            )
            + (Search is null ? "" : $", matching “{Search}”");

        static string Word(CoverageState state) => state == CoverageState.InFlight ? "in-flight" : state.ToWire();
    }
}
