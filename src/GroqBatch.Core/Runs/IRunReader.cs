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

    /// <summary>How many runs a filter lets through, <see cref="RunFilter.Skip"/> and <see cref="RunFilter.Take"/> aside.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="most">More are not counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<int> CountAsync(RunFilter filter, int most, CancellationToken cancellationToken);

    /// <summary>Every model that some pass of a provider's runs ran on, by name: what a list of runs can be narrowed to.</summary>
    Task<IReadOnlyList<string>> ListModelsAsync(string provider, CancellationToken cancellationToken);

    /// <summary>What a run was started with; null when there is none with this id.</summary>
    Task<FrozenRun?> FindFrozenAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>What happened to a run, in order; empty when there is no such run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="latest">At most this many, the latest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<RunEvent>> ListEventsAsync(Guid runId, int latest, CancellationToken cancellationToken);
}

/// <summary>Which runs to list.</summary>
public sealed record RunFilter
{
    /// <summary>Only these; null: any.</summary>
    public IReadOnlyCollection<Guid>? Ids { get; init; }

    /// <summary>Only of this team; null: of all.</summary>
    public int? TeamId { get; init; }

    /// <summary>Only of this provider; null: of all.</summary>
    public string? Provider { get; init; }

    /// <summary>Only of the team with this slug; null: of all.</summary>
    public string? Team { get; init; }

    /// <summary>Only those that are not in a final state.</summary>
    public bool LiveOnly { get; init; }

    /// <summary>Only in one of these states; empty: in any.</summary>
    public IReadOnlyList<RunState> States { get; init; } = [];

    /// <summary>Only those that this person started; null: anybody.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Only those with a pass on this model; null: on any.</summary>
    public string? Model { get; init; }

    /// <summary>Runs before the first that is listed.</summary>
    public int Skip { get; init; }

    /// <summary>At most this many.</summary>
    public int Take { get; init; } = 20;
}

/// <summary>
/// What a run was started with: none of it changes afterwards, except that a resume may put another model on a rung whose own is not to be had.
/// </summary>
public sealed record FrozenRun
{
    public required Models.Ladder Ladder { get; init; }
    public required RunSettings Settings { get; init; }
    public required string PromptVersion { get; init; }

    /// <summary>Whether the canary has been judged; true as well where there is none.</summary>
    public bool IsCanaryDecided { get; init; } = true;

    /// <summary>Of a retry: only failures with these codes; empty: all.</summary>
    public IReadOnlyList<Outcomes.FailureCode> RetryCodes { get; init; } = [];

    /// <summary>A run of one: the pull request; otherwise null.</summary>
    public long? PullRequestId { get; init; }
}
