using System.Collections.Immutable;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>What the coverage page shows, as its address holds it: order, search, page and selection.</summary>
public sealed record CoverageView
{
    /// <summary>Teams on a page.</summary>
    public const int PageSize = 25;

    /// <summary>More are not carried in an address.</summary>
    public const int MostSelected = 60;

    /// <summary>What is sorted by.</summary>
    public CoverageSort Sort { get; init; } = CoverageSort.Missing;

    /// <summary>Which way.</summary>
    public bool IsDescending { get; init; } = true;

    /// <summary>Part of a name; empty: all teams.</summary>
    public string Search { get; init; } = "";

    /// <summary>Counted from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Slugs of the selected teams.</summary>
    public ImmutableSortedSet<string> Selected { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>From an address; what it doesn't understand is as it is without it.</summary>
    public static CoverageView Read(string? sort, string? search, int? page, string? selected)
    {
        var word = sort ?? "";
        var isAscending = word.StartsWith('-');
        var isKnown = TryParse(isAscending ? word[1..] : word, out var column);
        return new CoverageView
        {
            Sort = column,
            IsDescending = isKnown ? StartsDescending(column) != isAscending : StartsDescending(column),
            Search = search?.Trim() is { Length: > 0 and <= 100 } text ? text : "",
            Page = page is > 0 and < 100_000 ? page.Value : 1,
            Selected =
            [
                .. (selected ?? "")
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Where(Core.Teams.TeamRules.IsSlug)
                    .Take(MostSelected),
            ],
        };
    }

    /// <summary>The address, relative to the base; what is as usual isn't in it.</summary>
    public string ToAddress()
    {
        var parts = new List<string>();
        var usual = StartsDescending(Sort);
        if (Sort != CoverageSort.Missing || IsDescending != usual)
        {
            parts.Add($"sort={(IsDescending == usual ? "" : "-")}{WordOf(Sort)}");
        }

        if (Search.Length > 0)
        {
            parts.Add($"q={Uri.EscapeDataString(Search)}");
        }

        if (Page > 1)
        {
            parts.Add($"page={Page}");
        }

        if (Selected.Count > 0)
        {
            parts.Add($"select={string.Join(',', Selected)}");
        }

        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
    }

    /// <summary>With another column first, or the same one the other way round.</summary>
    public CoverageView SortedBy(CoverageSort column) =>
        this with
        {
            Sort = column,
            IsDescending = column == Sort ? !IsDescending : StartsDescending(column),
            Page = 1,
        };

    /// <summary>With a team taken into the selection or out of it.</summary>
    public CoverageView Toggled(string slug)
    {
        var without = Selected.Remove(slug);
        return this with
        {
            Selected =
                without.Count < Selected.Count ? without
                : Selected.Count < MostSelected ? Selected.Add(slug)
                : Selected,
        };
    }

    /// <summary>What the database is asked for.</summary>
    public CoverageListQuery ToQuery(string provider) =>
        new()
        {
            Provider = provider,
            Search = Search,
            Sort = Sort,
            IsDescending = IsDescending,
            Skip = (Page - 1) * PageSize,
            Take = PageSize,
        };

    /// <summary>The order in words.</summary>
    public string SortInWords =>
        Sort switch
        {
            CoverageSort.Missing => IsDescending ? "worst gap first" : "smallest gap first",
            CoverageSort.Name => IsDescending ? "names from Z to A" : "by name",
            CoverageSort.LastRun => IsDescending ? "latest run first" : "longest without a run first",
            CoverageSort.Share => IsDescending ? "best covered first" : "least covered first",
            _ => IsDescending ? "most first" : "fewest first",
        };

    // A name begins at A, a share at its worst; everything else with the most.
    private static bool StartsDescending(CoverageSort sort) => sort is not (CoverageSort.Name or CoverageSort.Share);

    private static bool TryParse(string word, out CoverageSort sort)
    {
        foreach (var candidate in Enum.GetValues<CoverageSort>())
        {
            if (WordOf(candidate) == word)
            {
                sort = candidate;
                return true;
            }
        }

        sort = CoverageSort.Missing;
        return false;
    }

    private static string WordOf(CoverageSort sort) =>
        sort switch
        {
            CoverageSort.Missing => "missing",
            CoverageSort.Name => "name",
            CoverageSort.Share => "coverage",
            CoverageSort.Eligible => "eligible",
            CoverageSort.Excluded => "excluded",
            CoverageSort.Total => "all",
            CoverageSort.Failed => "failed",
            CoverageSort.LastRun => "run",
            _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "Unknown order."),
        };
}
