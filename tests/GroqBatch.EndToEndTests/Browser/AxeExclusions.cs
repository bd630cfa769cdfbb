using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>The accessibility rules every page is held to, and what is excluded from them: one by one, each with its reason.</summary>
internal static class AxeExclusions
{
    private static readonly string[] Tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    /// <summary>A rule, what its node's selector contains, and why it is none. Empty: nothing is excluded.</summary>
    private static readonly (string Rule, string Selector, string Reason)[] Excluded = [];

    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>
    /// What axe finds, a line each. Asked in the page itself and for violations alone: the library's way runs in a second page as well and brings
    /// back every rule that holds, which takes several times as long.
    /// </summary>
    public static async Task<IReadOnlyList<string>> FindViolationsAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync($"() => {{ {Script}\n }}");
        }

        var found = await page.EvaluateAsync<string[][]>(
            """
            async tags => {
              const found = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
              return found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, rule.help, node.target.join(' '), node.html.slice(0, 160)]));
            }
            """,
            Tags
        );
        return
        [
            .. from node in found
            where !Excluded.Any(excluded => excluded.Rule == node[0] && node[2].Contains(excluded.Selector, StringComparison.Ordinal))
            select $"axe {node[0]}: {node[1]}: {node[2]} {node[3]}",
        ];
    }
}
