using GroqBatch.Core.Access;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Runs;

/// <summary>What the dashboard's button, a schedule and the command line all end in.</summary>
public interface IRunService
{
    /// <summary>What a start would do, by the query that will do it. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Records a run; whoever has the pipeline running carries it out. The same <see cref="StartRun.RequestKey"/> again gives the same run.
    /// Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// A new run, with the old one as its parent, over the old one's final failures that still have no summary. Takes
    /// <see cref="Right.Operate"/>.
    /// </summary>
    /// <returns>Null as run when nothing is left to retry, with the reason.</returns>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken);

    /// <summary>What a retry would do, by the query that will do it. Takes <see cref="Right.View"/>.</summary>
    /// <returns>Without a preview when nothing would be sent, with the reason.</returns>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Sends failed pull requests again, whichever run their last failure was in: a run for each team, all recorded in one transaction with one
    /// audit event. Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken);

    /// <summary>What <see cref="RetryFailuresAsync"/> would do, by the query that will do it. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RetryFailuresPreview> PreviewRetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken);

    /// <summary>A run of one: this pull request, whatever its state; its earlier summaries stay in the history. Takes <see cref="Right.Operate"/>.</summary>
    /// <exception cref="LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<RetriedRun> SummariseAgainAsync(long pullRequestId, string? requestKey, Actor actor, CancellationToken cancellationToken);

    /// <summary>Sends nothing new until resumed. Takes <see cref="Right.Operate"/>.</summary>
    Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Holds a run once a pass is over, before anything of the next one is sent; a run that has nothing for the next one ends as ever. Can be
    /// asked for, changed and taken back until that pass is over. Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <param name="pass">Counted from 1; null takes the wish back.</param>
    /// <param name="reason">Why, for the timeline; null: no more is said than that it was asked for.</param>
    Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken);

    /// <summary>Goes on with a held run, or with one that needed attention, after another preflight. Takes <see cref="Right.Operate"/>.</summary>
    /// <exception cref="LadderUnavailableException">A rung's model is still not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The preflight could not ask the provider.</exception>
    Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken);

    /// <summary>Stops what has not been sent, asks the provider to cancel what has, saves what is answered. Takes <see cref="Right.Operate"/>.</summary>
    Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken);
}

/// <summary>What to run.</summary>
public sealed record StartRun
{
    public required int TeamId { get; init; }

    /// <summary>Newest first, at most this many; null: everything missing.</summary>
    public int? Limit { get; init; }

    public bool WithFallback { get; init; }
    public bool IncludeStale { get; init; }

    /// <summary>
    /// Only these, whatever their state as long as they can be sent: a summarised one is summarised again. Null: the missing ones of the team.
    /// </summary>
    public PullRequestFilter? Filter { get; init; }

    /// <summary>Two starts with the same key are one run: a double click, or two people. Null: no such guard.</summary>
    public string? RequestKey { get; init; }

    /// <summary>See <see cref="RunSettings.Canary"/>.</summary>
    public int? Canary { get; init; }

    public double CanaryMaxFailure { get; init; } = 0.10;
    public bool CanaryWait { get; init; }

    /// <summary>Hold once this pass is done; null: don't.</summary>
    public int? HoldAfterPass { get; init; }

    /// <summary>Dollars this run may cost; null: the configured cap.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The <see cref="RunPreview.Token"/> of what was shown before this start; null: nothing was, and nothing is compared.</summary>
    public string? PreviewToken { get; init; }
}

/// <summary>What to retry.</summary>
public sealed record RetryRun
{
    /// <summary>The run whose final failures are retried; it must have ended.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Only failures with these codes; empty: all.</summary>
    public IReadOnlyList<Outcomes.FailureCode> Codes { get; init; } = [];

    /// <summary>Only failures with this message, as <see cref="FailureGroups.FailureGroupKey"/> names it; null: with any.</summary>
    public Guid? Message { get; init; }

    /// <summary>Only failures that were final in this pass, counted from 1; null: in any.</summary>
    public int? Pass { get; init; }

    /// <summary>Begin on the last rung of the ladder instead of the first.</summary>
    public bool FromLastRung { get; init; }

    /// <summary>See <see cref="StartRun.RequestKey"/>.</summary>
    public string? RequestKey { get; init; }
}

