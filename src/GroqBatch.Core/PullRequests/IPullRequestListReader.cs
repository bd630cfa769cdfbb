using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Core.PullRequests;

/// <summary>A team's pull requests as a list, newest first. Every page costs the same, however many there are.</summary>
public interface IPullRequestListReader
{
    /// <summary>One page. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<PullRequestListPage> ListAsync(PullRequestListQuery query, Actor actor, CancellationToken cancellationToken);

    /// <summary>Streams everything that matches, newest first, as of the moment it begins; a connection is held while it is read.</summary>
    IAsyncEnumerable<PullRequestListRow> StreamAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        CancellationToken cancellationToken
    );
}

/// <summary>Which page.</summary>
public sealed record PullRequestListQuery
{
    public required string Provider { get; init; }
    public required int TeamId { get; init; }
    public required PullRequestFilter Filter { get; init; }

    /// <summary>The row that the page begins beyond; null: the newest.</summary>
    public PullRequestCursor? Beyond { get; init; }

    /// <summary>Towards newer rows instead of older ones.</summary>
    public bool IsBackwards { get; init; }

    /// <summary>At most this many.</summary>
    public int Take { get; init; } = 50;
}

/// <summary>A row's place in the order.</summary>
/// <param name="CreatedAt">When the pull request was created.</param>
/// <param name="Id">Its key, among those of the same moment.</param>
public sealed record PullRequestCursor(DateTimeOffset CreatedAt, long Id)
{
    /// <summary>As an address holds it: microseconds since 1970, a dot, the key.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{(CreatedAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10}.{Id}"
        );

    /// <summary>What <see cref="ToString"/> wrote; null for anything else.</summary>
    public static PullRequestCursor? TryParse(string? text)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return
            text?.Split('.') is [var at, var id]
            && long.TryParse(at, System.Globalization.NumberStyles.AllowLeadingSign, culture, out var microseconds)
            && long.TryParse(id, System.Globalization.NumberStyles.None, culture, out var key)
            && Math.Abs(microseconds) < 100_000_000_000_000_000 // the year 5138
            ? new(DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10), key)
            : null;
    }
}

/// <summary>A page.</summary>
/// <param name="Rows">Newest first.</param>
/// <param name="Matching">How many match in all; at most <see cref="MostCounted"/> where words are searched for.</param>
/// <param name="IsMore">There are more than <paramref name="Matching"/>.</param>
/// <param name="HasNewer">There are rows before this page.</param>
/// <param name="HasOlder">There are rows after it.</param>
/// <param name="ReadAt">By the database's clock.</param>
public sealed record PullRequestListPage(
    IReadOnlyList<PullRequestListRow> Rows,
    int Matching,
    bool IsMore,
    bool HasNewer,
    bool HasOlder,
    DateTimeOffset ReadAt
)
{
    /// <summary>Beyond it nobody counts what a search finds.</summary>
    public const int MostCounted = 1_000;
}

/// <summary>A pull request in a list.</summary>
public sealed record PullRequestListRow
{
    public required long Id { get; init; }
    public required string Repository { get; init; }
    public required long Number { get; init; }
    public required string Title { get; init; }
    public required string Url { get; init; }
    public required string Author { get; init; }
    public required CoverageState State { get; init; }

    /// <summary>The last failure's code in its wire form; null when it has not failed since its last summary.</summary>
    public string? FailureCode { get; init; }

    /// <summary>Why it is parked; null: it is not.</summary>
    public string? ParkedReason { get; init; }

    public required int ChangedFiles { get; init; }
    public required int Additions { get; init; }
    public required int Deletions { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? MergedAt { get; init; }
}
