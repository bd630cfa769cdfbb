using GroqBatch.Core.PullRequests;

namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>Pull requests that were written for tests.</summary>
internal static class PullRequests
{
    private static readonly string[] Titles =
    [
        "fix: keep the session when the tab sleeps",
        "feat: add a calendar view",
        "docs: explain the retry policy",
        "refactor: split the billing module",
        "ci: cache the package folder",
        "test: cover the parser's edge cases",
        "chore: bump dependencies",
    ];

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The one with this number; a higher number is a newer one.</summary>
    public static PullRequest Numbered(int number) =>
        new()
        {
            Repository = "acme/app",
            Number = number,
            Title = $"{Titles[number % Titles.Length]} ({number})",
            Body = $"Number {number} changes what happens when nothing happens.\n\nTested by hand and with the suite.",
            Author = new PullRequestAuthor("ada", "Ada", IsBot: false),
            IsMerged = true,
            Additions = 10 + (number % 90),
            Deletions = number % 40,
            ChangedFiles = 2,
            CreatedAt = Start.AddMinutes(number),
            Files =
            [
                new ChangedFile($"src/module{number % 13}/feature.cs", "modified", 8, 2),
                new ChangedFile("tests/feature_tests.py", "added", 2, 0),
            ],
            Commits = [new Commit($"c0ffee{number}", $"Change {number}\n\nCo-authored-by: Claude")],
        };
}
