using System.Globalization;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.KeptFilters;

/// <summary>
/// The address of a page with a filter in it, read strictly: a known page, parameters that are this page's filter, values that can be one. Whatever else an
/// address may hold (an open pull request, a place in a list, a selection) is left out, and it never leads to another origin.
/// </summary>
public sealed record FilterAddress
{
    /// <summary>Longest address, in characters.</summary>
    public const int MaxLength = 2_000;

    private const string TeamPages = "teams/";

    // The parameters in the order in which they are written. The first page whose path matches is it.
    private static readonly (string Path, (string Name, Func<string, bool> IsValid)[] Parameters)[] Pages =
    [
        ("", [("sort", IsSort), ("q", IsText)]),
        (TeamPages, [("state", IsWord), ("repo", IsText), ("month", IsMonth), ("q", IsText)]),
        ("runs", [("team", TeamRules.IsSlug), ("state", IsWord), ("model", IsText), ("who", value => value == "me")]),
        (
            "failures",
            [("team", TeamRules.IsSlug), ("model", IsText), ("code", value => FailureCodes.TryParse(value, out _)), ("since", IsWord)]
        ),
        ("settings", [("tab", value => value == "audit"), ("actor", IsText), ("action", IsText), ("target", IsText)]),
    ];

    private FilterAddress(string page, string address)
    {
        Page = page;
        Address = address;
    }

    /// <summary>The page's path, relative to the base: empty for coverage, <c>runs</c>, <c>teams/cal-com</c>.</summary>
    public string Page { get; }

    /// <summary>Path and query, relative to the base.</summary>
    public string Address { get; }

    /// <summary>What a page is called, by its path.</summary>
    public static string NameOf(string page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page switch
        {
            "" => "Coverage",
            "runs" => "Runs",
            "failures" => "Failures",
            "settings" => "Audit log",
            _ => page.StartsWith(TeamPages, StringComparison.Ordinal) ? $"Team {page[TeamPages.Length..]}" : page,
        };
    }

    /// <summary>The page that an address is of; null: none that has filters.</summary>
    /// <param name="address">Relative to the base.</param>
    public static string? PageOf(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var path = address.Split('?', '#')[0];
        return Array.Exists(Pages, page => Matches(page.Path, path)) ? path : null;
    }

    /// <summary>Reads an address.</summary>
    /// <param name="address">Relative to the base, as a page writes it.</param>
    /// <exception cref="InvalidFilterException">It is none; says what was expected.</exception>
    public static FilterAddress Read(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Length > MaxLength)
        {
            throw new InvalidFilterException($"The address has {address.Length:N0} characters: expected at most {MaxLength:N0}.");
        }

        if (PageOf(address) is not { } path)
        {
            throw new InvalidFilterException("The address is of no page whose filters can be kept.");
        }

        var given = Parse(address);
        // On the settings the tab is which page it is, and no filter of it.
        var isAudit = path == "settings";
        if (isAudit && given.GetValueOrDefault("tab") != "audit")
        {
            throw new InvalidFilterException("The address is of no page whose filters can be kept.");
        }

        var parameters = Array.Find(Pages, page => Matches(page.Path, path)).Parameters;
        var parts = new List<string>();
        foreach (var (name, isValid) in parameters)
        {
            if (!given.TryGetValue(name, out var value) || value.Length == 0)
            {
                continue;
            }

            if (!isValid(value))
            {
                throw new InvalidFilterException($"The address has “{Shown(value)}” as {name}, which is none.");
            }

            parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        if (parts.Count == (isAudit ? 1 : 0))
        {
            throw new InvalidFilterException("Nothing is filtered there: choose a filter first.");
        }

        var whole = $"{path}?{string.Join('&', parts)}";
        return whole.Length <= MaxLength
            ? new FilterAddress(path, whole)
            : throw new InvalidFilterException($"The address has {whole.Length:N0} characters: expected at most {MaxLength:N0}.");
    }

    /// <summary>As <see cref="Read"/>; null where that would refuse.</summary>
    public static FilterAddress? TryRead(string address)
    {
        try
        {
            return Read(address);
        }
        catch (InvalidFilterException)
        {
            return null;
        }
    }

    private static bool Matches(string page, string path) =>
        page == TeamPages
            ? path.StartsWith(TeamPages, StringComparison.Ordinal) && TeamRules.IsSlug(path[TeamPages.Length..])
            : string.Equals(page, path, StringComparison.Ordinal);

    /// <summary>Of a parameter that stands twice the first counts, as it does for a page.</summary>
    private static Dictionary<string, string> Parse(string address)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var query = address.Split('#')[0].Split('?', 2);
        foreach (var part in query.Length < 2 ? [] : query[1].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            given.TryAdd(Unescape(pair[0]), pair.Length < 2 ? "" : Unescape(pair[1]).Trim());
        }

        return given;
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static bool IsText(string value) =>
        value.Length <= 300 && !value.Any(character => char.IsControl(character) || character == '\uFFFD');

    private static bool IsWord(string value) =>
        value.Length <= 20
        && value.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    private static bool IsSort(string value) => value.Length is > 1 and <= 20 && value.TrimStart('-').All(char.IsAsciiLetterLower);

    private static bool IsMonth(string value) =>
        DateOnly.TryParseExact(value, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

/// <summary>A filter can't be kept as it was given; says what was expected.</summary>
public sealed class InvalidFilterException(string message) : Exception(message);
