using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Backfills;
using GroqBatch.Web.Tests.Runs;

namespace GroqBatch.Web.Tests.Backfills;

public sealed class BackfillChoicesTests
{
    [Theory]
    [InlineData(null, BackfillScope.Everything)]
    [InlineData(10, BackfillScope.Ten)]
    [InlineData(100, BackfillScope.Hundred)]
    [InlineData(1_000, BackfillScope.Thousand)]
    [InlineData(347, BackfillScope.Custom)]
    public void A_clone_asks_for_what_its_run_was_started_with(int? limit, BackfillScope scope)
    {
        var run = A.Run(RunState.Completed) with { Limit = limit, WithFallback = false, IncludeStale = true };

        var choices = BackfillChoices.Of(run, A.Frozen(2, canary: 20));

        Assert.Equal(scope, choices.Scope);
        var start = choices.ToStart(teamId: 7, selected: 5_000);
        Assert.Equal(
            (limit, false, true, 20, 0.10),
            (start.Limit, start.WithFallback, start.IncludeStale, start.Canary, start.CanaryMaxFailure)
        );
    }

    [Fact]
    public void A_clone_of_a_run_without_a_canary_has_none()
    {
        var choices = BackfillChoices.Of(A.Run(RunState.Completed), A.Frozen(2));

        Assert.Null(choices.ToStart(teamId: 7, selected: 5_000).Canary);
    }
}
