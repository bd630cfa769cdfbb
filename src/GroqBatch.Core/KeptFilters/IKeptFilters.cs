using GroqBatch.Core.Access;

namespace GroqBatch.Core.KeptFilters;

/// <summary>Filters of pages that were kept by a name. Everybody of the installation has the same ones.</summary>
public interface IKeptFilters
{
    /// <summary>Those of a page, by name. Takes <see cref="Right.View"/>.</summary>
    /// <param name="page">Its path, as <see cref="FilterAddress.Page"/>.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<IReadOnlyList<KeptFilter>> ListAsync(string page, Actor actor, CancellationToken cancellationToken);

    /// <summary>Keeps one. Takes <see cref="Right.Operate"/>; it is in the audit log.</summary>
    /// <param name="name">1 to <see cref="KeptFilter.MaxNameLength"/> characters on one line, unique on its page in any case of letters.</param>
    /// <param name="address">Relative to the base, as <see cref="FilterAddress.Read"/> takes it.</param>
    /// <param name="actor">Who keeps it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidFilterException">Name or address is none, the name is taken, or there are as many as there can be.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<KeptFilter> KeepAsync(string name, string address, Actor actor, CancellationToken cancellationToken);

    /// <summary>Gives one another name. Takes <see cref="Right.Operate"/>; it is in the audit log.</summary>
    /// <returns>It as it is now; null when it has been removed.</returns>
    /// <exception cref="InvalidFilterException">The name is none, or taken.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<KeptFilter?> RenameAsync(long id, string name, Actor actor, CancellationToken cancellationToken);

    /// <summary>Removes one for everybody. Takes <see cref="Right.Operate"/>; it is in the audit log.</summary>
    /// <returns>False when somebody had removed it already.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<bool> RemoveAsync(long id, Actor actor, CancellationToken cancellationToken);
}

/// <summary>A filter that was kept.</summary>
/// <param name="Id">Our key.</param>
/// <param name="Name">As its people call it.</param>
/// <param name="Page">The page's path, as <see cref="FilterAddress.Page"/>.</param>
/// <param name="Address">Where it leads, relative to the base.</param>
/// <param name="KeptBy">Who kept it.</param>
/// <param name="KeptAt">When, by the database's clock.</param>
public sealed record KeptFilter(long Id, string Name, string Page, string Address, string KeptBy, DateTimeOffset KeptAt)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>So many in all: a list that nobody reads to its end finds nothing.</summary>
    public const int Most = 200;

    /// <summary>The name without white space around it.</summary>
    /// <exception cref="InvalidFilterException">It is none; says what was expected.</exception>
    public static string ReadName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var read = name.Trim();
        return read.Length is > 0 and <= MaxNameLength && !read.Any(char.IsControl)
            ? read
            : throw new InvalidFilterException($"The name is none: expected 1 to {MaxNameLength} characters on one line.");
    }
}
