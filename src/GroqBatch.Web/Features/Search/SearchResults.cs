using GroqBatch.Core.KeptFilters;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Web.Features.FailureGroups;
using GroqBatch.Web.Features.PullRequests;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Features.Settings;
using GroqBatch.Web.Features.TeamComparisons;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;

namespace GroqBatch.Web.Features.Search;

/// <summary>Something that can be opened.</summary>
/// <param name="Address">Where it is, relative to the base.</param>
/// <param name="Title">What it is called.</param>
internal sealed record SearchOption(string Address, string Title)
{
    /// <summary>What stands before the title, such as a number; null: nothing.</summary>
    public string? Code { get; init; }

    /// <summary>Whether the title is an identifier.</summary>
    public bool IsCode { get; init; }

    /// <summary>Whose it is, or what it means; null: nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>Of a run; otherwise null.</summary>
    public RunState? State { get; init; }

    /// <summary>Since when there is it; null: that isn't said.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>What was found of one kind.</summary>
/// <param name="Heading">The kind.</param>
/// <param name="HowMany">How many there are beside those that are shown; null: no others.</param>
/// <param name="Options">At most <see cref="SearchFindings.MostShown"/>.</param>
internal sealed record SearchGroup(string Heading, string? HowMany, IReadOnlyList<SearchOption> Options);

/// <summary>What a search shows: what the ledger has, and what is known without it (pages, failure codes).</summary>
internal sealed record SearchResults(
    IReadOnlyList<SearchGroup> Groups,
    IReadOnlyList<string> Words,
    bool IsUnfinished,
    DateTimeOffset ReadAt
)
{
    private const int MaxTitle = 200;
    private const int MaxPages = 6;

    /// <summary>Options of all kinds.</summary>
    public int Count => Groups.Sum(group => group.Options.Count);

    /// <summary>Sorted into kinds: the short ones first, unless a pull request was named.</summary>
    /// <param name="found">Of the ledger.</param>
    /// <param name="typed">What was looked for.</param>
    public static SearchResults Of(SearchFindings found, string typed)
    {
        ArgumentNullException.ThrowIfNull(found);
        var text = SearchText.Read(typed);
        var pullRequests = Group("Pull requests", found.PullRequests, Of, "the newest ");
        SearchGroup[] others =
        [
            Group("Teams", found.Teams, hit => new SearchOption($"teams/{Escape(hit.Slug)}", hit.Name) { Detail = hit.Slug }),
            Group(
                "Repositories",
                found.Repositories,
                hit => new SearchOption(
                    $"teams/{Escape(hit.Team)}?state=all&repo={Escape(hit.Repository)}",
                    SourceText.Plain(hit.Repository)
                )
                {
                    Detail = hit.TeamName,
                }
            ),
            Group(
                "Kept filters",
                found.KeptFilters,
                hit => new SearchOption(hit.Address, hit.Name) { Detail = FilterAddress.NameOf(hit.Page) }
            ),
            new("Pages", null, Pages(text.Text)),
            new("Failure codes", null, Codes(text.Text)),
            Group(
                "Runs",
                found.Runs,
                hit => new SearchOption($"runs/{hit.Id}", RunWords.Name(hit.Id))
                {
                    State = hit.State,
                    Detail = hit.TeamName,
                    At = hit.CreatedAt,
                }
            ),
            Group("Batches", found.Batches, hit => Of(hit, text.Id ?? "")),
        ];
        var isNamed = text.Number is not null || text.PullRequestId is not null;
        IEnumerable<SearchGroup> groups = isNamed ? [pullRequests, .. others] : [.. others, pullRequests];
        return new SearchResults(
            [.. groups.Where(group => group.Options.Count > 0)],
            [
                .. text
                    .Text.Split([' ', '#', '/', ':', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ],
            found.IsUnfinished,
            found.ReadAt
        );
    }

    private static SearchOption Of(PullRequestHit hit)
    {
        var title = SourceText.Plain(hit.Title);
        var repository = SourceText.Plain(hit.Repository);
        return new SearchOption(
            PullRequestAddress.Over($"teams/{Escape(hit.Team)}?state=all", hit.Id),
            title.Length == 0 ? "(no title)"
                : title.Length <= MaxTitle ? title
                : title[..MaxTitle] + "…"
        )
        {
            Code = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{hit.Number}"),
            Detail = repository,
            At = hit.CreatedAt,
        };
    }

    /// <summary>Called by the id that was typed.</summary>
    private static SearchOption Of(BatchHit hit, string id)
    {
        var isTheirs = hit.ProviderBatchId?.StartsWith(id, StringComparison.Ordinal) == true;
        return new SearchOption(
            RunTab.AddressOf(hit.RunId, "batches", $"batch={hit.Id}") ?? $"runs/{hit.RunId}",
            isTheirs ? hit.ProviderBatchId! : hit.Id.ToString()
        )
        {
            IsCode = true,
            Detail = $"{hit.TeamName}, {RunWords.Name(hit.RunId)}",
            At = hit.CreatedAt,
        };
    }

    private static SearchGroup Group<T>(string heading, Hits<T> hits, Func<T, SearchOption> optionOf, string which = "") =>
        new(
            heading,
            hits.IsMore && hits.Matching <= hits.Rows.Count ? $"more than {hits.Rows.Count}"
                : hits.IsMore ? $"{hits.Rows.Count} of more than {Figures.Count(hits.Matching)}"
                : hits.Matching > hits.Rows.Count ? $"{which}{hits.Rows.Count} of {Figures.Count(hits.Matching)}"
                : null,
            [.. hits.Rows.Select(optionOf)]
        );

    private static List<SearchOption> Pages(string text) =>
        [
            .. RailEntries
                .All.Select(entry => new SearchOption(entry.Address, entry.Label))
                .Append(new SearchOption(new CompareView([]).ToAddress(), "Compare teams"))
                .Concat(
                    SettingsPage
                        .Tabs.Where(tab => tab.Word.Length > 0)
                        .Select(tab => new SearchOption($"settings?tab={tab.Word}", tab.Label) { Detail = "Settings" })
                )
                .Where(page =>
                    page.Title.StartsWith(text, StringComparison.OrdinalIgnoreCase)
                    || page.Title.Contains($" {text}", StringComparison.OrdinalIgnoreCase)
                )
                .Take(MaxPages),
        ];

    /// <summary>By the code, in either spelling, or by a part of what it means.</summary>
    private static List<SearchOption> Codes(string text)
    {
        var code = text.Replace(' ', '_');
        return
        [
            .. FailureCodes
                .All.Where(known =>
                    known.ToWire().Contains(code, StringComparison.OrdinalIgnoreCase)
                    || (text.Length > 3 && FailureWords.Meaning(known).Contains(text, StringComparison.OrdinalIgnoreCase))
                )
                .OrderByDescending(known => known.ToWire().StartsWith(code, StringComparison.OrdinalIgnoreCase))
                .Take(SearchFindings.MostShown)
                .Select(known => new SearchOption($"failures?code={known.ToWire()}", known.ToWire())
                {
                    IsCode = true,
                    Detail = FailureWords.Meaning(known),
                }),
        ];
    }

    private static string Escape(string part) => Uri.EscapeDataString(part);
}
