using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Pipeline.Ladders;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Runs;

/// <summary>The one implementation of what people and schedules ask for. It records; the pipeline of whichever process carries it out.</summary>
internal sealed class RunService(
    IRunStore runs,
    IBatchProvider provider,
    ITeamStore teams,
    ILadderResolver ladders,
    IRunEstimator estimator,
    IRunWaker waker,
    IOptions<PipelineOptions> options
) : IRunService
{
    private const int PreviewLength = 20;
    private const string NothingToRetry = "None of its final failures is left without a summary and free to be sent.";

    public async Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var ladder = await ResolveAsync(request, cancellationToken);
        return await PreviewAsync(RunSelection.Of(request, provider.Name), ladder, cancellationToken);
    }

    public async Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        if (request.RequestKey is { } key && await runs.FindByRequestKeyAsync(key, cancellationToken) is { } earlier)
        {
            return new StartedRun(earlier, IsNew: false, Preview: null);
        }

        var ladder = await ResolveAsync(request, cancellationToken);
        var selection = RunSelection.Of(request, provider.Name);
        var preview = await PreviewAsync(selection, ladder, cancellationToken);
        var changed = ChangedSince(request.PreviewToken, preview);
        if (preview.Selected == 0)
        {
            // Another start with this key may have taken everything while this one was asking the provider.
            return request.RequestKey is { } twin && await runs.FindByRequestKeyAsync(twin, cancellationToken) is { } started
                ? new StartedRun(started, IsNew: false, Preview: null)
                : new StartedRun(RunId: null, IsNew: false, preview) { ChangedSincePreview = changed };
        }

        var (runId, isNew) = await runs.CreateAsync(
            new NewRun
            {
                Selection = selection,
                WithFallback = request.WithFallback,
                Ladder = ladder,
                PromptVersion = PromptVersion.Current.ToString(),
                Settings = Freeze(request),
                Estimate = preview.Estimate,
                RequestKey = request.RequestKey,
                HoldAfterPass = request.HoldAfterPass,
                StartedBy = actor,
            },
            cancellationToken
        );
        if (isNew)
        {
            if (changed.Count > 0)
            {
                await runs.AddEventAsync(
                    runId,
                    actor.Name,
                    $"Changed since the preview it was started from: {string.Join(" ", changed)}",
                    cancellationToken
                );
            }

            await waker.WakeAsync(runId, TimeSpan.Zero, cancellationToken);
        }

        return new StartedRun(runId, isNew, preview) { ChangedSincePreview = changed };
    }

    public async Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        var (parent, refusal) = await FindRetriableAsync(request.RunId, cancellationToken);
        if (parent is null)
        {
            return new RetriedRun(RunId: null, IsNew: false, Selected: 0, refusal);
        }

        return await StartDerivedAsync(
            SelectionOf(request, parent),
            await LadderOfAsync(request, parent, cancellationToken),
            parent.WithFallback && !request.FromLastRung,
            request.RequestKey,
            NothingToRetry,
            actor,
            cancellationToken
        );
    }

    public async Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var (parent, refusal) = await FindRetriableAsync(request.RunId, cancellationToken);
        if (parent is null)
        {
            return new RetryPreview(Preview: null, refusal);
        }

        var preview = await PreviewAsync(
            SelectionOf(request, parent),
            await LadderOfAsync(request, parent, cancellationToken),
            cancellationToken
        );
        return preview.Selected == 0
            ? new RetryPreview(Preview: null, NothingToRetry)
            : new RetryPreview(preview, SentAgain(preview.Selected));
    }

    public async Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        var selected = 0;
        var starts = new List<NewRun>();
        var counted = await CountFailuresAsync(request, cancellationToken);
        foreach (var (selection, count, ladder) in await WithLaddersAsync(counted, request, cancellationToken))
        {
            selected += count.Selected;
            starts.Add(
                new NewRun
                {
                    Selection = selection,
                    WithFallback = !request.FromLastRung,
                    Ladder = ladder,
                    PromptVersion = PromptVersion.Current.ToString(),
                    Settings = Freeze(new StartRun { TeamId = selection.TeamId }),
                    Estimate = await estimator.EstimateAsync(selection, count, ladder, cancellationToken),
                    RequestKey = $"{request.RequestKey}/{selection.TeamId}",
                    StartedBy = actor,
                }
            );
        }

        if (starts.Count == 0)
        {
            return new RetriedFailures(
                [],
                IsNew: false,
                Selected: 0,
                "None of these is left without a summary and free to be sent. If this was asked for twice, the first time has started it."
            );
        }

        var created = await runs.CreateManyAsync(
            starts,
            actor,
            "failures.retry",
            starts.Count == 1 ? $"{selected:N0} pull requests of 1 team" : $"{selected:N0} pull requests of {starts.Count} teams",
            FailureFilterJson.Of(request.Filter, request.TeamId, request.FromLastRung).ToJsonString(),
            cancellationToken
        );
        foreach (var (runId, _) in created.Where(run => run.IsNew))
        {
            await waker.WakeAsync(runId, TimeSpan.Zero, cancellationToken);
        }

        return new RetriedFailures(
            [.. created.Select(run => run.RunId)],
            created.Any(run => run.IsNew),
            selected,
            starts.Count == 1 ? SentAgain(selected) : $"{SentAgain(selected)[..^1]}, in {starts.Count} runs."
        );
    }

    public async Task<RetryFailuresPreview> PreviewRetryFailuresAsync(
        RetryFailures request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.View);
        var counted = await CountFailuresAsync(request, cancellationToken);
        var resolved = new List<Ladder>();
        Core.Estimates.Range? cost = counted.Count == 0 ? null : Core.Estimates.Range.Exactly(0);
        foreach (var (selection, count, ladder) in await WithLaddersAsync(counted, request, cancellationToken))
        {
            if (!resolved.Exists(other => other.Owner == ladder.Owner))
            {
                resolved.Add(ladder);
            }

            var one = (await estimator.EstimateAsync(selection, count, ladder, cancellationToken)).Cost;
            cost = cost is null || one is null ? null : new(cost.Low + one.Low, cost.Expected + one.Expected, cost.High + one.High);
        }

        return new RetryFailuresPreview(counted.Sum(one => one.Count.Selected), counted.Count, resolved, cost);
    }

    public async Task<RetriedRun> SummariseAgainAsync(
        long pullRequestId,
        string? requestKey,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Operate);
        if (await runs.FindTeamOfAsync(pullRequestId, cancellationToken) is not { } teamId)
        {
            return new RetriedRun(RunId: null, IsNew: false, Selected: 0, $"There is no pull request with the key {pullRequestId}.");
        }

        var selection = new RunSelection
        {
            TeamId = teamId,
            Provider = provider.Name,
            PullRequestId = pullRequestId,
        };
        return await StartDerivedAsync(
            selection,
            await ResolveAsync(teamId, cancellationToken),
            withFallback: true,
            requestKey,
            "It can't be sent: its body is empty, or another live run has it.",
            actor,
            cancellationToken
        );
    }

    public Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        MoveAsync(
            runId,
            "run.hold",
            [RunState.Queued, RunState.Running, RunState.NeedsAttention],
            RunState.Held,
            reason ?? "Held. What is under way is still polled and saved; nothing new is sent.",
            actor,
            cancellationToken
        );

    public Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        if (pass is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(pass));
        }

        return runs.HoldAfterPassAsync(runId, pass, reason, actor, cancellationToken);
    }

    public async Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        var run = await runs.FindAsync(runId, cancellationToken);
        LadderChange? change = null;
        if (run is { State: RunState.NeedsAttention or RunState.Held })
        {
            // What the key may use can have changed since the ladder was frozen: that is often why it stopped.
            var ladder = await RebaseAsync(run, cancellationToken);
            change = ladder is null ? null : new LadderChange(ladder, Difference(run.Ladder, ladder));
        }

        var to = run is { State: RunState.Held, PlannedAt: null } ? RunState.Queued : RunState.Running;
        return await MoveAsync(
            runId,
            "run.resume",
            [RunState.Held, RunState.NeedsAttention],
            to,
            "Resumed.",
            actor,
            cancellationToken,
            change
        );
    }

    public Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        MoveAsync(
            runId,
            "run.cancel",
            [RunState.Queued, RunState.Running, RunState.Held, RunState.NeedsAttention],
            RunState.Cancelling,
            reason ?? "Cancelled: nothing more is sent, the provider is asked to stop, what was answered is saved.",
            actor,
            cancellationToken
        );

    private async Task<RetriedRun> StartDerivedAsync(
        RunSelection selection,
        Ladder ladder,
        bool withFallback,
        string? requestKey,
        string whyNothing,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var count = await runs.CountSelectionAsync(selection, cancellationToken);
        if (count.Selected == 0)
        {
            return requestKey is not null && await runs.FindByRequestKeyAsync(requestKey, cancellationToken) is { } earlier
                ? new RetriedRun(earlier, IsNew: false, Selected: 0, "It had been started already.")
                : new RetriedRun(RunId: null, IsNew: false, Selected: 0, whyNothing);
        }

        if (requestKey is null && await runs.FindWaitingAsync(selection, ladder, cancellationToken) is { } waiting)
        {
            return new RetriedRun(waiting, IsNew: false, count.Selected, "It has been started already, and waits to be carried out.");
        }

        var (runId, isNew) = await runs.CreateAsync(
            new NewRun
            {
                Selection = selection,
                WithFallback = withFallback,
                Ladder = ladder,
                PromptVersion = PromptVersion.Current.ToString(),
                Settings = Freeze(new StartRun { TeamId = selection.TeamId }),
                Estimate = await estimator.EstimateAsync(selection, count, ladder, cancellationToken),
                RequestKey = requestKey,
                StartedBy = actor,
            },
            cancellationToken
        );
        if (isNew)
        {
            await waker.WakeAsync(runId, TimeSpan.Zero, cancellationToken);
        }

        return new RetriedRun(runId, isNew, count.Selected, SentAgain(count.Selected));
    }

    private static string SentAgain(int selected) =>
        selected == 1 ? "1 pull request is sent again." : $"{selected} pull requests are sent again.";

    /// <returns>The run, or why its failures can't be retried.</returns>
    private async Task<(Run? Parent, string Refusal)> FindRetriableAsync(Guid runId, CancellationToken cancellationToken)
    {
        var parent = await runs.FindAsync(runId, cancellationToken);
        if (parent is null)
        {
            return (null, "There is no such run.");
        }

        if (!parent.State.IsFinal())
        {
            return (null, $"It is {parent.State.Words()}: it can be retried once it has ended. Cancel ends it early.");
        }

        return string.Equals(parent.Provider, provider.Name, StringComparison.Ordinal)
            ? (parent, "")
            : (null, $"It ran on {parent.Provider}; this host works with {provider.Name}, and the two are never mixed.");
    }

    private static RunSelection SelectionOf(RetryRun request, Run parent) =>
        new()
        {
            TeamId = parent.TeamId,
            Provider = parent.Provider,
            RetryOf = parent.Id,
            Codes = request.Codes,
            Failures =
                request.Message is null && request.Pass is null
                    ? null
                    : new FailureFilter
                    {
                        Codes = request.Codes,
                        Message = request.Message,
                        Pass = request.Pass,
                    },
        };

    private async Task<Ladder> LadderOfAsync(RetryRun request, Run parent, CancellationToken cancellationToken)
    {
        var ladder = await ResolveAsync(parent.TeamId, cancellationToken);
        return request.FromLastRung ? ladder.LastRungOnly()
            : parent.WithFallback ? ladder
            : ladder.WithoutFallback();
    }

    private async Task<IReadOnlyList<(RunSelection Selection, SelectionCount Count, Ladder Ladder)>> WithLaddersAsync(
        IReadOnlyList<(RunSelection Selection, SelectionCount Count)> counted,
        RetryFailures request,
        CancellationToken cancellationToken
    )
    {
        if (counted.Count == 0)
        {
            return [];
        }

        var known = (await teams.ListAsync(cancellationToken)).ToDictionary(team => team.Id);
        var resolved = new ResolvedLadders(ladders);
        var climbing = new List<(RunSelection, SelectionCount, Ladder)>();
        foreach (var (selection, count) in counted)
        {
            var ladder = await resolved.OfAsync(known.GetValueOrDefault(selection.TeamId), cancellationToken);
            climbing.Add((selection, count, request.FromLastRung ? ladder.LastRungOnly() : ladder));
        }

        return climbing;
    }

    /// <summary>A selection for each team that has something to send.</summary>
    private async Task<IReadOnlyList<(RunSelection Selection, SelectionCount Count)>> CountFailuresAsync(
        RetryFailures request,
        CancellationToken cancellationToken
    )
    {
        var counted = new List<(RunSelection, SelectionCount)>();
        foreach (var team in await runs.ListTeamsWithFailuresAsync(provider.Name, request.TeamId, request.Filter, cancellationToken))
        {
            var selection = new RunSelection
            {
                TeamId = team,
                Provider = provider.Name,
                Codes = request.Filter.Codes,
                Failures = request.Filter,
            };
            var count = await runs.CountSelectionAsync(selection, cancellationToken);
            if (count.Selected > 0)
            {
                counted.Add((selection, count));
            }
        }

        return counted;
    }

    private async Task<MoveResult> MoveAsync(
        Guid runId,
        string verb,
        RunState[] expected,
        RunState to,
        string reason,
        Actor actor,
        CancellationToken cancellationToken,
        LadderChange? ladder = null
    )
    {
        actor.Demand(Right.Operate);
        if (await runs.TryMoveAsync(runId, expected, to, actor, reason, lease: null, cancellationToken, ladder: ladder))
        {
            await waker.WakeAsync(runId, TimeSpan.Zero, cancellationToken);
            return new MoveResult(Done: true, Changed: true, to, reason);
        }

        var state = (await runs.FindAsync(runId, cancellationToken))?.State;
        return RunVerbs.Refusal(verb, state, to);
    }

    private async Task<Ladder> ResolveAsync(StartRun request, CancellationToken cancellationToken)
    {
        var ladder = await ResolveAsync(request.TeamId, cancellationToken);
        return request.WithFallback ? ladder : ladder.WithoutFallback();
    }

    /// <summary>The team's own ladder, or the installation's, with the models that this key has today.</summary>
    private async Task<Ladder> ResolveAsync(int teamId, CancellationToken cancellationToken) =>
        await ladders.ResolveAsync((await teams.FindAsync(teamId, cancellationToken))?.OwnLadder, cancellationToken);

    private async Task<RunPreview> PreviewAsync(RunSelection selection, Ladder ladder, CancellationToken cancellationToken)
    {
        var count = await runs.CountSelectionAsync(selection, cancellationToken);
        var first = await runs.ListSelectionAsync(selection, skip: 0, PreviewLength, cancellationToken);
        var estimate = await estimator.EstimateAsync(selection, count, ladder, cancellationToken);
        return new RunPreview(count.Selected, count.ClaimedElsewhere, first, ladder, estimate)
        {
            Token = PreviewToken.Of(count, ladder, PromptVersion.Current.ToString()).ToString(),
        };
    }

    private static IReadOnlyList<string> ChangedSince(string? shown, RunPreview now) =>
        shown is null ? []
        : PreviewToken.TryParse(shown) is { } before ? before.ChangedTo(PreviewToken.TryParse(now.Token!)!)
        : ["What was shown before this start can't be compared: its token is not one of this version."];

    private RunSettings Freeze(StartRun request) =>
        new()
        {
            MaxRequestsPerBatch = options.Value.MaxRequestsPerBatch,
            MaxBatchBytes = options.Value.MaxBatchBytes,
            CompletionWindow = options.Value.CompletionWindow,
            MaxAttemptsPerRequest = options.Value.MaxAttemptsPerRequest,
            MaxCost = request.MaxCost ?? options.Value.MaxCostPerRun,
            Canary = request.Canary,
            CanaryMaxFailure = request.CanaryMaxFailure,
            CanaryWait = request.CanaryWait,
        };

    /// <summary>
    /// The frozen ladder with the models that its rungs have today; null when nothing changed. What was chosen meanwhile, for the team or the
    /// installation, is for runs that start from now on: it stands in only for what is not to be had any more.
    /// </summary>
    private async Task<Ladder?> RebaseAsync(Run run, CancellationToken cancellationToken)
    {
        var frozen = run.Ladder;
        var models = frozen.Rungs.Select(rung => rung.Replaced ?? rung.Model).ToList();
        Ladder today;
        try
        {
            today = await ladders.ResolveAsync(new TeamLadder(run.TeamSlug, models), cancellationToken);
        }
        catch (LadderUnavailableException)
        {
            var chosen = await ResolveAsync(run.TeamId, cancellationToken);
            today = frozen with { Rungs = [.. frozen.Rungs.Select(rung => chosen.Find(rung.PlaceInLadder ?? rung.Ordinal) ?? rung)] };
        }

        var rungs = frozen
            .Rungs.Zip(today.Rungs)
            .Select(pair =>
                pair.First.Model == pair.Second.Model
                    ? pair.First
                    : pair.Second with
                    {
                        Ordinal = pair.First.Ordinal,
                        PlaceInLadder = pair.First.PlaceInLadder,
                    }
            )
            .ToList();
        return rungs.SequenceEqual(frozen.Rungs) ? null : frozen with { Rungs = rungs };
    }

    private static string Difference(Ladder before, Ladder after) =>
        string.Join(
            " ",
            before
                .Rungs.Zip(after.Rungs)
                .Where(pair => pair.First.Model != pair.Second.Model)
                .Select(pair => $"Rung {pair.First.Ordinal} is {pair.Second.Model} now, in place of {pair.First.Model}.")
        );
}
