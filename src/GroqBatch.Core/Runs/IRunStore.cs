using GroqBatch.Core.Access;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Runs;

/// <summary>Which pull requests of a team a run takes.</summary>
public sealed record RunSelection
{
    public required int TeamId { get; init; }
    public required string Provider { get; init; }

    /// <summary>Newest first, at most this many; null: all.</summary>
    public int? Limit { get; init; }

    public bool IncludeStale { get; init; }

    /// <summary>Only final failures of this run; null: pending and failed ones of the team.</summary>
    public Guid? RetryOf { get; init; }

    /// <summary>With <see cref="RetryOf"/> or <see cref="Failures"/>: only failures with these codes; empty: all.</summary>
    public IReadOnlyList<FailureCode> Codes { get; init; } = [];

    /// <summary>
    /// With <see cref="RetryOf"/>: only final failures that match; its codes stand in <see cref="Codes"/>. Without: only failed pull requests of
    /// the team whose last failure matches, whichever run it was in. Null: no such wish.
    /// </summary>
    public FailureFilter? Failures { get; init; }

    /// <summary>Only this pull request, whatever its state, as long as it is eligible; null: no such wish.</summary>
    public long? PullRequestId { get; init; }

    /// <summary>Only what matches this, whatever its state as long as it can be sent; null: no such wish.</summary>
    public PullRequestFilter? Filter { get; init; }

    /// <summary>What a start takes: the one selection by which it is counted, listed and sent.</summary>
    public static RunSelection Of(StartRun request, string provider)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new RunSelection
        {
            TeamId = request.TeamId,
            Provider = provider,
            Limit = request.Limit,
            IncludeStale = request.IncludeStale,
            Filter = request.Filter,
        };
    }
}

/// <summary>How many pull requests a selection has.</summary>
/// <param name="Selected">Those that would be sent.</param>
/// <param name="ClaimedElsewhere">Those left out because another live run has them.</param>
/// <param name="PromptBytes">UTF-8 bytes of the selected ones' user prompts in all.</param>
public sealed record SelectionCount(int Selected, int ClaimedElsewhere, long PromptBytes)
{
    /// <summary>Of the selected ones, those that have a stale summary.</summary>
    public int Stale { get; init; }

    /// <summary>The first of them in a run's order; null when nothing is selected.</summary>
    public long? NewestId { get; init; }
}

/// <summary>A run to be recorded.</summary>
public sealed record NewRun
{
    public required RunSelection Selection { get; init; }
    public required bool WithFallback { get; init; }
    public required Ladder Ladder { get; init; }
    public required string PromptVersion { get; init; }
    public required RunSettings Settings { get; init; }
    public Estimate? Estimate { get; init; }
    public string? RequestKey { get; init; }
    public int? HoldAfterPass { get; init; }
    public required Actor StartedBy { get; init; }
}

/// <summary>Another ladder for a run: models may have gone since its own was frozen.</summary>
/// <param name="Ladder">What it goes on with.</param>
/// <param name="Reason">What differs, fit to show.</param>
public sealed record LadderChange(Ladder Ladder, string Reason);

/// <summary>How far a pass is.</summary>
/// <param name="Ordinal">Its number.</param>
/// <param name="Requests">All of them.</param>
/// <param name="Succeeded">Those with a summary.</param>
/// <param name="Failed">Those that failed on this rung for good.</param>
/// <param name="Waiting">Those without outcome that are in no batch.</param>
public sealed record PassProgress(int Ordinal, int Requests, int Succeeded, int Failed, int Waiting)
{
    /// <summary>Requests without their final outcome.</summary>
    public int Open => Requests - Succeeded - Failed;
}

/// <summary>Runs, claims and passes in the ledger. Each method is one transaction.</summary>
public interface IRunStore
{
    /// <summary>Counts what a run would take, by the condition that will take it.</summary>
    Task<SelectionCount> CountSelectionAsync(RunSelection selection, CancellationToken cancellationToken);

    /// <summary>Lists the first of what a run would take, in its order.</summary>
    Task<IReadOnlyList<SelectedPullRequest>> ListSelectionAsync(
        RunSelection selection,
        int skip,
        int take,
        CancellationToken cancellationToken
    );

    /// <summary>Records a run as <see cref="RunState.Queued"/>; one with the same request key is returned instead.</summary>
    Task<(Guid RunId, bool IsNew)> CreateAsync(NewRun run, CancellationToken cancellationToken);

