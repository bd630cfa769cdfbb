using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Search;

/// <summary>Finds what the ledger holds by what people call it. Costs the same however much there is: each statement has an index and an end.</summary>
public interface ISearch
{
    /// <summary>Looks for a text among pull requests, teams, repositories, kept filters, runs and batches. Takes <see cref="Right.View"/>.</summary>
    /// <param name="text">As it was typed; nothing but white space finds nothing.</param>
    /// <param name="provider">The active one: its counters say which repositories there are.</param>
    /// <param name="patience">How long titles may be looked through: <see cref="SearchPatience"/>.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<SearchFindings> FindAsync(string text, string provider, TimeSpan patience, Actor actor, CancellationToken cancellationToken);
}

/// <summary>
/// How long titles may be looked through. Several words that many titles have and none together make the index compare all of both: whoever types is
/// answered at once with what is there, and again when all was looked through.
/// </summary>
public static class SearchPatience
{
    /// <summary>With all else that a search does, an answer within 100 ms.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(60);

    /// <summary>All titles, of millions.</summary>
    public static readonly TimeSpan Thorough = TimeSpan.FromSeconds(3);
}

/// <summary>What was found, at most <see cref="MostShown"/> of a kind.</summary>
public sealed record SearchFindings
{
    /// <summary>So many of a kind, the best of them.</summary>
    public const int MostShown = 8;

    /// <summary>So many titles that match are counted, and put in order; beyond that there are only "more".</summary>
    public const int MostCounted = 100;

    /// <summary>Nothing at all.</summary>
    public static SearchFindings Nothing { get; } = new();

    /// <summary>By number or title: those with the number first, then the newest.</summary>
    public Hits<PullRequestHit> PullRequests { get; init; } = new([], 0, false);

    /// <summary>By name or slug: the whole of it first, then its beginning.</summary>
    public Hits<TeamHit> Teams { get; init; } = new([], 0, false);

    /// <summary>By part of a name, in the order of names.</summary>
    public Hits<RepositoryHit> Repositories { get; init; } = new([], 0, false);

    /// <summary>By id or the beginning of one, newest first.</summary>
    public Hits<RunHit> Runs { get; init; } = new([], 0, false);

    /// <summary>By our id or the provider's, or the beginning of one, newest first.</summary>
    public Hits<BatchHit> Batches { get; init; } = new([], 0, false);

    /// <summary>By part of a name, those that begin with it first.</summary>
    public Hits<KeptFilterHit> KeptFilters { get; init; } = new([], 0, false);

    /// <summary>There was no time to look through all titles: what matches may be more than what is here.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>By the database's clock.</summary>
    public DateTimeOffset ReadAt { get; init; }
}

/// <summary>What was found of one kind.</summary>
/// <param name="Rows">The best of them.</param>
/// <param name="Matching">How many match; where <paramref name="IsMore"/>, at least so many.</param>
/// <param name="IsMore">There are more than <paramref name="Matching"/>.</param>
public sealed record Hits<T>(IReadOnlyList<T> Rows, int Matching, bool IsMore);

/// <summary>A pull request. Repository and title are written by strangers.</summary>
public sealed record PullRequestHit(
    long Id,
    string Team,
    string TeamName,
    string Repository,
    long Number,
    string Title,
    DateTimeOffset CreatedAt
);

/// <summary>A team.</summary>
/// <param name="Slug">In addresses.</param>
/// <param name="Name">As pages show it.</param>
public sealed record TeamHit(string Slug, string Name);

/// <summary>A repository of a team, <c>owner/name</c>.</summary>
public sealed record RepositoryHit(string Team, string TeamName, string Repository);

/// <summary>A filter that somebody kept by a name.</summary>
/// <param name="Name">As its people call it.</param>
/// <param name="Page">The page's path, as <see cref="KeptFilters.FilterAddress.Page"/>.</param>
/// <param name="Address">Where it leads, relative to the base.</param>
public sealed record KeptFilterHit(string Name, string Page, string Address);

/// <summary>A run.</summary>
public sealed record RunHit(Guid Id, string TeamName, RunState State, DateTimeOffset CreatedAt);

/// <summary>A batch of a run.</summary>
/// <param name="Id">Ours.</param>
/// <param name="ProviderBatchId">The provider's; null: it has none yet.</param>
/// <param name="RunId">Its run.</param>
/// <param name="TeamName">Whose run that is.</param>
/// <param name="CreatedAt">When it was planned.</param>
public sealed record BatchHit(Guid Id, string? ProviderBatchId, Guid RunId, string TeamName, DateTimeOffset CreatedAt);
