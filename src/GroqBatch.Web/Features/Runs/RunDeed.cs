using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Runs;

/// <summary>What a person can do to a run.</summary>
public enum RunDeed
{
    /// <summary>Sends nothing new.</summary>
    Hold,

    /// <summary>Goes on.</summary>
    Resume,

    /// <summary>Stops for good.</summary>
    Cancel,

    /// <summary>Makes a new run of what failed.</summary>
    Retry,

    /// <summary>Holds once the pass that it is in is over.</summary>
    HoldAfterPass,

    /// <summary>Takes <see cref="HoldAfterPass"/> back.</summary>
    GoOnAfterPass,
}

/// <summary>Which deeds a run's state allows, and what each will do, said before it is done.</summary>
internal static class RunDeeds
{
    /// <summary>In the order of their buttons.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rungs">How many its ladder has; 0: not known.</param>
    public static IReadOnlyList<RunDeed> Of(RunOverview run, int rungs)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.State switch
        {
            RunState.Queued or RunState.Running when run.HoldAfterPass is not null => [RunDeed.GoOnAfterPass, RunDeed.Hold, RunDeed.Cancel],
            RunState.Queued or RunState.Running when PassOf(run) < rungs => [RunDeed.Hold, RunDeed.HoldAfterPass, RunDeed.Cancel],
            RunState.Queued or RunState.Running => [RunDeed.Hold, RunDeed.Cancel],
            RunState.Held => [RunDeed.Resume, RunDeed.Cancel],
            RunState.NeedsAttention => [RunDeed.Resume, RunDeed.Hold, RunDeed.Cancel],
            RunState.Cancelling => [],
            // What was cancelled before it was sent has no summary either.
            RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled => run.FinalFailures > 0 ? [RunDeed.Retry] : [],
            _ => throw new ArgumentOutOfRangeException(nameof(run), run.State, "Unknown state of a run."),
        };
    }

    /// <summary>The pass that a run is in, or will be in first.</summary>
    public static int PassOf(RunOverview run) => run.CurrentPass?.Ordinal ?? 1;

    /// <summary>What its button says.</summary>
    public static string Button(RunDeed deed, RunOverview run) =>
        deed switch
        {
            RunDeed.Hold => "Hold",
            RunDeed.Resume => "Resume",
            RunDeed.Cancel when run.Succeeded == 0 => "Cancel",
            RunDeed.Cancel => $"Cancel, keep {Figures.Count(run.Succeeded, "summary", "summaries")}",
            RunDeed.Retry => $"Retry {Figures.Count(run.FinalFailures, "failure", "failures")}",
            RunDeed.HoldAfterPass => $"Hold after pass {PassOf(run)}",
            RunDeed.GoOnAfterPass => $"Don't hold after pass {run.HoldAfterPass}",
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "Unknown deed."),
        };

    /// <summary>The question.</summary>
    public static string Title(RunDeed deed, RunOverview run) =>
        deed switch
        {
            RunDeed.Hold => $"Hold {run.TeamName}?",
            RunDeed.Resume => $"Resume {run.TeamName}?",
            RunDeed.Cancel => $"Cancel {run.TeamName} for good?",
            RunDeed.Retry => $"Retry {Figures.Count(run.FinalFailures, "failure", "failures")} of {run.TeamName}?",
            RunDeed.HoldAfterPass => $"Hold {run.TeamName} after pass {PassOf(run)}?",
            RunDeed.GoOnAfterPass => $"Let {run.TeamName} go on after pass {run.HoldAfterPass}?",
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "Unknown deed."),
        };

    /// <summary>What the button that does it says.</summary>
    public static string Confirm(RunDeed deed, RunOverview run) =>
        deed switch
        {
            RunDeed.Hold => "Hold it",
            RunDeed.Resume => "Resume it",
            RunDeed.Cancel => Button(deed, run),
            RunDeed.Retry => $"Start a run of {Figures.Count(run.FinalFailures)}",
            RunDeed.HoldAfterPass => "Hold it then",
            RunDeed.GoOnAfterPass => "Let it go on",
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "Unknown deed."),
        };

    /// <summary>What it will do, a sentence each.</summary>
    public static IReadOnlyList<string> WillDo(RunDeed deed, RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var batches = run
            .Passes.SelectMany(pass => pass.Batches)
            .Where(batch => batch.State is BatchState.Submitted or BatchState.Ended)
            .ToList();
        var open = Math.Max(0, run.Selected - run.Succeeded - run.FinalFailures);
        var flight = Math.Min(open, batches.Sum(batch => batch.Requests));
        var waiting = open - flight;
        var who = RunWords.Who(run.Provider);
        var underWay =
            $"{Figures.Count(flight, "request", "requests")} in {Figures.Count(batches.Count, "batch", "batches")} {(flight == 1 ? "is" : "are")} under way at {who}";
        return deed switch
        {
            RunDeed.Hold =>
            [
                "Nothing new is sent until somebody resumes it.",
                flight == 0 ? "Nothing is under way." : $"{underWay}: they go on, cost what they cost, and are saved as they end.",
                run.PlannedAt is null
                    ? "It has not claimed its pull requests yet."
                    : $"{Figures.Count(waiting, "pull request waits", "pull requests wait")} to be sent or tried again; they stay claimed, so that no other run takes them.",
            ],
            RunDeed.Resume =>
            [
                $"{RunWords.Capital(who)} is asked first which models this key has; a model that is gone is replaced by its successor, and that is said here.",
                run.PlannedAt is null
                    ? "Then it claims its pull requests and sends them."
                    : $"Then {Figures.Count(waiting, "pull request that waits is", "pull requests that wait are")} sent. That costs money.",
            ],
            RunDeed.Cancel =>
            [
                run.Succeeded == 0
                    ? "It has no summary yet."
                    : $"{Figures.Count(run.Succeeded, "summary is", "summaries are")} kept, and so {(run.Succeeded == 1 ? "is its" : "are their")} cost.",
                flight == 0
                    ? "Nothing is under way."
                    : $"{underWay}: {who} is asked to stop them. What is answered by then is saved too, and may be charged.",
                $"{Figures.Count(waiting, "pull request is", "pull requests are")} not sent any more, and free for another run.",
                "This is final: a cancelled run can't be resumed. A retry makes a new run of what has no summary.",
            ],
            RunDeed.Retry =>
            [
                $"A new run takes the {Figures.Count(run.FinalFailures, "pull request", "pull requests")} of this one that failed for good, as far as they still have no summary: {RunWords.Codes(run.FailuresByCode)}.",
                "It climbs the ladder as it is configured today. This run stays as it is.",
            ],
            RunDeed.HoldAfterPass =>
            [
                $"Pass {PassOf(run)} goes on to its end, and costs what it costs.",
                $"Then nothing is sent until somebody resumes it: time to look at what failed before pass {PassOf(run) + 1} is paid for.",
                "If nothing failed there is nothing to hold, and it ends as ever.",
            ],
            RunDeed.GoOnAfterPass => [$"Pass {run.HoldAfterPass + 1} begins by itself with what failed in pass {run.HoldAfterPass}."],
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "Unknown deed."),
        };
    }
}
