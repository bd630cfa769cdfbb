namespace GroqBatch.Core.Runs;

/// <summary>What to say when a run can't be moved as asked.</summary>
public static class RunVerbs
{
    /// <summary>Twice is once: a run that is there already is where it was asked to be. Otherwise, why not, and what would.</summary>
    public static MoveResult Refusal(string verb, RunState? state, RunState wanted)
    {
        if (state is null)
        {
            return new MoveResult(Done: false, Changed: false, State: null, "There is no such run.");
        }

        var isThere =
            state == wanted
            || (wanted == RunState.Cancelling && state == RunState.Cancelled)
            || (wanted == RunState.Queued && state == RunState.Running);
        var explanation = (state.Value, verb) switch
        {
            _ when isThere => $"It is {Words(state.Value)} already.",
            (RunState.Completed or RunState.CompletedWithFailures, "run.cancel") =>
                $"It is {Words(state.Value)}: there is nothing left to cancel.",
            (RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled, _) =>
                $"It is {Words(state.Value)}, which is final. A retry makes a new run of what has no summary.",
            (RunState.Cancelling, _) => "It is being cancelled. Once that is done, a retry makes a new run of what has no summary.",
            (RunState.Queued or RunState.Running, "run.resume") => $"It is {Words(state.Value)}: there is nothing to resume.",
            _ => $"It is {Words(state.Value)}; that does not allow this.",
        };
        return new MoveResult(isThere, Changed: false, state, explanation);
    }

    /// <summary>A state in words.</summary>
    public static string Words(this RunState state) =>
        state switch
        {
            RunState.Queued => "queued",
            RunState.Running => "running",
            RunState.Held => "held",
            RunState.NeedsAttention => "in need of attention",
            RunState.Cancelling => "being cancelled",
            RunState.Completed => "completed",
            RunState.CompletedWithFailures => "completed with failures",
            RunState.Cancelled => "cancelled",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown run state."),
        };
}
