using System.Globalization;
using System.Text.RegularExpressions;
using GroqBatch.Core.Batches;

namespace GroqBatch.Core.Search;

/// <summary>What somebody typed, and what it may mean: several of these at once, since <c>4711</c> begins a run's id as well.</summary>
public sealed partial record SearchText
{
    /// <summary>Longest text that is looked for, in characters; what is longer is cut.</summary>
    public const int MaxLength = 200;

    /// <summary>Without white space around it; empty: nothing is looked for.</summary>
    public required string Text { get; init; }

    /// <summary>A pull request's number: <c>4711</c>, <c>#4711</c>, <c>owner/name#4711</c>, or the address of one; null: none is named.</summary>
    public long? Number { get; init; }

    /// <summary>The repository beside <see cref="Number"/>, <c>owner/name</c>, in the case in which it was typed; null: any.</summary>
    public string? Repository { get; init; }

    /// <summary>The pull request's key, of a request's <c>custom_id</c>; null: it is none.</summary>
    public long? PullRequestId { get; init; }

    /// <summary>What may be an id or its beginning: the text without <c>run</c> or <c>batch</c> before it; null: ids have no blanks in them.</summary>
    public string? Id { get; init; }

    /// <summary>Reads what was typed.</summary>
    public static SearchText Read(string? typed)
    {
        var text = (typed ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        text = text.Length <= MaxLength ? text : text[..MaxLength].TrimEnd();
        var named = Named().Match(text);
        var number = named.Success ? named : Numbered().Match(text);
        var id = Prefixed().Replace(text, "");
        return new SearchText
        {
            Text = text,
            Number = number.Success ? long.Parse(number.Groups["number"].Value, CultureInfo.InvariantCulture) : null,
            Repository = named.Success ? named.Groups["repository"].Value : null,
            PullRequestId = CustomId.TryParse(text.ToLowerInvariant(), out var key) ? key : null,
            Id = id.Length > 0 && !id.Any(char.IsWhiteSpace) ? id : null,
        };
    }

    // https://github.com/acme/app/pull/12/files, acme/app#12
    [GeneratedRegex(
        @"(?:^|/)(?<repository>[\w.-]+/[\w.-]+)(?:/pulls?/|/-/merge_requests/|#)(?<number>[0-9]{1,18})(?![0-9])",
        RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Named();

    // 12, #12, PR 12, pull request #12
    [GeneratedRegex(
        @"^(?:(?:pr|pull request)\s*)?#?(?<number>[0-9]{1,18})$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1_000
    )]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^(?:run|batch)\s+", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Prefixed();
}
