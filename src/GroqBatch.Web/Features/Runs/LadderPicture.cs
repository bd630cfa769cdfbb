using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Runs;

/// <summary>
/// A run as the steps it climbs. Figures of a batch that is ingested are ours; those of one that is not are the provider's own counts, and a step
/// that has any says so.
/// </summary>
public sealed class LadderPicture
{
    private LadderPicture(RunOverview run, IReadOnlyList<LadderStep> steps)
    {
        Steps = steps;
        IsLive = run.State.IsLive();
        // A failure on the last rung that there is has nowhere to fall.
        var unread = steps.Count > 0 && steps[^1].HasBegun ? steps[^1].FailedThere : 0;
        FinalFailures = run.FinalFailures + unread;
    }

    /// <summary>In their order; empty where nothing is known of the ladder yet.</summary>
    public IReadOnlyList<LadderStep> Steps { get; }

    /// <summary>Whether figures may still move.</summary>
    public bool IsLive { get; }

    /// <summary>Requests that failed in pass 1.</summary>
    public int FirstPassFailures => Steps.Count == 0 ? 0 : Steps[0].Failed;

    /// <summary>Failed on one rung, succeeded on a later one.</summary>
    public int Recovered => Steps.Skip(1).Sum(step => step.Succeeded);

    /// <summary>Pull requests that no later rung will try.</summary>
    public int FinalFailures { get; }

    /// <summary>Whether some of these figures are the provider's counts.</summary>
    public bool HasProviderCounts => Steps.Any(step => step.IsProviderCount);

    /// <summary>Draws a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="ladder">What it was started with; null: not known, and then only passes that have begun are drawn.</param>
    public static LadderPicture Of(RunOverview run, Ladder? ladder)
    {
        ArgumentNullException.ThrowIfNull(run);
        var steps = run.Passes.Select(LadderStep.Of).ToList();
        var begun = steps.Count;
        foreach (var rung in (ladder?.Rungs ?? []).Where(rung => rung.Ordinal > begun))
        {
            steps.Add(LadderStep.NotBegun(rung, isOver: run.State.IsFinal()));
        }

        for (var index = 0; index + 1 < steps.Count; index++)
        {
            var (step, next) = (steps[index], steps[index + 1]);
            // What the next pass holds has fallen; before there is one, and as long as the run goes on, what has failed will.
            var fallen =
                next.HasBegun ? next.Requests
                : run.State.IsFinal() ? 0
                : step.Failed;
            steps[index] = step with { Fallen = Math.Min(fallen, step.Requests) };
        }

        return new LadderPicture(run, steps);
    }
}

/// <summary>One pass on its rung.</summary>
public sealed record LadderStep
{
    /// <summary>Counted from 1.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The model that is asked.</summary>
    public required string Model { get; init; }

    /// <summary>The configured model that <see cref="Model"/> stands in for; null when it is the configured one.</summary>
    public string? Replaced { get; init; }

    /// <summary>Whether the pass exists.</summary>
    public bool HasBegun { get; init; } = true;

    /// <summary>Whether it never will: the run has ended without it.</summary>
    public bool IsOver { get; init; }

    /// <summary>All of its requests; 0 before it has begun.</summary>
    public int Requests { get; init; }

    /// <summary>With a summary.</summary>
    public int Succeeded { get; init; }

    /// <summary>Without.</summary>
    public int Failed { get; init; }

    /// <summary>Of <see cref="Failed"/>, those that only the provider counts so far.</summary>
    public int FailedThere { get; init; }

    /// <summary>At the provider, without an answer.</summary>
    public int InFlight { get; init; }

    /// <summary>Not sent yet.</summary>
    public int Waiting { get; init; }

    /// <summary>Whether the provider's counts are in these figures.</summary>
    public bool IsProviderCount { get; init; }

    /// <summary>Requests that fell through to the next rung, or will; 0 on the last.</summary>
    public int Fallen { get; init; }

    /// <summary>In the order they were planned.</summary>
    public IReadOnlyList<BatchOverview> Batches { get; init; } = [];

    /// <summary>Where the fall begins, in per cent of the bar from the left: the bar's failed end, wide enough to be seen.</summary>
    public double From => Requests == 0 ? 99.5 : Math.Clamp(100.0 * (Requests - Failed) / Requests, 0, 99.5);

    /// <summary>The bar.</summary>
    public IReadOnlyList<Segment> Segments =>
        HasBegun
            ?
            [
                new(Ordinal == 1 ? SegmentKind.First : SegmentKind.Recovered, Succeeded),
                new(SegmentKind.InFlight, InFlight),
                new(SegmentKind.NotYet, Waiting),
                new(SegmentKind.Failed, Failed),
            ]
            : [];

    internal static LadderStep Of(PassOverview pass)
    {
        var unread = pass.Batches.Where(batch => batch.State is BatchState.Submitted or BatchState.Ended).ToList();
        var succeeded = Math.Min(pass.Open, unread.Sum(batch => batch.ProviderCompleted ?? 0));
        var failed = Math.Min(pass.Open - succeeded, unread.Sum(batch => batch.ProviderFailed ?? 0));
        var open = pass.Open - succeeded - failed;
        var flight = Math.Clamp(unread.Sum(batch => batch.Requests) - succeeded - failed, 0, open);
        return new LadderStep
        {
            Ordinal = pass.Ordinal,
            Model = pass.Model,
            Replaced = pass.Replaced,
            Requests = pass.Requests,
            Succeeded = pass.Succeeded + succeeded,
            Failed = pass.Failed + failed,
            FailedThere = failed,
            InFlight = flight,
            Waiting = open - flight,
            IsProviderCount = unread.Count > 0,
            Batches = pass.Batches,
        };
    }

    internal static LadderStep NotBegun(Rung rung, bool isOver) =>
        new()
        {
            Ordinal = rung.Ordinal,
            Model = rung.Model,
            Replaced = rung.Replaced,
            HasBegun = false,
            IsOver = isOver,
        };
}
