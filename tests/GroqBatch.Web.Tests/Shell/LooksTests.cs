using System.Text.RegularExpressions;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Web.Tests.Shell;

/// <summary>
/// What makes one document of all looks: the browser tests change theme and width on a page that stands open, and ask the rules that are not about
/// colours once for both themes. That is only as good as these two.
/// </summary>
public sealed partial class LooksTests
{
    private static string Assets { get; } = Path.Combine(RepositoryFolder.Find(), "wwwroot-assets");

    [Fact]
    public void Themes_differ_by_nothing_but_colours()
    {
        var sheets = Directory.GetFiles(Path.Combine(Assets, "css"), "*.css");
        var rules = from sheet in sheets from Match rule in OfOneTheme().Matches(File.ReadAllText(sheet)) select rule.Value.Trim();

        // light-dark() takes colours and nothing else. The one theme that is chosen says so to it, and paper is always light.
        Assert.Equal(
            [
                ":root, :root[data-theme] {",
                ":root[data-theme=\"dark\"] { color-scheme: dark; }",
                ":root[data-theme=\"light\"] { color-scheme: light; }",
            ],
            rules.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void No_script_asks_how_wide_a_page_is()
    {
        var scripts = Directory.GetFiles(Path.Combine(Assets, "js"), "*.js");

        Assert.NotEmpty(scripts);
        Assert.DoesNotContain(scripts, script => Width().IsMatch(File.ReadAllText(script)));
    }

    [GeneratedRegex(
        @"^.*(prefers-color-scheme|data-theme|mud-theme).*$",
        RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex OfOneTheme();

    [GeneratedRegex(
        @"innerWidth|clientWidth|offsetWidth|screen\.width|ResizeObserver|(min|max)-width",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Width();
}
