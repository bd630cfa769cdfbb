using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Shared;

/// <summary>A run as one bar, and in one line: where its pull requests stand.</summary>
public static class RunSegments
{
    /// <summary>
    /// Of the run's pull requests: summarised on the first rung, recovered, in flight, not yet, failed. What the provider says it has answered is
    /// still in flight here: it is ours once its file is read.
    /// </summary>
    public static IReadOnlyList<Segment> Of(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var first = run.Passes.Count == 0 ? 0 : run.Passes[0].Succeeded;
        var open = Math.Max(0, run.Selected - first - run.Recovered - run.FinalFailures);
        var flight = Math.Min(
            open,
            run.Passes.Sum(pass =>
                pass.Batches.Where(batch => batch.State is BatchState.Submitted or BatchState.Ended).Sum(batch => batch.Requests)
            )
        );
        return
        [
            new(SegmentKind.First, first),
            new(SegmentKind.Recovered, run.Recovered),
            new(SegmentKind.InFlight, flight),
            new(SegmentKind.NotYet, run.Passes.Count == 0 ? Math.Max(1, run.Limit ?? 1) : open - flight),
            new(SegmentKind.Failed, run.FinalFailures),
        ];
    }

    /// <summary>One pass as a bar.</summary>
    public static IReadOnlyList<Segment> Of(PassOverview pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        var flight = Math.Min(
            pass.Open,
            pass.Batches.Where(batch => batch.State is BatchState.Submitted or BatchState.Ended).Sum(batch => batch.Requests)
        );
        return
        [
            new(pass.Ordinal == 1 ? SegmentKind.First : SegmentKind.Recovered, pass.Succeeded),
            new(SegmentKind.InFlight, flight),
            new(SegmentKind.NotYet, pass.Open - flight),
            new(SegmentKind.Failed, pass.Failed),
        ];
    }

    /// <summary>Such as <c>pass 1: 612 of 1,000 answered · 18 failed</c>.</summary>
    public static string Say(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.CurrentPass is not { } pass)
        {
            return "not begun yet";
        }

        var failed = pass.Failed == 0 ? "" : $" · {Figures.Count(pass.Failed)} failed";
        return $"pass {pass.Ordinal}: {Figures.Count(pass.Answered)} of {Figures.Count(pass.Requests)} answered{failed}";
    }
}