/// <summary>The answer to a retry.</summary>
/// <param name="RunId">The new run; null when there was nothing to retry or the old run does not allow it.</param>
/// <param name="IsNew">False when an earlier call with the same key had made it.</param>
/// <param name="Selected">Pull requests it takes.</param>
/// <param name="Explanation">What was done, or why not and what would.</param>
public sealed record RetriedRun(Guid? RunId, bool IsNew, int Selected, string Explanation);

/// <summary>What a retry would do.</summary>
/// <param name="Preview">Null when nothing would be sent.</param>
/// <param name="Explanation">What would be done, or why nothing.</param>
public sealed record RetryPreview(RunPreview? Preview, string Explanation);

/// <summary>Which failed pull requests to send again.</summary>
public sealed record RetryFailures
{
    /// <summary>Only of this team; null: of all.</summary>
    public int? TeamId { get; init; }

    /// <summary>Those whose last failure matches.</summary>
    public required FailureGroups.FailureFilter Filter { get; init; }

    /// <summary>Begin on the last rung of the ladder instead of the first.</summary>
    public bool FromLastRung { get; init; }

    /// <summary>See <see cref="StartRun.RequestKey"/>; the runs' own keys are made of it.</summary>
    public required string RequestKey { get; init; }
}

/// <summary>The answer to a retry over runs.</summary>
/// <param name="RunIds">A run for each team; empty when there was nothing to send.</param>
/// <param name="IsNew">False when an earlier call with the same key had made them all.</param>
/// <param name="Selected">Pull requests they take.</param>
/// <param name="Explanation">What was done, or why not.</param>
public sealed record RetriedFailures(IReadOnlyList<Guid> RunIds, bool IsNew, int Selected, string Explanation);

/// <summary>What a retry over runs would do.</summary>
/// <param name="Selected">Pull requests that would be sent.</param>
/// <param name="Teams">Teams they are of, each of which gets a run.</param>
/// <param name="Ladders">The resolved ladders: one, unless some of the teams have ladders of their own.</param>
/// <param name="Cost">Dollars, the runs' estimates added up; null when nothing would be sent or a rung's price is unknown.</param>
public sealed record RetryFailuresPreview(int Selected, int Teams, IReadOnlyList<Ladder> Ladders, Estimates.Range? Cost);

/// <summary>What a start would do.</summary>
/// <param name="Selected">Pull requests that would be sent.</param>
/// <param name="ClaimedElsewhere">Pull requests left out because another live run has them.</param>
/// <param name="First">The first of them, in the order they are sent.</param>
/// <param name="Ladder">The resolved ladder.</param>
/// <param name="Estimate">Low, expected, high.</param>
public sealed record RunPreview(
    int Selected,
    int ClaimedElsewhere,
    IReadOnlyList<SelectedPullRequest> First,
    Ladder Ladder,
    Estimate Estimate
)
{
    /// <summary>Binds a start to this preview, as <see cref="StartRun.PreviewToken"/>.</summary>
    public string? Token { get; init; }
}

/// <summary>A pull request that a run would take.</summary>
public sealed record SelectedPullRequest(long Id, string Repository, long Number, string Title, DateTimeOffset CreatedAt, int PromptBytes);

/// <summary>The answer to a start.</summary>
/// <param name="RunId">Null when there was nothing to do: then there is no run.</param>
/// <param name="IsNew">False when an earlier start with the same key had made it.</param>
/// <param name="Preview">What it was started with; null when it had been started before.</param>
public sealed record StartedRun(Guid? RunId, bool IsNew, RunPreview? Preview)
{
    /// <summary>What has changed since the preview that the start was made from, each a sentence; empty when nothing has, or none was named.</summary>
    public IReadOnlyList<string> ChangedSincePreview { get; init; } = [];
}

/// <summary>The answer to a verb.</summary>
/// <param name="Done">Whether the run is now where it was asked to be: true as well when it was there already.</param>
/// <param name="Changed">Whether this call moved it.</param>
/// <param name="State">Its state now; null when there is no such run.</param>
/// <param name="Explanation">What happened, or why not and what would.</param>
public sealed record MoveResult(bool Done, bool Changed, RunState? State, string Explanation);