    /// <summary>
    /// Records several runs as <see cref="RunState.Queued"/> in one transaction, with one audit event for all of them: whoever dies in between has
    /// started none. Those whose request key is taken are not made again.
    /// </summary>
    /// <param name="runs">At least one; each with a request key.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="action">The verb in the audit log.</param>
    /// <param name="target">What it was done to, fit to show.</param>
    /// <param name="after">JSON beside the runs' ids, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>In the order of <paramref name="runs"/>.</returns>
    Task<IReadOnlyList<(Guid RunId, bool IsNew)>> CreateManyAsync(
        IReadOnlyList<NewRun> runs,
        Actor actor,
        string action,
        string target,
        string after,
        CancellationToken cancellationToken
    );

    /// <summary>The teams that have failed pull requests whose last failure matches, by id.</summary>
    /// <param name="teamId">Only this one; null: any.</param>
    Task<IReadOnlyList<int>> ListTeamsWithFailuresAsync(
        string provider,
        int? teamId,
        FailureFilter filter,
        CancellationToken cancellationToken
    );

    /// <summary>The team that a pull request belongs to, or null.</summary>
    Task<int?> FindTeamOfAsync(long pullRequestId, CancellationToken cancellationToken);

    /// <summary>
    /// A run that was made of the same selection with the same ladder, and has not claimed its pull requests yet: until it has, nothing else tells that
    /// they are spoken for. Null where there is none.
    /// </summary>
    Task<Guid?> FindWaitingAsync(RunSelection selection, Ladder ladder, CancellationToken cancellationToken);

    /// <summary>The run that was started with a key, or null.</summary>
    Task<Guid?> FindByRequestKeyAsync(string requestKey, CancellationToken cancellationToken);

    /// <summary>The run, or null.</summary>
    Task<Run?> FindAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Ids of the live runs of a provider, oldest first.</summary>
    Task<IReadOnlyList<Guid>> ListLiveAsync(string provider, CancellationToken cancellationToken);

    /// <summary>
    /// Claims the pull requests of a queued run, makes the requests of pass 1 and moves it to <see cref="RunState.Running"/>, or to
    /// <see cref="RunState.Completed"/> when nothing is left to claim.
    /// </summary>
    /// <returns>How many it claimed; null when it was not queued any more.</returns>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<int?> PlanAsync(Guid runId, Lease lease, CancellationToken cancellationToken);

    /// <summary>How far each pass is, in order.</summary>
    Task<IReadOnlyList<PassProgress>> GetProgressAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Moves a run, if it is in one of the states expected, and writes the event. One guarded UPDATE.</summary>
    /// <param name="lease">Required for moves of the pipeline; null for a person's.</param>
    /// <param name="clearHold">The wish to be held after a pass is fulfilled by this move.</param>
    /// <param name="decideCanary">The canary is judged by this move: whoever resumes the run sends the rest.</param>
    /// <param name="ladder">Another ladder for what is still to be sent; null: it keeps the one it has.</param>
    /// <returns>Whether it moved.</returns>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<bool> TryMoveAsync(
        Guid runId,
        IReadOnlyCollection<RunState> expected,
        RunState to,
        Actor actor,
        string reason,
        Lease? lease,
        CancellationToken cancellationToken,
        bool clearHold = false,
        bool decideCanary = false,
        LadderChange? ladder = null
    );

    /// <summary>
    /// Notes after which pass a run is to be held, if <see cref="RunVerbs.RefuseHoldAfterPass"/> lets it, with event and audit. What ends a pass
    /// waits meanwhile, so that no pass is over by the time the wish is there.
    /// </summary>
    /// <param name="pass">Counted from 1; null takes the wish back.</param>
    Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken);

    /// <summary>Notes that the canary was judged good enough: the rest may go.</summary>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task DecideCanaryAsync(Guid runId, string reason, Lease lease, CancellationToken cancellationToken);

    /// <summary>Gives every request that waits to be sent its final outcome.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<int> ResolveWaitingAsync(Run run, FailureCode code, string message, Lease lease, CancellationToken cancellationToken);

    /// <summary>Gives every request of a run that has no outcome yet, wherever it is, the final outcome <see cref="FailureCode.Cancelled"/>.</summary>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<int> ResolveAllAsCancelledAsync(Run run, string message, Lease lease, CancellationToken cancellationToken);

    /// <summary>Ends a run whose every request has its final outcome: final state, claims given back, event.</summary>
    /// <returns>The final state; null when a request is still open.</returns>
    /// <exception cref="LeaseLostException">Somebody else moves this run now.</exception>
    Task<RunState?> TryFinishAsync(Run run, Lease lease, CancellationToken cancellationToken);

    /// <summary>Notes something on a run's timeline that is not a move.</summary>
    Task AddEventAsync(Guid runId, string actor, string reason, CancellationToken cancellationToken);

    /// <summary>Checks promise 5 on a run: counters against a recount of its requests.</summary>
    /// <returns>What differs, in words; empty when nothing does.</returns>
    Task<IReadOnlyList<string>> ReconcileAsync(Guid runId, CancellationToken cancellationToken);
}
