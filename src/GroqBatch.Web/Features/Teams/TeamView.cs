using System.Collections.Immutable;
using System.Globalization;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Web.Features.Teams;

/// <summary>Which pull requests a team's list shows, by where they stand.</summary>
public enum ListedState
{
    /// <summary>Eligible without a summary.</summary>
    Missing,
    Pending,
    InFlight,
    Failed,
    Parked,
    Stale,
    Summarised,
    Excluded,
    All,
}

/// <summary>What is about to be done with the selection.</summary>
public enum SelectionDeed
{
    /// <summary>Nothing.</summary>
    None,
    Backfill,
    Park,
    Unpark,
}

/// <summary>What a team's page shows, as its address holds it: filters, search, place in the list, selection, and the months of the grid.</summary>
public sealed record TeamView
{
    /// <summary>Pull requests on a page.</summary>
    public const int PageSize = 50;

    /// <summary>Where they stand.</summary>
    public ListedState State { get; init; }

    /// <summary>Null: any.</summary>
    public string? Repository { get; init; }

    /// <summary>Its first day; null: any.</summary>
    public DateOnly? Month { get; init; }

    /// <summary>Words of a title, or a number; empty: everything.</summary>
    public string Search { get; init; } = "";

    /// <summary>The row that the page begins after; null: the newest.</summary>
    public PullRequestCursor? Older { get; init; }

    /// <summary>The row that the page ends before; null: it is not come to from below.</summary>
    public PullRequestCursor? Newer { get; init; }

    /// <summary>Chosen one by one.</summary>
    public ImmutableSortedSet<long> Selected { get; init; } = [];

    /// <summary>Everything that matches is chosen, on every page.</summary>
    public bool IsAllSelected { get; init; }

    /// <summary>What is about to be done with it.</summary>
    public SelectionDeed Deed { get; init; }

    /// <summary>The last month of the grid; null: the latest.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Whether anything is chosen.</summary>
    public bool HasSelection => IsAllSelected || Selected.Count > 0;

    /// <summary>What the list shows, and what "all that match" is.</summary>
    public PullRequestFilter Filter =>
        new()
        {
            States = StatesOf(State),
            Repository = Repository,
            Month = Month,
            Search = Search.Length == 0 ? null : Search,
        };

    /// <summary>What is chosen.</summary>
    public PullRequestFilter SelectedFilter => IsAllSelected ? Filter : new() { Ids = [.. Selected] };

    /// <summary>From an address; what it doesn't understand is as it is without it.</summary>
    public static TeamView Read(
        string? state,
        string? repository,
        string? month,
        string? search,
        string? older,
        string? newer,
        string? selected,
        string? deed,
        string? until
    ) =>
        new()
        {
            State = ReadState(state),
            Repository = repository?.Trim() is { Length: > 0 and <= 300 } name ? name : null,
            Month = ReadMonth(month),
            Search = search?.Trim() is { Length: > 0 and <= PullRequestFilter.MaxSearch } text ? text : "",
            Older = PullRequestCursor.TryParse(older),
            Newer = PullRequestCursor.TryParse(newer),
            IsAllSelected = selected == "all",
            Selected =
            [
                .. (selected ?? "")
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? key : 0)
                    .Where(id => id > 0)
                    .Take(PullRequestFilter.MostIds),
            ],
            Deed = Enum.GetValues<SelectionDeed>().FirstOrDefault(known => WordOf(known) == deed),
            Until = ReadMonth(until),
        };

    /// <summary>The query of an address, with its question mark; empty where all is as usual.</summary>
    public string ToQuery()
    {
        var parts = new List<string>();
        Add("state", State == ListedState.Missing ? null : WordOf(State));
        Add("repo", Repository);
        Add("month", MonthWord(Month));
        Add("q", Search.Length == 0 ? null : Search);
        Add("older", Older?.ToString());
        Add("newer", Newer?.ToString());
        Add(
            "select",
            IsAllSelected ? "all"
                : Selected.Count == 0 ? null
                : string.Join(',', Selected)
        );
        Add("do", HasSelection && Deed != SelectionDeed.None ? WordOf(Deed) : null);
        Add("until", MonthWord(Until));
        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value).Replace("%2C", ",", StringComparison.Ordinal)}");
            }
        }
    }

    /// <summary>With other filters: from the newest row on, and with nothing chosen, since the choice was made of another list.</summary>
    public TeamView Filtered(Func<TeamView, TeamView> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change(this) with { Older = null, Newer = null, Selected = [], IsAllSelected = false, Deed = SelectionDeed.None };
    }

    /// <summary>With a pull request taken into the selection or out of it.</summary>
    public TeamView Toggled(long id)
    {
        var without = Selected.Remove(id);
        return this with
        {
            IsAllSelected = false,
            Deed = SelectionDeed.None,
            Selected =
                without.Count < Selected.Count ? without
                : Selected.Count < PullRequestFilter.MostIds ? Selected.Add(id)
                : Selected,
        };
    }

    /// <summary>The states of the database that a word of the list stands for.</summary>
    public static IReadOnlyList<CoverageState> StatesOf(ListedState state) =>
        state switch
        {
            ListedState.Missing => CoverageStates.Missing,
            ListedState.Pending => [CoverageState.Pending],
            ListedState.InFlight => [CoverageState.InFlight],
            ListedState.Failed => [CoverageState.Failed],
            ListedState.Parked => [CoverageState.Parked],
            ListedState.Stale => [CoverageState.Stale],
            ListedState.Summarised => [CoverageState.Summarised],
            ListedState.Excluded => [CoverageState.Excluded],
            ListedState.All => CoverageStates.All,
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
        };

    /// <summary>As it stands on the page.</summary>
    public static string LabelOf(ListedState state) => state == ListedState.InFlight ? "In flight" : state.ToString();

    private static ListedState ReadState(string? word) => Enum.GetValues<ListedState>().FirstOrDefault(state => WordOf(state) == word);

    private static string WordOf(ListedState state) => state == ListedState.InFlight ? "in-flight" : state.ToString().ToLowerInvariant();

    private static string WordOf(SelectionDeed deed) => deed.ToString().ToLowerInvariant();

    private static DateOnly? ReadMonth(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year > 1970
            ? month
            : null;

    private static string? MonthWord(DateOnly? month) => month?.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
