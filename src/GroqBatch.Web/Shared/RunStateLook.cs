using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Shared;

/// <summary>How a run's state looks: a word, and a mark whose form carries it without colour.</summary>
/// <param name="Mark">The class of the chip.</param>
/// <param name="Word">What it says.</param>
public sealed record RunStateLook(string Mark, string Word)
{
    /// <summary>The one table.</summary>
    /// <param name="state">The run's state.</param>
    /// <param name="pass">The pass it is in; null: none yet, or it doesn't matter.</param>
    public static RunStateLook Of(RunState state, int? pass = null) =>
        state switch
        {
            RunState.Queued => new("wait", "Queued"),
            RunState.Running => new("run", pass is { } ordinal ? $"Pass {ordinal}" : "Running"),
            RunState.Held => new("held", "Held"),
            RunState.NeedsAttention => new("fail", "Needs attention"),
            RunState.Cancelling => new("stop", "Cancelling"),
            RunState.Completed => new("done", "Completed"),
            RunState.CompletedWithFailures => new("part", "With failures"),
            RunState.Cancelled => new("stop", "Cancelled"),
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state of a run."),
        };
}
