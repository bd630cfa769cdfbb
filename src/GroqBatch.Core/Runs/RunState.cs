namespace GroqBatch.Core.Runs;

/// <summary>What a run has come to. Stored by name.</summary>
public enum RunState
{
    /// <summary>Started; its pull requests are not claimed yet.</summary>
    Queued,

    /// <summary>Claimed and moving.</summary>
    Running,

    /// <summary>Nothing new is sent; what is under way is still polled and ingested; claims stay.</summary>
    Held,

    /// <summary>As <see cref="Held"/>, for a cause that only a person can mend.</summary>
    NeedsAttention,

    /// <summary>Being cancelled: what has been answered is still saved.</summary>
    Cancelling,

    /// <summary>Every request succeeded on some rung. Final.</summary>
    Completed,

    /// <summary>Every request has its final outcome, some are failures. Final.</summary>
    CompletedWithFailures,

    /// <summary>Final; what was answered is saved.</summary>
    Cancelled,
}

/// <summary>What has been achieved and stored of a batch. The provider's word for it is its status, never this.</summary>
public enum BatchState
{
    /// <summary>Its file is written and its attempts are in the ledger.</summary>
    Planned,

    /// <summary>The provider has the file; with an intent stored, the batch may exist there.</summary>
    Uploaded,

    /// <summary>The provider accepted it and its id is stored.</summary>
    Submitted,

    /// <summary>The provider will add nothing more.</summary>
    Ended,

    /// <summary>Its answers are in the ledger. Final.</summary>
    Ingested,

    /// <summary>Given up before it was submitted. Final.</summary>
    Abandoned,
}

/// <summary>The one table of moves that exist.</summary>
public static class Moves
{
    /// <summary>The runs that hold claims and want to be moved.</summary>
    public static IReadOnlyList<RunState> LiveStates { get; } =
    [RunState.Queued, RunState.Running, RunState.Held, RunState.NeedsAttention, RunState.Cancelling];

    /// <summary>Whether a run in this state still holds claims.</summary>
    public static bool IsLive(this RunState state) => !state.IsFinal();

    /// <summary>Whether nothing moves a run out of this state.</summary>
    public static bool IsFinal(this RunState state) => state is RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled;

    /// <summary>Whether a run may go from one state to another.</summary>
    public static bool CanMoveTo(this RunState from, RunState to) =>
        (from, to) switch
        {
            // A run whose pull requests were all claimed by others in the meantime ends without having run.
            (RunState.Queued, RunState.Running or RunState.Completed) => true,
            (RunState.Queued, RunState.Held or RunState.NeedsAttention) => true,
            (RunState.Running, RunState.Completed or RunState.CompletedWithFailures or RunState.Held or RunState.NeedsAttention) => true,
            (RunState.Held or RunState.NeedsAttention, RunState.Running) => true,
            // What was under way while it was held may have been the last of it.
            (RunState.Held or RunState.NeedsAttention, RunState.Completed or RunState.CompletedWithFailures) => true,
            // Held before its pull requests were claimed: it goes back to where it was.
            (RunState.Held, RunState.Queued) => true,
            (RunState.Held, RunState.NeedsAttention) => true,
            (RunState.NeedsAttention, RunState.Held) => true,
            (RunState.Queued or RunState.Running or RunState.Held or RunState.NeedsAttention, RunState.Cancelling) => true,
            (RunState.Cancelling, RunState.Cancelled) => true,
            _ => false,
        };

    /// <summary>Whether a batch may go from one state to another.</summary>
    public static bool CanMoveTo(this BatchState from, BatchState to) =>
        (from, to) switch
        {
            (BatchState.Planned, BatchState.Uploaded) => true,
            (BatchState.Uploaded, BatchState.Submitted) => true,
            (BatchState.Submitted, BatchState.Ended) => true,
            (BatchState.Ended, BatchState.Ingested) => true,
            // Once submitted, answers may come.
            (BatchState.Planned or BatchState.Uploaded, BatchState.Abandoned) => true,
            _ => false,
        };
}
