using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Tests.Runs;

public sealed class LadderPictureTests
{
    [Fact]
    public void Counts_what_the_provider_counts_until_a_file_is_read_and_says_so()
    {
        var run = A.Run(
            RunState.Running,
            A.Pass(1, 4_147, 4_022, 125),
            A.Pass(2, 125, 0, 0, A.Batch(1, 125, BatchState.Submitted, completed: 95, failed: 1))
        );

        var picture = LadderPicture.Of(run, A.Frozen(2).Ladder);

        Assert.Equal((125, 95, 1), (picture.FirstPassFailures, picture.Recovered, picture.FinalFailures));
        var second = picture.Steps[1];
        Assert.Equal((95, 29, 0, 1), (second.Succeeded, second.InFlight, second.Waiting, second.Failed));
        Assert.Equal((false, true), (picture.Steps[0].IsProviderCount, second.IsProviderCount));
    }

    [Fact]
    public void Is_the_ledger_once_every_file_is_read()
    {
        var run = A.Run(RunState.CompletedWithFailures, A.Pass(1, 4_147, 4_022, 125), A.Pass(2, 125, 123, 2));

        var picture = LadderPicture.Of(run, A.Frozen(2).Ladder);

        Assert.Equal(
            (run.FirstPassFailures, run.Recovered, run.FinalFailures),
            (picture.FirstPassFailures, picture.Recovered, picture.FinalFailures)
        );
        Assert.False(picture.HasProviderCounts);
        Assert.Equal(125, picture.Steps[0].Fallen);
    }

    [Fact]
    public void Draws_a_pass_that_has_not_begun_with_nothing_in_it_and_what_will_fall_into_it()
    {
        var run = A.Run(
            RunState.Running,
            A.Pass(1, 1_000, 400, 20, A.Batch(1, 420, BatchState.Ingested, 400, 20), A.Batch(2, 300, BatchState.Submitted, 80, 5))
        ) with
        {
            FailuresByCode = new Dictionary<Core.Outcomes.FailureCode, int>(),
        };

        var picture = LadderPicture.Of(run, A.Frozen(3).Ladder);

        Assert.Equal([true, false, false], picture.Steps.Select(step => step.HasBegun));
        Assert.Equal(25, picture.Steps[0].Fallen);
        Assert.Equal((480, 215, 280, 25), Parts(picture.Steps[0]));
        Assert.Empty(picture.Steps[2].Segments);
        Assert.Equal(0, picture.FinalFailures);
    }

    [Fact]
    public void Says_that_a_pass_was_not_needed_where_the_run_has_ended_without_it()
    {
        var picture = LadderPicture.Of(A.Run(RunState.Completed, A.Pass(1, 10, 10, 0)), A.Frozen(2).Ladder);

        Assert.True(picture.Steps[1].IsOver);
        Assert.Equal(0, picture.Steps[0].Fallen);
        Assert.Equal(99.5, picture.Steps[0].From);
    }

    [Fact]
    public void Begins_the_fall_where_the_bar_has_failed()
    {
        var run = A.Run(RunState.CompletedWithFailures, A.Pass(1, 1_000, 422, 578), A.Pass(2, 578, 570, 8), A.Pass(3, 8, 7, 1));

        var picture = LadderPicture.Of(run, A.Frozen(3).Ladder);

        Assert.Equal(42.2, picture.Steps[0].From, 3);
        Assert.Equal((578, 577, 1), (picture.FirstPassFailures, picture.Recovered, picture.FinalFailures));
    }

    [Fact]
    public void Has_one_step_without_fallback()
    {
        var picture = LadderPicture.Of(A.Run(RunState.CompletedWithFailures, A.Pass(1, 100, 96, 4)), A.Frozen(1).Ladder);

        Assert.Single(picture.Steps);
        Assert.Equal(4, picture.FinalFailures);
    }

    [Fact]
    public void Leaves_what_a_canary_holds_back_unsent()
    {
        var run = A.Run(RunState.Held, A.Pass(1, 4_147, 40, 10, A.Batch(1, 50, BatchState.Ingested, 40, 10)));

        var step = LadderPicture.Of(run, A.Frozen(2, canary: 50).Ladder).Steps[0];

        Assert.Equal((40, 0, 4_097, 10), Parts(step));
        Assert.Equal(step.Requests, step.Segments.Sum(segment => segment.Count));
    }

    [Fact]
    public void Never_draws_more_than_there_are_whatever_the_provider_counts()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 0, 0, A.Batch(1, 100, BatchState.Ended, completed: 99, failed: 60)));

        var step = LadderPicture.Of(run, null).Steps[0];

        Assert.Equal((99, 0, 0, 1), Parts(step));
    }

    private static (long, long, long, long) Parts(LadderStep step) =>
        (
            Of(step, step.Ordinal == 1 ? SegmentKind.First : SegmentKind.Recovered),
            Of(step, SegmentKind.InFlight),
            Of(step, SegmentKind.NotYet),
            Of(step, SegmentKind.Failed)
        );

    private static long Of(LadderStep step, SegmentKind kind) =>
        step.Segments.Where(segment => segment.Kind == kind).Sum(segment => segment.Count);
}
