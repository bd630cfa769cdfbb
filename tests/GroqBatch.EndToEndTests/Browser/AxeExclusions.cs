using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>The accessibility rules every page is held to, and what is excluded from them: one by one, each with its reason.</summary>
internal static class AxeExclusions
{
    private static readonly string[] Tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    /// <summary>A rule, what its node's selector contains, and why it is none. Empty: nothing is excluded.</summary>
    private static readonly (string Rule, string Selector, string Reason)[] Excluded = [];

    /// <summary>Of those rules the ones whose answer another theme can change; the others read the document and its measures.</summary>
    private static readonly string[] ColourRules = ["color-contrast", "link-in-text-block"];

    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>
    /// A page has a dozen colours, and axe takes each of them apart anew for every text on it, which is a third of its time: remembered, in the page.
    /// </summary>
    private const string RememberColours = """
        const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
        colour.parseString = function (text) {
          const parts = known.get(text);
          if (parts) {
            [this.r, this.g, this.b, this.alpha] = parts;
          } else {
            parse.call(this, text);
            known.set(text, [this.r, this.g, this.b, this.alpha]);
          }
          return this;
        };
        """;

    /// <summary>
    /// What axe finds, a line each. Asked in the page itself and for violations alone: the library's way runs in a second page as well and brings
    /// back every rule that holds, which takes several times as long.
    /// </summary>
    /// <remarks>Nothing is loaded for it: no rule of these asks for style sheets as text, and there is nothing that plays by itself.</remarks>
    /// <param name="page">The page.</param>
    /// <param name="onlyColours">Whether only those rules are asked that another theme can break.</param>
    public static async Task<IReadOnlyList<string>> FindViolationsAsync(IPage page, bool onlyColours = false)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync($"() => {{ {Script}\n{RememberColours} }}");
        }

        var found = await page.EvaluateAsync<string[][]>(
            """
            async ([type, values]) => {
              // From its top: what has been scrolled half under the bar above is not too small to be hit.
              const scrolled = scrollY;
              scrollTo(0, 0);
              const found = await axe.run(document, { runOnly: { type, values }, resultTypes: ['violations'], preload: false });
              scrollTo(0, scrolled);
              return found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, rule.help, node.target.join(' '), node.html.slice(0, 160)]));
            }
            """,
            onlyColours ? new object[] { "rule", ColourRules } : ["tag", Tags]
        );
        return
        [
            .. from node in found
            where !Excluded.Any(excluded => excluded.Rule == node[0] && node[2].Contains(excluded.Selector, StringComparison.Ordinal))
            select $"axe {node[0]}: {node[1]}: {node[2]} {node[3]}",
        ];
    }
}
