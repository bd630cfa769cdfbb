using System.Buffers;

namespace GroqBatch.Core.Teams;

/// <summary>What a team's values must be like.</summary>
public static class TeamRules
{
    /// <summary>Longest slug, in characters: it stands in addresses and on command lines.</summary>
    public const int MaxSlugLength = 63;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>What stands in a team's place in an address and is none: <c>/teams/compare</c> is a page.</summary>
    public const string ReservedSlug = "compare";

    private static readonly SearchValues<char> SlugCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether text is a slug: lower-case letters, digits and hyphens, a letter or digit first, at most 63 characters.</summary>
    public static bool IsSlug(string? text) =>
        text is { Length: > 0 and <= MaxSlugLength } && text[0] != '-' && !text.AsSpan().ContainsAnyExcept(SlugCharacters);

    /// <summary>Whether a share can be a goal: above 0, at most 1.</summary>
    public static bool IsGoal(double goal) => goal is > 0 and <= 1;

    /// <summary>Every mistake in the values given, each saying what is expected; empty when there is none. Null values are not looked at.</summary>
    public static IReadOnlyList<string> Check(string? slug, string? name, double? goal)
    {
        var mistakes = new List<string>();
        if (slug is not null && !IsSlug(slug))
        {
            mistakes.Add(
                $"The slug \"{Shown(slug)}\" is none: expected 1 to {MaxSlugLength} of a-z, 0-9 and -, with a letter or digit first, such as cal-com."
            );
        }

        if (slug == ReservedSlug)
        {
            mistakes.Add($"The slug \"{ReservedSlug}\" is the address of a page: expected another, such as team-{ReservedSlug}.");
        }

        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength || name.Any(char.IsControl)))
        {
            mistakes.Add($"The name is none: expected 1 to {MaxNameLength} characters on one line, such as Cal.com.");
        }

        if (goal is { } share && !IsGoal(share))
        {
            mistakes.Add($"The goal {share} is none: expected a share above 0 and at most 1, such as 0.95 for 95 %.");
        }

        return mistakes;
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
