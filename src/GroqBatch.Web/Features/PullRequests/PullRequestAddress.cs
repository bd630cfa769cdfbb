using System.Globalization;

namespace GroqBatch.Web.Features.PullRequests;

/// <summary>
/// Addresses of the pull request drawer. It lies over whatever page is open: <c>?pr=</c> and a key beside the page's own query. A list that opens it
/// gives each of its links <c>data-pr</c> with the key as well, so that <c>j</c> and <c>k</c> go on to the next of the list.
/// </summary>
public static class PullRequestAddress
{
    /// <summary>The name in the query.</summary>
    public const string Name = "pr";

    /// <summary>An address with the drawer open over it.</summary>
    /// <param name="address">Of the page, relative or absolute, with its query.</param>
    /// <param name="pullRequestId">The pull request's key.</param>
    public static string Over(string address, long pullRequestId)
    {
        var page = Without(address);
        var query = $"{Name}={pullRequestId.ToString(CultureInfo.InvariantCulture)}";
        return page.Contains('?', StringComparison.Ordinal) ? $"{page}&{query}" : $"{page}?{query}";
    }

    /// <summary>The address of the page below.</summary>
    public static string Without(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var place = address.Split('#')[0];
        var cut = place.IndexOf('?', StringComparison.Ordinal);
        if (cut < 0)
        {
            return place;
        }

        var rest = place[(cut + 1)..]
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => !part.StartsWith($"{Name}=", StringComparison.Ordinal));
        var query = string.Join('&', rest);
        return query.Length == 0 ? place[..cut] : $"{place[..cut]}?{query}";
    }

    /// <summary>The key in an address; null: the drawer is closed.</summary>
    public static long? Read(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var place = address.Split('#')[0];
        var cut = place.IndexOf('?', StringComparison.Ordinal);
        var value =
            cut < 0
                ? null
                : place[(cut + 1)..]
                    .Split('&')
                    .FirstOrDefault(part => part.StartsWith($"{Name}=", StringComparison.Ordinal))
                    ?[(Name.Length + 1)..];
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
    }
}
