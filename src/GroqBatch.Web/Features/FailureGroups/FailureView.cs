using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.FailureGroups;

/// <summary>What the failures page shows, as its address holds it.</summary>
public sealed record FailureView
{
    /// <summary>Groups on a page.</summary>
    public const int PageSize = 25;

    /// <summary>How far back, as days with the word for it; the first is as usual, 0 is all there is.</summary>
    public static IReadOnlyList<(string Word, int Days, string Label)> Times { get; } =
    [
        ("30d", 30, "Last 30 days"),
        ("7d", 7, "Last 7 days"),
        ("1d", 1, "Last 24 hours"),
        ("90d", 90, "Last 90 days"),
        ("all", 0, "All time"),
    ];

    /// <summary>A team's slug; empty: all teams.</summary>
    public string Team { get; init; } = "";

    /// <summary>A model; empty: any.</summary>
    public string Model { get; init; } = "";

    /// <summary>A code; null: any.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>A word of <see cref="Times"/>.</summary>
    public string Since { get; init; } = Times[0].Word;

    /// <summary>Counted from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>The group that is open; null: none.</summary>
    public FailureGroupKey? Open { get; init; }

    /// <summary>Where all failures of a team are shown, however long ago.</summary>
    public static string AddressOf(Team team) => $"failures?team={team.Slug}&since={Times[^1].Word}";

    /// <summary>Whether a filter is set, other than how far back.</summary>
    public bool IsNarrowed => Team.Length > 0 || Model.Length > 0 || Code is not null;

    /// <summary>How far back in days; 0: all there is.</summary>
    public int Days => Times.First(time => time.Word == Since).Days;

    /// <summary>From an address; what it doesn't understand is as it is without it.</summary>
    public static FailureView Read(string? team, string? model, string? code, string? since, int? page, string? open) =>
        new()
        {
            Team = TeamRules.IsSlug(team ?? "") ? team! : "",
            Model = model?.Trim() is { Length: > 0 and <= 200 } name ? name : "",
            Code = FailureCodes.TryParse(code, out var known) ? known : null,
            Since = Times.Any(time => time.Word == since) ? since! : Times[0].Word,
            Page = page is > 0 and < 100_000 ? page.Value : 1,
            Open = FailureGroupKey.Parse(open),
        };

    /// <summary>What an address needs for this view; null: it is left out.</summary>
    public Dictionary<string, object?> ToQuery() =>
        new()
        {
            ["team"] = Team.Length == 0 ? null : Team,
            ["model"] = Model.Length == 0 ? null : Model,
            ["code"] = Code?.ToWire(),
            ["since"] = Since == Times[0].Word ? null : Since,
            ["page"] = Page == 1 ? null : Page,
            ["group"] = Open?.ToString(),
        };

    /// <summary>Which failures.</summary>
    /// <param name="now">What days are counted back from.</param>
    public FailureFilter ToFilter(DateTimeOffset now) =>
        new()
        {
            Codes = Code is { } code ? [code] : [],
            Model = Model.Length == 0 ? null : Model,
            Since = Days == 0 ? null : now.AddDays(-Days),
        };

    /// <summary>The filter in words, as they follow "pull requests that failed": <c> with max_tokens, on openai/gpt-oss-20b</c>.</summary>
    /// <param name="teamName">Of <see cref="Team"/>; null: it is of all.</param>
    public string InWords(string? teamName) =>
        (Code is { } code ? $" with {code.ToWire()}" : "")
        + (Model.Length == 0 ? "" : $" on {Model}")
        + (
            Days == 0 ? ""
            : Days == 1 ? " in the last 24 hours"
            : $" in the last {Days} days"
        )
        + (teamName is null ? "" : $", of {teamName}");
}
