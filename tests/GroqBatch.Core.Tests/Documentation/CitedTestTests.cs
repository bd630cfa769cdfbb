using System.Text.RegularExpressions;

namespace GroqBatch.Core.Tests.Documentation;

/// <summary>What the documentation calls tested is: every test that it names is there.</summary>
public sealed partial class CitedTestTests
{
    [Fact]
    public void Every_test_that_the_documentation_names_exists()
    {
        var root = FindRoot();
        var sources = string.Join(
            '\n',
            Directory
                .EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .Select(File.ReadAllText)
        );
        var classes = ClassPattern().Matches(sources).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var methods = MethodPattern().Matches(sources).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var cited = Directory
            .EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(root, "README.md"))
            .SelectMany(path =>
                CitationPattern().Matches(File.ReadAllText(path)).Select(match => (Document: Path.GetFileName(path), Match: match))
            )
            .ToList();

        var missing = cited
            .Where(citation =>
                citation.Match.Groups["class"] is { Success: true } type && !classes.Contains(type.Value)
                || citation.Match.Groups["method"] is { Success: true } method && !methods.Contains(method.Value)
            )
            .Select(citation => $"{citation.Document}: {citation.Match.Value}");
        Assert.Empty(missing);

        // Operations stands on its tests: a pattern that no longer finds them would let everything pass.
        Assert.True(cited.Count(citation => citation.Document == "operations.md") > 25, $"{cited.Count} citations");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GroqBatch.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run from within the repository.");
    }

    // `RetryTests`, `KillTests.Thirty_kills_change_nothing`, `A_held_run_ends_by_itself`.
    [GeneratedRegex(
        "`((?<class>[A-Z][A-Za-z0-9]*Tests)(\\.(?<method>[A-Z][a-z0-9]*(_[A-Za-z0-9]+)+))?|(?<method>[A-Z][a-z0-9]*(_[A-Za-z0-9]+)+))`",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex CitationPattern();

    [GeneratedRegex("class (?<name>[A-Z][A-Za-z0-9]*)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ClassPattern();

    [GeneratedRegex(" (?<name>[A-Z][A-Za-z0-9_]*)\\(", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MethodPattern();
}
