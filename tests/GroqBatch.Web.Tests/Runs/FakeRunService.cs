using GroqBatch.Core.Access;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Tests.Runs;

/// <summary>Notes what it is asked to do, and says that it is done, or what a test wants it to say.</summary>
internal sealed class FakeRunService : IRunService, IReconciliationReader
{
    /// <summary>What was asked for, in order, with who asked.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Said to a move; null: it is done.</summary>
    public MoveResult? Answer { get; set; }

    /// <summary>Said to a retry.</summary>
    public RetriedRun Retried { get; set; } = new(Guid.NewGuid(), IsNew: true, 1, "Started.");

    /// <summary>Thrown by whatever is asked next, while it isn't null.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What counting again finds.</summary>
    public RunReconciliation? Counted { get; set; }

    public Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryFailuresPreview> PreviewRetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken)
    {
        Asked.Add($"retry {(request.FromLastRung ? "from the last rung " : "")}by {actor.Name}");
        return Failure is null ? Task.FromResult(Retried) : Task.FromException<RetriedRun>(Failure);
    }

    public Task<RetriedRun> SummariseAgainAsync(long pullRequestId, string? requestKey, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        Move("hold", reason, actor, RunState.Held);

    public Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken) =>
        Move(pass is null ? "go on after the pass" : $"hold after pass {pass}", reason, actor, RunState.Running);

    public Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken) =>
        Move("resume", null, actor, RunState.Running);

    public Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        Move("cancel", reason, actor, RunState.Cancelling);

    public Task<RunReconciliation?> FindAsync(Guid runId, CancellationToken cancellationToken) => Task.FromResult(Counted);

    private Task<MoveResult> Move(string verb, string? reason, Actor actor, RunState to)
    {
        Asked.Add($"{verb}{(reason is null ? "" : $" ({reason})")} by {actor.Name}");
        return Failure is null
            ? Task.FromResult(Answer ?? new MoveResult(Done: true, Changed: true, to, $"Done: {verb}."))
            : Task.FromException<MoveResult>(Failure);
    }
}
