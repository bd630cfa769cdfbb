using System.Data.Common;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Batches;
using GroqBatch.Pipeline.Leases;
using GroqBatch.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Runs;

/// <summary>
/// Moves one run as far as it can go now: takes its lease, takes every step that is due, and says when it wants to be looked at again. It keeps
/// nothing in memory between steps; each step reads from the ledger what has been achieved, and what that leaves to do. Some of them go on
/// beside the others: the next file is written, a written one is uploaded, and batches that have ended are taken. None touches what the others do, and
/// all store under the same lease.
/// </summary>
internal sealed partial class RunAdvancer(
    IRunStore runs,
    IBatchStore batches,
    BatchFileWriter writer,
    BatchSubmitter submitter,
    BatchIngester ingester,
    ILeases leases,
    IRunWaker waker,
    PipelineIdentity identity,
    IOptions<PipelineOptions> options,
    TimeProvider time,
    ILogger<RunAdvancer> logger
)
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(250);

    private readonly PipelineOptions _options = options.Value;

    /// <returns>How long until the run is to be looked at again; null when it has ended.</returns>
    public async Task<TimeSpan?> AdvanceAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var keeper = await LeaseKeeper.TryTakeAsync(
            leases,
            Lease.ForRun(runId),
            identity.NewOwner(),
            _options.LeaseDuration,
            time,
            logger,
            cancellationToken
        );
        if (keeper is null)
        {
            // Somebody is at it, or has died at it: soon after its lease runs out it is anybody's. This alarm must not be
            // lost, since the other may have looked just before what it tells of had happened.
            return Busy;
        }

        using var activity = PipelineActivities.StartRun("run.advance", runId);
        await using var aside = new Aside(keeper.Token);
        try
        {
            while (true)
            {
                keeper.Token.ThrowIfCancellationRequested();
                if (await StepAsync(runId, keeper, aside) is not { } step)
                {
                    return null;
                }

                if (step.GoOn)
                {
                    continue;
                }

                if (aside.IsIdle)
                {
                    return step.WakeIn;
                }

                // No alarm reaches a run whose lease is held: whether a batch has ended meanwhile is looked at from here.
                await aside.WaitAnyAsync(Busy, time, keeper.Token);
            }
        }
        catch (LeaseLostException lost)
        {
            Log.LeaseLost(logger, runId, lost.Message);
            return _options.LeaseDuration;
        }
        catch (OperationCanceledException lost) when (!cancellationToken.IsCancellationRequested)
        {
            // The keeper found out first, and stopped whatever was under way.
            Log.LeaseLost(logger, runId, lost.Message);
            return _options.LeaseDuration;
        }
    }

    private async Task<Step?> StepAsync(Guid runId, LeaseKeeper keeper, Aside aside)
    {
        var run = await runs.FindAsync(runId, keeper.Token);
        if (run is null)
        {
            return null;
        }

        if (run.State == RunState.Queued)
        {
            await runs.PlanAsync(runId, keeper.Lease, keeper.Token);
            return Step.Next;
        }

        try
        {
            await aside.EndAsync();
            var open = await batches.ListOpenAsync(runId, keeper.Token);
            if (run.State == RunState.Running && aside.Writing.IsIdle && MayWriteAhead(open))
            {
                await WriteAheadAsync(run, keeper, aside);
            }

            var step = await SettleAndIngestAsync(run, open, keeper, aside);
            if (step.GoOn)
            {
                return step;
            }

            if (run.State is not RunState.Running && !aside.IsIdle)
            {
                // What is still under way may change what there is to stop or to finish; nothing new is begun.
                return step;
            }

            if (run.State.IsFinal())
            {
                // Answers of a cancelled run may still come; what may still come unasked is stopped.
                return open.Count == 0 ? null
                    : await StopBatchesAsync(open, keeper) is { } stopping ? step.Or(stopping)
                    : step;
            }

            return run.State switch
            {
                RunState.Cancelling => step.Or(await CancelAsync(run, open, keeper)),
                RunState.Running => step.Or(await SendAsync(run, open, keeper, aside)),
                _ => step.Or(await FinishAsync(run, open, keeper)),
            };
        }
        catch (AttentionException attention)
        {
            return await NeedAttentionAsync(run, attention.Message, keeper);
        }
        catch (RequestsMovedException)
        {
            return Step.Next;
        }
        catch (DbException conflict) when (conflict.SqlState is "40P01" or "40001")
        {
            // An import of the same team touches the same rows in its own order. The database chose this step to give way: nothing of
            // it was kept, and it is taken again.
            Log.GaveWay(logger, runId, conflict.SqlState);
            return Step.Next;
        }
    }

    /// <summary>What goes on in whatever state the run is: doubtful batches are settled, ended ones are ingested.</summary>
    private async Task<Step> SettleAndIngestAsync(Run run, IReadOnlyList<Batch> open, LeaseKeeper keeper, Aside aside)
    {
        var later = Step.Idle(_options.PollInterval);
        foreach (var batch in open)
        {
            var isDoubtful = batch is { State: BatchState.Uploaded, IntentAt: not null };
            if (!isDoubtful && batch.State != BatchState.Ended)
            {
                continue;
            }

            if (batch.RetryAt > batch.Now)
            {
                later = later.Or(Step.Idle(batch.RetryAt.Value - batch.Now));
                continue;
            }

            if (isDoubtful)
            {
                await submitter.SettleDoubtAsync(batch, keeper.Lease, keeper.Token);
                await waker.WakePollAsync(TimeSpan.Zero, keeper.Token);
                return Step.Next;
            }

            aside.Ingest(batch.Id, cancellationToken => ingester.IngestAsync(run, batch, keeper.Lease, cancellationToken));
        }

        return later;
    }

    /// <summary>
    /// The next file is written while the last one is sent and others are taken, but no further ahead: what can't be sent (a cap, a provider in
    /// trouble) is not to pile up. The first file of a run or pass is no writing ahead.
    /// </summary>
    private static bool MayWriteAhead(IReadOnlyList<Batch> open)
    {
        var unsent = open.Where(batch => batch is { State: BatchState.Planned } or { State: BatchState.Uploaded, IntentAt: null }).ToList();
        return open.Count > 0 && (unsent.Count == 0 || unsent is [{ State: BatchState.Planned, Troubles: 0, RetryAt: null }]);
    }

    /// <summary>Begins the next file where nothing has to be decided before: it is of the pass that is under way, behind its canary.</summary>
    private async Task WriteAheadAsync(Run run, LeaseKeeper keeper, Aside aside)
    {
        var passes = await runs.GetProgressAsync(run.Id, keeper.Token);
        if (
            passes.FirstOrDefault(pass => pass.Open > 0) is { Waiting: > 0 } current
            && (run.IsCanaryDecided || current.Ordinal > 1)
            && !(current.Ordinal > run.HoldAfterPass)
        )
        {
            BeginFile(run, current, run.Settings.MaxRequestsPerBatch, keeper, aside);
        }
    }

    private void BeginFile(Run run, PassProgress pass, int limit, LeaseKeeper keeper, Aside aside)
    {
        var rung = run.Ladder.Find(pass.Ordinal)!;
        aside.Writing.Begin(cancellationToken => writer.WriteNextAsync(run, rung, limit, keeper.Lease, cancellationToken));
    }

    private async Task<Step> SendAsync(Run run, IReadOnlyList<Batch> open, LeaseKeeper keeper, Aside aside)
    {
        var later = Step.Idle(_options.PollInterval);
        foreach (
            var batch in open.Where(batch => batch.State is BatchState.Planned || batch is { State: BatchState.Uploaded, IntentAt: null })
        )
        {
            if (batch.State == BatchState.Planned && !aside.Uploading.IsIdle)
            {
                // It is the one that is uploaded, or its turn comes next.
                continue;
            }

            if (batch.Rung is { } written && run.Ladder.Find(batch.Pass)?.Model is { } model && written.Model != model)
            {
                await batches.AbandonAsync(
                    batch.Id,
                    $"its lines are for {written.Model}; they are written again for {model}.",
                    keeper.Lease,
                    keeper.Token
                );
                return Step.Next;
            }

            if (batch.RetryAt > batch.Now)
            {
                return later.Or(Step.Idle(batch.RetryAt.Value - batch.Now));
            }

            if (batch.State == BatchState.Planned)
            {
                aside.Uploading.Begin(cancellationToken => submitter.UploadAsync(batch, keeper.Lease, cancellationToken));
                continue;
            }

            var (verdict, explanation) = await submitter.SubmitAsync(run, batch, keeper.Lease, keeper.Token);
            switch (verdict)
            {
                case SendingVerdict.Wait:
                    // Its turn comes when another batch has ended; meanwhile what is under way goes on.
                    return later.Or(Step.Idle(_options.FirstMinutePollInterval));
                case SendingVerdict.CapReached:
                    await batches.AbandonAsync(batch.Id, explanation, keeper.Lease, keeper.Token);
                    await runs.ResolveWaitingAsync(run, FailureCode.NotSent, explanation, keeper.Lease, keeper.Token);
                    return Step.Next;
                case SendingVerdict.NotNow:
                    return Step.Next;
                default:
                    await waker.WakePollAsync(_options.FirstMinutePollInterval, keeper.Token);
                    return Step.Next;
            }
        }

        return (aside.IsIdle ? await PlanBatchAsync(run, open, keeper, aside) : null) ?? later;
    }

    /// <summary>Writes the next batch of the lowest pass that is not done; a pass begins when the one before it is done.</summary>
    private async Task<Step?> PlanBatchAsync(Run run, IReadOnlyList<Batch> open, LeaseKeeper keeper, Aside aside)
    {
        var passes = await runs.GetProgressAsync(run.Id, keeper.Token);
        var current = passes.FirstOrDefault(pass => pass.Open > 0);
        if (current is null)
        {
            return await FinishAsync(run, open, keeper);
        }

        if (run.HoldAfterPass is { } held && current.Ordinal > held)
        {
            await runs.TryMoveAsync(
                run.Id,
                [RunState.Running],
                RunState.Held,
                Actor.Pipeline,
                $"Held after pass {held}, as asked: {current.Requests} requests wait for pass {current.Ordinal}.",
                keeper.Lease,
                keeper.Token,
                clearHold: true
            );
            return Step.Next;
        }

        if (current.Waiting == 0)
        {
            return null;
        }

        var limit = run.Settings.MaxRequestsPerBatch;
        if (!run.IsCanaryDecided && current.Ordinal == 1)
        {
            var sent = current.Requests - current.Waiting;
            if (sent >= Math.Min(run.Settings.Canary!.Value, current.Requests))
            {
                return await JudgeCanaryAsync(run, current, keeper);
            }

            limit = run.Settings.Canary.Value - sent;
        }

        BeginFile(run, current, limit, keeper, aside);
        return null;
    }

    private async Task<Step?> JudgeCanaryAsync(Run run, PassProgress pass, LeaseKeeper keeper)
    {
        var judged = pass.Succeeded + pass.Failed;
        if (judged < pass.Requests - pass.Waiting)
        {
            return null;
        }

        var share = judged == 0 ? 0 : (double)pass.Failed / judged;
        var saw =
            $"The canary: {pass.Failed} of {judged} failed on the first rung ({share:P1}), at most {run.Settings.CanaryMaxFailure:P1} may.";
        if (share <= run.Settings.CanaryMaxFailure && !run.Settings.CanaryWait)
        {
            await runs.DecideCanaryAsync(run.Id, $"{saw} The rest goes.", keeper.Lease, keeper.Token);
            return Step.Next;
        }

        await runs.TryMoveAsync(
            run.Id,
            [RunState.Running],
            RunState.Held,
            Actor.Pipeline,
            $"{saw} Held: resume sends the rest, cancel doesn't.",
            keeper.Lease,
            keeper.Token,
            decideCanary: true
        );
        return Step.Next;
    }

    private async Task<Step> CancelAsync(Run run, IReadOnlyList<Batch> open, LeaseKeeper keeper)
    {
        var later = Step.Idle(_options.FirstMinutePollInterval);
        if (await StopBatchesAsync(open, keeper) is { } stopping)
        {
            later = later.Or(stopping);
            if (later.GoOn)
            {
                return later;
            }
        }

        await runs.ResolveWaitingAsync(run, FailureCode.Cancelled, "Cancelled before it was sent.", keeper.Lease, keeper.Token);

        if (open.Count == 0)
        {
            await runs.TryFinishAsync(run, keeper.Lease, keeper.Token);
            return Step.Next;
        }

        var left = run.CancelRequestedAt!.Value + _options.CancelGrace - open[0].Now;
        if (left > TimeSpan.Zero)
        {
            return later.Or(Step.Idle(left));
        }

        var payable = string.Join(", ", open.Select(batch => batch.ProviderBatchId ?? "one whose creation was not confirmed"));
        var ended = await runs.ResolveAllAsCancelledAsync(
            run,
            $"The provider did not end these batches in time; what they answer may still have to be paid: {payable}.",
            keeper.Lease,
            keeper.Token
        );
        Log.CancelOverdue(logger, run.Id, ended, payable);
        await runs.TryFinishAsync(run, keeper.Lease, keeper.Token);
        return Step.Next;
    }

    /// <summary>Gives up what was never sent, and asks the provider to cancel what was.</summary>
    /// <returns>Null when there is nothing left to stop.</returns>
    private async Task<Step?> StopBatchesAsync(IReadOnlyList<Batch> open, LeaseKeeper keeper)
    {
        Step? later = null;
        foreach (var batch in open)
        {
            if (batch.State == BatchState.Planned || batch is { State: BatchState.Uploaded, IntentAt: null })
            {
                await batches.AbandonAsync(batch.Id, "the run was cancelled.", keeper.Lease, keeper.Token);
                return Step.Next;
            }

            if (batch is not { State: BatchState.Submitted, CancelRequestedAt: null })
            {
                continue;
            }

            if (batch.RetryAt > batch.Now)
            {
                var wait = Step.Idle(batch.RetryAt.Value - batch.Now);
                later = later?.Or(wait) ?? wait;
                continue;
            }

            await submitter.CancelAsync(batch, keeper.Lease, keeper.Token);
            await waker.WakePollAsync(TimeSpan.Zero, keeper.Token);
            return Step.Next;
        }

        return later;
    }

    private async Task<Step> FinishAsync(Run run, IReadOnlyList<Batch> open, LeaseKeeper keeper)
    {
        if (open.Count == 0 && await runs.TryFinishAsync(run, keeper.Lease, keeper.Token) is { } state)
        {
            Log.Ended(logger, run.Id, state);
            return Step.Next;
        }

        return Step.Idle(_options.PollInterval);
    }

    private async Task<Step> NeedAttentionAsync(Run run, string why, LeaseKeeper keeper)
    {
        if (
            await runs.TryMoveAsync(
                run.Id,
                [RunState.Queued, RunState.Running, RunState.Held],
                RunState.NeedsAttention,
                Actor.Pipeline,
                why,
                keeper.Lease,
                keeper.Token
            )
        )
        {
            Log.NeedsAttention(logger, run.Id, why);
        }

        return Step.Idle(_options.PollInterval);
    }

    /// <summary>What a step leaves: at once the next one, or a while.</summary>
    private readonly record struct Step(bool GoOn, TimeSpan WakeIn)
    {
        public static Step Next => new(GoOn: true, TimeSpan.Zero);

        public static Step Idle(TimeSpan wakeIn) => new(GoOn: false, wakeIn);

        public Step Or(Step other) =>
            GoOn || other.GoOn ? Next
            : WakeIn <= other.WakeIn ? this
            : other;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} has ended: {State}")]
        public static partial void Ended(ILogger logger, Guid runId, RunState state);

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "A step of run {RunId} gave way to another transaction ({SqlState}) and is taken again"
        )]
        public static partial void GaveWay(ILogger logger, Guid runId, string sqlState);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} needs attention: {Reason}")]
        public static partial void NeedsAttention(ILogger logger, Guid runId, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} is moved by somebody else now: {Reason}")]
        public static partial void LeaseLost(ILogger logger, Guid runId, string reason);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Run {RunId} was cancelled, but the provider did not end its batches in time; {Requests} requests end without an answer. May still be payable: {Batches}"
        )]
        public static partial void CancelOverdue(ILogger logger, Guid runId, int requests, string batches);
    }
}
