namespace GroqBatch.Web.Shell;

/// <summary>The style sheets of our own, in the order they are read. A page that needs one adds it here.</summary>
internal static class StyleSheets
{
    public static IReadOnlyList<string> All { get; } =
    [
        "css/tokens.css",
        "css/frame.css",
        "css/parts.css",
        "css/coverage.css",
        "css/runs.css",
        "css/spot-check.css",
        "css/team.css",
        "css/pull-request.css",
        "css/backfill.css",
        "css/import.css",
        "css/models.css",
        "css/settings.css",
        "css/tour.css",
        "css/failures.css",
        "css/notifications.css",
        "css/search.css",
        "css/compare.css",
        "css/report.css",
        "css/kept-filters.css",
    ];
}
