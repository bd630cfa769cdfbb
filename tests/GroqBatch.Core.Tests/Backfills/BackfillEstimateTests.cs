using GroqBatch.Core.Backfills;
using GroqBatch.Core.Estimates;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Core.Tests.Backfills;

public sealed class BackfillEstimateTests
{
    [Fact]
    public void Runs_on_ladders_of_different_lengths_add_up_pass_by_pass()
    {
        var sum = BackfillEstimate.Sum([Of(("a", 10), ("b", 2)), Of(("a", 5), ("c", 1), ("d", 1))]);

        Assert.Equal([("a", 15), ("b or c", 3), ("d", 1)], sum.Passes!.Select(pass => (pass.Model, pass.Requests.Expected)));
        Assert.Equal([1, 2, 3], sum.Passes!.Select(pass => pass.Ordinal));
        Assert.Equal(19, sum.Requests.Expected);
    }

    private static Estimate Of(params (string Model, int Requests)[] passes) =>
        new()
        {
            Requests = Range.Exactly(passes.Sum(pass => pass.Requests)),
            PromptTokens = Range.Exactly(1),
            CompletionTokens = Range.Exactly(1),
            FirstPassFailures = Range.Exactly(0),
            FinalFailures = Range.Exactly(0),
            Basis = "None.",
            Passes =
            [
                .. passes.Select(
                    (pass, index) =>
                        new PassEstimate
                        {
                            Ordinal = index + 1,
                            Model = pass.Model,
                            Requests = Range.Exactly(pass.Requests),
                            Failures = Range.Exactly(0),
                            PromptTokens = Range.Exactly(1),
                            CompletionTokens = Range.Exactly(1),
                        }
                ),
            ],
        };
}
