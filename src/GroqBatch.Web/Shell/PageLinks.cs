using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Shell;

/// <summary>Addresses of pages that others link to; null where there is no such page, so that no link is dead.</summary>
internal static class PageLinks
{
    private static readonly HashSet<string> Templates =
    [
        .. typeof(PageLinks)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(route => route.Template.TrimStart('/')),
    ];

    /// <summary>A run's page.</summary>
    public static string? Run(Guid id) => HasPageUnder("runs/{") ? $"runs/{id}" : null;

    /// <summary>A team's page.</summary>
    public static string? Team(string slug) => HasPageUnder("teams/{") ? $"teams/{slug}" : null;

    /// <summary>The list of runs.</summary>
    public static string? Runs => Templates.Contains("runs") ? "runs" : null;

    /// <summary>What happened, all of it.</summary>
    public static string? Inbox => Templates.Contains("inbox") ? "inbox" : null;

    private static bool HasPageUnder(string beginning) =>
        Templates.Any(template =>
            template.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) && !template[beginning.Length..].Contains('/')
        );
}
