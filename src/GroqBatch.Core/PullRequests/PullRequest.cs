namespace GroqBatch.Core.PullRequests;

/// <summary>A pull request as it was imported: everything that a prompt may read, and what identifies it.</summary>
/// <remarks>Identified by team, <see cref="Repository"/> and <see cref="Number"/>; the team is the importer's to know.</remarks>
public sealed record PullRequest
{
    /// <summary><c>owner/name</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>The number within the repository; positive.</summary>
    public required long Number { get; init; }

    public string Title { get; init; } = "";

    /// <summary>The description; empty when there is none.</summary>
    public string Body { get; init; } = "";

    public PullRequestAuthor Author { get; init; } = new("", null, IsBot: false);

    /// <summary>GitHub's word: <c>open</c> or <c>closed</c>.</summary>
    public string State { get; init; } = "closed";

    public bool IsMerged { get; init; }

    public bool IsDraft { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Lines added over all files.</summary>
    public int Additions { get; init; }

    /// <summary>Lines deleted over all files.</summary>
    public int Deletions { get; init; }

    /// <summary>Number of changed files; may exceed the length of <see cref="Files"/>, which a source may cut.</summary>
    public int ChangedFiles { get; init; }

    /// <summary>When it was opened, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was merged, UTC; null while it is not.</summary>
    public DateTimeOffset? MergedAt { get; init; }

    /// <summary>When it was closed, UTC; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Its address for people; empty when unknown.</summary>
    public string Url { get; init; } = "";

    public IReadOnlyList<ChangedFile> Files { get; init; } = [];
    public IReadOnlyList<Commit> Commits { get; init; } = [];
    public IReadOnlyList<Review> Reviews { get; init; } = [];
    public IReadOnlyList<Comment> Comments { get; init; } = [];

    /// <summary>Whether the body has a character that is not white space; otherwise it is excluded (empty body).</summary>
    public bool IsEligible => !string.IsNullOrWhiteSpace(Body);
}

/// <summary>Who opened a pull request.</summary>
/// <param name="Login">The login; empty when unknown.</param>
/// <param name="Name">The display name, where a source knows it.</param>
/// <param name="IsBot">Whether the source says that it is a bot.</param>
public sealed record PullRequestAuthor(string Login, string? Name, bool IsBot);

/// <summary>A file that a pull request changes.</summary>
/// <param name="Path">Its path after the change.</param>
/// <param name="Status">GitHub's word: added, removed, modified, renamed, changed.</param>
/// <param name="Additions">Lines added.</param>
/// <param name="Deletions">Lines deleted.</param>
/// <param name="PreviousPath">Its path before a rename; otherwise null.</param>
public sealed record ChangedFile(string Path, string Status, int Additions, int Deletions, string? PreviousPath = null);

/// <summary>A commit of a pull request.</summary>
/// <param name="Sha">Its id; empty when unknown.</param>
/// <param name="Message">The whole message, trailers included.</param>
public sealed record Commit(string Sha, string Message);

/// <summary>A review of a pull request.</summary>
/// <param name="Author">The reviewer's login; empty when unknown.</param>
/// <param name="State">GitHub's word: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED.</param>
/// <param name="Body">What was said; may be empty.</param>
public sealed record Review(string Author, string State, string Body);

/// <summary>A comment on a pull request.</summary>
/// <param name="Author">The commenter's login; empty when unknown.</param>
/// <param name="Body">What was said.</param>
public sealed record Comment(string Author, string Body);
