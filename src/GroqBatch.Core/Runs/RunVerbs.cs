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
            || (verb == "run.resume" && state is RunState.Queued or RunState.Running);
        var explanation = (state.Value, verb) switch
        {
            _ when isThere => $"It is {Words(state.Value)} already.",
            (RunState.Completed or RunState.CompletedWithFailures, "run.cancel") =>
                $"It is {Words(state.Value)}: there is nothing left to cancel.",
            (RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled, _) =>
                $"It is {Words(state.Value)}, which is final. A retry makes a new run of what has no summary.",
            (RunState.Cancelling, _) => "It is being cancelled. Once that is done, a retry makes a new run of what has no summary.",
            _ => $"It is {Words(state.Value)}; that does not allow this.",
        };
        return new MoveResult(isThere, Changed: false, state, explanation);
    }

    /// <summary>Why a run can't be told to be held after a pass, or need not be; null: it can.</summary>
    /// <param name="run">As it is.</param>
    /// <param name="passes">How far each of its passes is.</param>
    /// <param name="pass">Counted from 1; null takes the wish back.</param>
    public static MoveResult? RefuseHoldAfterPass(Run run, IReadOnlyList<PassProgress> passes, int? pass)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(passes);
        if (run.State.IsFinal() || run.State == RunState.Cancelling)
        {
            return Refusal("run.hold_after_pass", run.State, RunState.Held);
        }

        var last = run.Ladder.Rungs.Max(rung => rung.Ordinal);
        var isOver = run.PlannedAt is not null && passes.All(progress => progress.Ordinal > pass || progress.Open == 0);
        return pass switch
        {
            null when run.HoldAfterPass is null => There("It is not to be held after any pass."),
            null => null,
            _ when pass == run.HoldAfterPass => There($"It is to be held after pass {pass} already."),
            _ when pass >= last => No(
                last == 1 ? "It has one pass: nothing comes after it." : $"It has {last} passes at most: nothing comes after pass {last}."
            ),
            _ when isOver && run.State != RunState.Running => No(
                $"Pass {pass} is over. It is {run.State.Words()}: nothing is sent until it is resumed."
            ),
            _ when isOver => No($"Pass {pass} is over. Hold stops what has not been sent yet."),
            _ => null,
        };

        MoveResult There(string explanation) => new(Done: true, Changed: false, run.State, explanation);
        MoveResult No(string explanation) => new(Done: false, Changed: false, run.State, explanation);
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
