using GroqBatch.Core.Access;

namespace GroqBatch.Core.Reingest;

/// <summary>Rebuilds what was ingested from the raw files.</summary>
public interface IReingest
{
    /// <summary>
    /// Reads the raw files of a run's ingested batches again, by the rules by which they were ingested, and gives back what the ledger has lost of
    /// them: outcomes of attempts and requests, summaries, counters. What is there is never changed, so that it does nothing where nothing was
    /// lost, however often it is taken. Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <returns>What it did; null when there is no such run.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<ReingestReport?> ReingestAsync(Guid runId, Actor actor, CancellationToken cancellationToken);
}

/// <summary>What was given back.</summary>
public sealed record ReingestReport
{
    public required Guid RunId { get; init; }

    /// <summary>Why nothing was done; null when it was.</summary>
    public string? Refusal { get; init; }

    /// <summary>Batches whose files were read.</summary>
    public int Batches { get; init; }

    public ReingestChanges Changes { get; init; } = new();

    /// <summary>Files that could not be had; their batches were left as they are.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>What still does not add up, in words: promise 5 after the deed.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Whether the ledger is whole now.</summary>
    public bool IsWhole => Refusal is null && Missing.Count == 0 && Differences.Count == 0 && Changes is { Contradicted: 0 };
}

/// <summary>How much was written.</summary>
public sealed record ReingestChanges
{
    /// <summary>Attempts that have their outcome back.</summary>
    public int Attempts { get; init; }

    /// <summary>Requests that have their outcome back.</summary>
    public int Requests { get; init; }

    /// <summary>Summaries that are there again.</summary>
    public int Summaries { get; init; }

    /// <summary>Pull requests that point to a summary, or know of a failure, again.</summary>
    public int PullRequests { get; init; }

    /// <summary>Counters of passes, codes, batches and the run that were set to what the rows say.</summary>
    public int Counters { get; init; }

    /// <summary>Attempts and summaries that the files tell otherwise than the ledger does. They are left as they are.</summary>
    public int Contradicted { get; init; }

    /// <summary>Whether anything was written.</summary>
    public bool Any => Attempts + Requests + Summaries + PullRequests + Counters > 0;
}
