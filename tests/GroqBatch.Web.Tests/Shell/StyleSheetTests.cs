using System.Text.RegularExpressions;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Web.Tests.Shell;

/// <summary>Every page loads all style sheets: a name that two of them give, each for a part of its own, lays out the other's as well.</summary>
public sealed partial class StyleSheetTests
{
    [Fact]
    public void No_two_of_them_give_a_class_its_looks()
    {
        var sheets = Directory.GetFiles(Path.Combine(RepositoryFolder.Find(), "wwwroot-assets", "css"), "*.css");
        var named =
            from sheet in sheets
            // On paper one sheet speaks for all.
            let onScreen = File.ReadAllText(sheet).Split("@media print")[0]
            from name in ClassByItself().Matches(onScreen).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)
            group Path.GetFileName(sheet) by name;

        Assert.True(named.Count() > 100, "The names are not found any more.");
        Assert.Empty(from name in named where name.Count() > 1 select $"{name.Key}: {string.Join(", ", name)}");
    }

    [GeneratedRegex(@"(^|[\},/])\s*(?<name>\.[A-Za-z][A-Za-z0-9-]*)\s*[,\{]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex ClassByItself();
}
