using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.PullRequests;

/// <summary>Writes lists of pull requests for others to read.</summary>
public interface IPullRequestExport
{
    /// <summary>
    /// Writes what matches as CSV (RFC 4180, UTF-8, with a header) to a stream, which stays open; no cell begins like a formula. Takes
    /// <see cref="Right.View"/>; an audit event says who, what and how many.
    /// </summary>
    /// <returns>How many were written.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<long> WriteAsync(
        Team team,
        string provider,
        PullRequestFilter filter,
        Stream output,
        Actor actor,
        CancellationToken cancellationToken
    );
}
