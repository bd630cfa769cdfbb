namespace GroqBatch.Core.Runs;

/// <summary>Reads runs from the ledger's counters; never from the memory of whoever moves them, and never by counting requests.</summary>
public interface IRunReader
{
    /// <summary>The runs that a person may mean: by run id or the beginning of one (4 hex digits or more), or by a batch id, the provider's or ours.</summary>
    /// <returns>Their ids, newest first, at most 10; empty: nothing has this id.</returns>
    Task<IReadOnlyList<Guid>> ResolveAsync(string text, CancellationToken cancellationToken);

    /// <summary>One run at one instant; null when there is none with this id.</summary>
    Task<RunOverview?> FindAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Runs, newest first, all at one instant.</summary>
    Task<IReadOnlyList<RunOverview>> ListAsync(RunFilter filter, CancellationToken cancellationToken);

    /// <summary>What happened to a run, in order; empty when there is no such run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="latest">At most this many, the latest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<RunEvent>> ListEventsAsync(Guid runId, int latest, CancellationToken cancellationToken);
}

/// <summary>Which runs to list.</summary>
public sealed record RunFilter
{
    /// <summary>Only of this team; null: of all.</summary>
    public int? TeamId { get; init; }

    /// <summary>Only of this provider; null: of all.</summary>
    public string? Provider { get; init; }

    /// <summary>Only those that are not in a final state.</summary>
    public bool LiveOnly { get; init; }

    /// <summary>At most this many.</summary>
    public int Take { get; init; } = 20;
}
