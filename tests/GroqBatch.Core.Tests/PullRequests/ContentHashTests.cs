using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Tests.PullRequests;

public sealed class ContentHashTests
{
    private static readonly PullRequest Known = new()
    {
        Repository = "acme/rockets",
        Number = 7,
        Title = "Add a launch window",
        Body = "Rockets wait for it.",
        Author = new("ada", "Ada", IsBot: false),
        State = "closed",
        IsMerged = true,
        Labels = ["area: launch", "feature"],
        Additions = 12,
        Deletions = 3,
        ChangedFiles = 2,
        Files = [new("a.cs", "modified", 10, 3), new("b.cs", "renamed", 2, 0, "c.cs")],
        Commits = [new("0a", "Add a launch window\n\nSigned-off-by: Ada")],
        Reviews = [new("bob", "APPROVED", "Nice")],
        Comments = [new("eve", "When does it land?")],
    };

    public static TheoryData<string, PullRequest> Changed =>
        new()
        {
            { "repository", Known with { Repository = "acme/rocket" } },
            { "title", Known with { Title = "Add a launch windows" } },
            { "body", Known with { Body = "" } },
            { "login", Known with { Author = Known.Author with { Login = "Ada" } } },
            { "name", Known with { Author = Known.Author with { Name = null } } },
            { "empty name", Known with { Author = Known.Author with { Name = "" } } },
            { "bot", Known with { Author = Known.Author with { IsBot = true } } },
            { "state", Known with { State = "open" } },
            { "merged", Known with { IsMerged = false } },
            { "draft", Known with { IsDraft = true } },
            { "labels", Known with { Labels = ["area: launch"] } },
            { "labels joined", Known with { Labels = ["area: launchfeature"] } },
            { "additions", Known with { Additions = 13 } },
            { "deletions", Known with { Deletions = 4 } },
            { "changed files", Known with { ChangedFiles = 3 } },
            { "file path", Known with { Files = [Known.Files[0] with { Path = "a.ts" }, Known.Files[1]] } },
            { "file status", Known with { Files = [Known.Files[0] with { Status = "added" }, Known.Files[1]] } },
            { "file size", Known with { Files = [Known.Files[0] with { Additions = 11 }, Known.Files[1]] } },
            { "file moved from", Known with { Files = [Known.Files[0], Known.Files[1] with { PreviousPath = "d.cs" }] } },
            { "commit message", Known with { Commits = [new("0a", "Add a launch window")] } },
            { "commit split", Known with { Commits = [new("0a", "Add a launch window"), new("0b", "\n\nSigned-off-by: Ada")] } },
            { "review state", Known with { Reviews = [new("bob", "COMMENTED", "Nice")] } },
            { "review moved to comments", Known with { Reviews = [], Comments = [new("bob", "Nice"), .. Known.Comments] } },
            { "comment", Known with { Comments = [new("eve", "When does it land")] } },
            { "no comment", Known with { Comments = [] } },
        };

    [Theory]
    [MemberData(nameof(Changed))]
    public void Changes_with_whatever_the_prompt_reads(string what, PullRequest changed)
    {
        Assert.False(ContentHash.Of(Known).AsSpan().SequenceEqual(ContentHash.Of(changed)), what);
    }

    [Fact]
    public void Every_change_gives_a_hash_of_its_own()
    {
        var hashes = Changed.Select(row => Convert.ToHexString(ContentHash.Of(row.Data.Item2))).ToList();

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
    }

    [Fact]
    public void Stays_the_same_when_only_dates_ids_addresses_or_the_order_of_files_and_labels_change()
    {
        var other = Known with
        {
            Number = 8,
            Url = "https://example.com/8",
            CreatedAt = DateTimeOffset.UnixEpoch,
            MergedAt = DateTimeOffset.UnixEpoch,
            Labels = ["feature", "area: launch"],
            Files = [Known.Files[1], Known.Files[0]],
            Commits = [Known.Commits[0] with { Sha = "ff" }],
        };

        Assert.Equal(ContentHash.Of(Known), ContentHash.Of(other));
    }

    [Fact]
    public void Is_the_same_in_every_version_of_the_product()
    {
        // A stored hash outlives the process: this value changes only together with the format's number.
        Assert.Equal("B29EA5BDC10D8078A3349295E5F8521FA8292ABD1F5E5E6273E9E4EEE2B63DE5", Convert.ToHexString(ContentHash.Of(Known)));
    }

    [Fact]
    public void Takes_bodies_of_any_size()
    {
        var large = Known with { Body = new string('ä', 3_000_000) };

        Assert.Equal(ContentHash.Size, ContentHash.Of(large).Length);
        Assert.NotEqual(ContentHash.Of(large), ContentHash.Of(large with { Body = large.Body + "x" }));
    }
}
