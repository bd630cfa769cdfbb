using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Tests.Models;

public sealed class ModelFiguresTests
{
    [Fact]
    public void Adds_up_what_a_model_has_shown_on_a_rung()
    {
        // Newest first, as the ledger gives them.
        var figures = Assert.Single(ModelFigures.Of([Pass(failed: 10, requests: 100, day: 2), Pass(failed: 40, requests: 1_000, day: 1)]));

        Assert.Equal((2, 1_100, 1_050, 1_100), (figures.Runs, figures.Requests, figures.Succeeded, figures.Attempts));
        Assert.Equal(1_050 / 1_100.0, figures.SuccessRate!.Value, 1e-12);
        Assert.True(figures.SuccessInterval.Contains(figures.SuccessRate.Value));
        Assert.InRange(figures.SuccessInterval.High - figures.SuccessInterval.Low, 0.02, 0.03);
        Assert.Equal(50, figures.FailuresByCode[FailureCode.JsonValidateFailed]);
        Assert.Equal((2_000, 400), (figures.PromptTokensPerSummary, figures.CompletionTokensPerSummary));
        Assert.Equal(0.0001m, figures.CostPerSummary);
        Assert.Equal([1_000, 100], figures.Chart.Select(run => run.Requests));
        Assert.All(figures.Chart, run => Assert.Null(run.Limits));
        Assert.Null(figures.NextLimits);
    }

    [Fact]
    public void Flags_the_run_that_the_earlier_ones_did_not_lead_to_expect()
    {
        int[] failed = [23, 47, 31, 40, 36, 578, 30];

        var figures = Assert.Single(ModelFigures.Of([.. failed.Select((count, index) => Pass(count, 1_000, index + 1)).Reverse()]));

        var flagged = Assert.Single(figures.Chart, run => run.IsOutside);
        Assert.Equal(0.578, flagged.FailureRate);
        Assert.True(figures.NextLimits!.High < 0.10);
    }

    [Fact]
    public void Keeps_rungs_formats_and_models_apart_and_leaves_out_what_was_never_tried()
    {
        var first = Pass(failed: 4, requests: 100, day: 1);
        var figures = ModelFigures.Of([
            first,
            first with
            {
                Ordinal = 2,
            },
            first with
            {
                Format = ResponseFormat.JsonObject,
            },
            first with
            {
                Model = "another",
            },
            first with
            {
                Model = "cancelled",
                Succeeded = 0,
                Failures = new Dictionary<FailureCode, int> { [FailureCode.Cancelled] = 100 },
            },
        ]);

        Assert.Equal([("another", 1), ("small", 1), ("small", 1), ("small", 2)], figures.Select(entry => (entry.Model, entry.Rung)));
    }

    [Fact]
    public void A_cost_that_nobody_knows_is_not_nothing()
    {
        var figures = ModelFigures.Of([Pass(failed: 0, requests: 10, day: 1) with { Cost = 0, UnknownRequests = 10 }]);

        Assert.Null(figures[0].CostPerSummary);
    }

    private static PastPass Pass(int failed, int requests, int day) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Team = "t",
            Ordinal = 1,
            Model = "small",
            Format = ResponseFormat.JsonSchema,
            StartedAt = DateTimeOffset.UnixEpoch.AddDays(day),
            Requests = requests,
            Succeeded = requests - failed,
            Failures = new Dictionary<FailureCode, int> { [FailureCode.JsonValidateFailed] = failed },
            UnknownRequests = failed,
            PromptTokens = (requests - failed) * 2_000,
            CompletionTokens = (requests - failed) * 400,
            Cost = (requests - failed) * 0.0001m,
            Batches = 1,
            Sent = requests,
            LargestBatch = requests,
            Bytes = requests * 10_000L,
        };
}
