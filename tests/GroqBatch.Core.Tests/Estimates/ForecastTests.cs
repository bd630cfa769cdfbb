using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Tests.Estimates;

public sealed class ForecastTests
{
    private static readonly ForecastQuestion Thousand = SimulatedLedger.Question(1_000, 2_000, []);

    [Fact]
    public void Without_a_past_it_says_so_and_knows_no_time_but_the_hard_end()
    {
        var estimate = Forecast.Of(Thousand);

        Assert.Null(estimate.Seconds);
        Assert.Equal(2 * 86_400, estimate.LatestSeconds);
        Assert.Contains("from defaults", estimate.Basis, StringComparison.Ordinal);
        Assert.Contains("time unknown", estimate.Basis, StringComparison.Ordinal);
        Assert.Contains("24h", estimate.Basis, StringComparison.Ordinal);
        Assert.InRange(estimate.FirstPassFailures.Expected, 20, 70);
        Assert.InRange(estimate.Requests.Low, 1_000, 1_060);
        Assert.Null(estimate.ChanceToReachGoal);
    }

    [Fact]
    public void The_same_question_has_the_same_answer() =>
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(Forecast.Of(Thousand)),
            System.Text.Json.JsonSerializer.Serialize(Forecast.Of(Thousand))
        );

    [Fact]
    public void Nothing_selected_takes_nothing()
    {
        var estimate = Forecast.Of(SimulatedLedger.Question(0, 0, [Past(failed: 40)]));

        Assert.Equal((0, 0, 0), (estimate.Requests.High, estimate.Cost!.High, estimate.Seconds!.High));
        Assert.Equal(0, estimate.FinalFailures.High);
    }

    [Fact]
    public void Runs_that_agree_make_it_narrow_and_one_that_does_not_keeps_it_wide()
    {
        PastPass[] calm = [.. Enumerable.Repeat(Past(failed: 40), 10)];
        PastPass[] torn = [.. Enumerable.Repeat(Past(failed: 40), 9), Past(failed: 578)];

        var narrow = Forecast.Of(Thousand with { Past = calm }).FirstPassFailures;
        var wide = Forecast.Of(Thousand with { Past = torn }).FirstPassFailures;

        Assert.InRange(narrow.Expected, 35, 45);
        Assert.True(narrow.High < 70, $"{narrow}");
        Assert.True(wide.High > 250, $"{wide}");
    }

    [Fact]
    public void What_was_measured_replaces_the_defaults()
    {
        // Twice the tokens and a fixed speed.
        PastPass[] past = [.. Enumerable.Repeat(Past(failed: 40), 6)];
        var estimate = Forecast.Of(Thousand with { Past = past });

        Assert.InRange(estimate.Passes![0].CompletionTokens.Expected / 960, 860, 940);
        Assert.InRange(estimate.Passes[0].PromptTokens.Expected / 960, 2_900, 3_100);
        Assert.InRange(estimate.Passes[0].Seconds!.Expected, 105, 135);
        Assert.Contains("6 past passes of openai/gpt-oss-20b", estimate.Basis, StringComparison.Ordinal);
        Assert.Contains("openai/gpt-oss-120b has no past here", estimate.Basis, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_price_is_unknown_and_never_nothing()
    {
        var ladder = new Ladder([SimulatedLedger.Ladder.Rungs[0], SimulatedLedger.Ladder.Rungs[1] with { PromptPrice = null }]);

        var estimate = Forecast.Of(Thousand with { Ladder = ladder });

        Assert.Null(estimate.Cost);
        Assert.NotNull(estimate.Passes![0].Cost);
        Assert.Null(estimate.Passes[1].Cost);
    }

    [Fact]
    public void The_goal_is_likelier_after_each_pass()
    {
        // 950 of 1,000 are needed, none is there: 4 % of failures are just about allowed, and the second pass brings most of them back.
        var question = Thousand with
        {
            Coverage = new CoverageCounts { Pending = 1_000 },
            Goal = 0.95,
            Past = [.. Enumerable.Repeat(Past(failed: 48), 8)],
        };

        var estimate = Forecast.Of(question);

        Assert.InRange(estimate.Passes![0].ChanceToReachGoal!.Value, 0.3, 0.8);
        Assert.True(estimate.ChanceToReachGoal > 0.95, $"{estimate.ChanceToReachGoal}");
        Assert.Equal(estimate.ChanceToReachGoal, estimate.Passes[1].ChanceToReachGoal);
        Assert.InRange(estimate.CoverageAfter!.Expected, 0.98, 1);
        Assert.InRange(estimate.EnoughForGoal!.Value, 950, 1_000);
    }

    [Fact]
    public void A_run_that_is_too_small_cannot_reach_the_goal_and_refreshed_ones_do_not_count()
    {
        var coverage = new CoverageCounts { Pending = 2_000, SummarisedFirst = 900 };

        var tooSmall = Forecast.Of(Thousand with { Coverage = coverage, Goal = 0.95 });
        var refreshing = Forecast.Of(
            Thousand with
            {
                Refreshed = 900,
                Coverage = new CoverageCounts { Stale = 900, Pending = 100 },
                Goal = 0.99,
            }
        );
        var reached = Forecast.Of(Thousand with { Coverage = coverage with { SummarisedFirst = 90_000 }, Goal = 0.95 });

        Assert.Equal((0, null), (tooSmall.ChanceToReachGoal, tooSmall.EnoughForGoal));
        Assert.True(refreshing.Passes![0].CoverageAfter!.High <= 1);
        Assert.InRange(refreshing.Passes[0].CoverageAfter!.Expected, 0.99, 1);
        Assert.Equal((1, 0), (reached.ChanceToReachGoal, reached.EnoughForGoal));
    }

    [Fact]
    public void A_rung_without_its_own_past_borrows_that_of_its_model_on_another_and_says_so()
    {
        var second = Past(failed: 30) with { Model = "openai/gpt-oss-120b", Ordinal = 2 };
        var strongFirst = new Ladder([SimulatedLedger.Ladder.Rungs[1] with { Ordinal = 1 }]);

        var estimate = Forecast.Of(
            Thousand with
            {
                Ladder = strongFirst,
                StrongModels = ["openai/gpt-oss-120b"],
                Past = [second, second, second],
            }
        );

        Assert.Contains("on another rung", estimate.Basis, StringComparison.Ordinal);
        Assert.InRange(estimate.FirstPassFailures.Expected, 20, 35);
    }

    [Theory]
    [InlineData("24h", 86_400.0)]
    [InlineData("7d", 604_800.0)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void A_window_has_its_seconds(string window, double? expected) => Assert.Equal(expected, Forecast.SecondsOf(window));

    [Fact]
    public void Usage_is_what_the_provider_tells_whatever_the_code()
    {
        // 10 errors without usage, 3 invalid answers with it, 5 that ran into the limit: 2 as errors (12 unknown in all), 3 as answers.
        var pass = Past(failed: 18) with
        {
            Failures = new Dictionary<FailureCode, int>
            {
                [FailureCode.JsonValidateFailed] = 10,
                [FailureCode.SchemaViolation] = 3,
                [FailureCode.MaxTokens] = 5,
            },
            UnknownRequests = 12,
        };

        Assert.Equal(982 + 3 + 3, pass.WithUsage);
        Assert.Equal(982 + 3, (pass with { UnknownRequests = 1_000 }).WithUsage); // no price: nothing is known of the limit's form
        Assert.Equal(982 + 3 + 5, (pass with { UnknownRequests = 0 }).WithUsage);
    }

    [Fact]
    public void A_batch_is_booked_with_its_fixed_part_and_its_own()
    {
        var rung = SimulatedLedger.Ladder.Rungs[0];
        var fixedBytes = TokenEstimates.FixedFileBytes(rung.ResponseFormat);
        var own = (long)(1_000 * 2_000 * TokenEstimates.FileBytesPerPromptByte);

        var cost = TokenEstimates.CostOfBatch(rung, (1_000 * fixedBytes) + own, 1_000);

        var tokens = (1_000 * TokenEstimates.FixedPromptTokens(rung.ResponseFormat)) + (1_000 * 2_000 * 0.267m);
        Assert.Equal(((tokens * 0.0375m) + (320_000 * 0.15m)) / 1_000_000m, cost!.Value, 6);
        Assert.Null(TokenEstimates.CostOfBatch(rung with { CompletionPrice = null }, 1, 1));
    }

    private static PastPass Past(int failed) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Team = "t",
            Ordinal = 1,
            Model = "openai/gpt-oss-20b",
            Format = ResponseFormat.JsonSchema,
            StartedAt = DateTimeOffset.UnixEpoch,
            Requests = 1_000,
            Succeeded = 1_000 - failed,
            Failures = new Dictionary<FailureCode, int> { [FailureCode.JsonValidateFailed] = failed },
            UnknownRequests = failed,
            PromptTokens = (1_000 - failed) * 3_000,
            CompletionTokens = (1_000 - failed) * 900,
            Batches = 1,
            Sent = 1_000,
            LargestBatch = 1_000,
            Bytes = (long)(
                1_000 * (TokenEstimates.FixedFileBytes(ResponseFormat.JsonSchema) + (2_000 * TokenEstimates.FileBytesPerPromptByte))
            ),
            Seconds = 120,
        };
}
