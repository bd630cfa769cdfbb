using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Summaries;

/// <summary>A current summary with its provenance: an exported line.</summary>
public sealed record ExportedSummary
{
    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    public required string Repository { get; init; }
    public required long Number { get; init; }

    /// <summary>The pull request's own title.</summary>
    public required string Title { get; init; }

    /// <summary>Empty when unknown.</summary>
    public required string Url { get; init; }

    public required SummaryDocument Summary { get; init; }

    /// <summary>The content, or the prompt's major version, has changed since.</summary>
    public required bool IsStale { get; init; }

    public required string Provider { get; init; }
    public required string Model { get; init; }
    public required int Pass { get; init; }
    public required string PromptVersion { get; init; }
    public required Guid RunId { get; init; }
    public required DateTimeOffset SummarisedAt { get; init; }
}

/// <summary>Reads current summaries.</summary>
public interface ICurrentSummaries
{
    /// <summary>
    /// Streams the current summaries of a team for one provider, by repository, highest number first, as of the moment it begins. As many as
    /// coverage counts: those of pull requests that are excluded by now are left out. A connection is held while it is read.
    /// </summary>
    IAsyncEnumerable<ExportedSummary> StreamAsync(Team team, string provider, CancellationToken cancellationToken);
}

/// <summary>Forms of an export.</summary>
public enum ExportFormat
{
    /// <summary>JSON Lines, UTF-8, one summary a line.</summary>
    Jsonl,

    /// <summary>CSV (RFC 4180), UTF-8, flattened, with a header.</summary>
    Csv,
}

/// <summary>Writes current summaries for others to read.</summary>
public interface ISummaryExport
{
    /// <summary>Writes the current summaries of a team to a stream, which stays open. Takes <see cref="Right.View"/>.</summary>
    /// <returns>How many summaries were written.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<long> WriteAsync(Team team, string provider, ExportFormat format, Stream output, Actor actor, CancellationToken cancellationToken);

    /// <summary>As <see cref="WriteAsync"/> to a file, whole or not at all: written beside it first, then renamed over it.</summary>
    /// <returns>How many summaries were written.</returns>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<long> WriteFileAsync(
        Team team,
        string provider,
        ExportFormat format,
        string path,
        Actor actor,
        CancellationToken cancellationToken
    );
}
