using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>The accessibility rules every page is held to, and what is excluded from them: one by one, each with its reason.</summary>
internal static class AxeExclusions
{
    private static readonly string[] Tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    /// <summary>A rule, what its node's selector contains, and why it is none. Empty: nothing is excluded.</summary>
    private static readonly (string Rule, string Selector, string Reason)[] Excluded = [];

    /// <summary>What axe finds, a line each.</summary>
    public static async Task<IReadOnlyList<string>> FindViolationsAsync(IPage page)
    {
        var result = await page.RunAxe(
            new AxeRunOptions
            {
                RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Tags] },
            }
        );
        return
        [
            .. from violation in result.Violations
            from node in violation.Nodes
            let selector = node.Target?.ToString() ?? ""
            where !Excluded.Any(excluded => excluded.Rule == violation.Id && selector.Contains(excluded.Selector, StringComparison.Ordinal))
            select $"axe {violation.Id}: {violation.Help}: {selector} {Shorten(node.Html)}",
        ];
    }

    private static string Shorten(string? html) => html is null or { Length: <= 160 } ? html ?? "" : html[..160] + "…";
}
