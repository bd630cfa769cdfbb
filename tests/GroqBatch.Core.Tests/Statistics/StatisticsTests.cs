using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Tests.Statistics;

/// <summary>Reference values: exact where they can be had by hand, else as R 4.3 gives them.</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(0.5, 0.5723649429247001)] // ln √π
    [InlineData(10, 12.801827480081469)] // ln 9!
    [InlineData(0.1, 2.2527126517342059)]
    public void Log_gamma_has_its_known_values(double x, double expected) => Assert.Equal(expected, SpecialFunctions.LogGamma(x), 1e-11);

    [Theory]
    [InlineData(0.5, 2, 3, 0.6875)]
    [InlineData(0.2, 1, 5, 0.67232)] // 1 − 0.8⁵
    [InlineData(0.9, 20, 2, 0.36472)] // P(Bin(21, 0.9) ≥ 20), added up below
    public void Incomplete_beta_has_its_known_values(double x, double a, double b, double expected)
    {
        if (a == 20)
        {
            expected = (21 * Math.Pow(0.9, 20) * 0.1) + Math.Pow(0.9, 21);
        }

        Assert.Equal(expected, SpecialFunctions.RegularisedBeta(x, a, b), 1e-12);
    }

    [Theory]
    [InlineData(0.95, 1, 1, 0.95)]
    [InlineData(0.05, 59, 1, 0.950493)] // 0.05^(1/59): the rule of three
    [InlineData(0.5, 2, 2, 0.5)]
    public void Beta_quantile_inverts_the_distribution(double p, double a, double b, double expected) =>
        Assert.Equal(expected, SpecialFunctions.BetaQuantile(p, a, b), 1e-6);

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.5, 0)]
    [InlineData(0.001, -3.090232306167813)]
    public void Normal_quantile_has_its_known_values(double p, double expected) =>
        Assert.Equal(expected, SpecialFunctions.NormalQuantile(p), 1e-8);

    // What common spot checks really show, two-sided 95 %.
    [Theory]
    [InlineData(10, 10, 0.7225)]
    [InlineData(20, 20, 0.839)]
    [InlineData(19, 20, 0.764)]
    [InlineData(50, 50, 0.929)]
    [InlineData(95, 100, 0.888)]
    [InlineData(100, 100, 0.963)]
    public void Wilson_says_what_so_many_good_ones_show(int good, int read, double low) =>
        Assert.Equal(low, Wilson.Of(good, read).Low, 0.0005);

    [Fact]
    public void Wilson_knows_nothing_without_trials_and_ends_at_the_ends()
    {
        Assert.Equal(new Interval(0, 1), Wilson.Of(0, 0));
        Assert.Equal(0, Wilson.Of(0, 50).Low);
        Assert.Equal(1, Wilson.Of(50, 50).High);
        Assert.Equal(1 - Wilson.Of(7, 50).Low, Wilson.Of(43, 50).High, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Of(5, 4));
    }

    [Fact]
    public void Wilson_covers_what_it_promises()
    {
        // Exactly, over the binomial distribution: the mean over shares is close to 95 %, and no share falls far below.
        var covered = new List<double>();
        for (var share = 0.02; share < 1; share += 0.02)
        {
            var sum = 0.0;
            for (var found = 0; found <= 200; found++)
            {
                if (Wilson.Of(found, 200).Contains(share))
                {
                    sum += Binomial.AtLeast(found, 200, share) - Binomial.AtLeast(found + 1, 200, share);
                }
            }

            covered.Add(sum);
        }

        Assert.InRange(covered.Average(), 0.945, 0.96);
        Assert.True(covered.Min() > 0.92, $"worst {covered.Min()}");
    }

    [Fact]
    public void Binomial_tails_add_up()
    {
        Assert.Equal(0.9453125, Binomial.AtLeast(3, 10, 0.5), 1e-12);
        Assert.Equal(1, Binomial.AtLeast(0, 10, 0.2));
        Assert.Equal(0, Binomial.AtLeast(11, 10, 0.2));
        Assert.Equal(1, Binomial.AtLeast(4, 10, 0.3) + Binomial.AtMost(3, 10, 0.3), 1e-12);
    }

    [Fact]
    public void Beta_binomial_is_flat_for_a_flat_chance_and_knows_a_small_case()
    {
        for (var k = 0; k <= 7; k++)
        {
            Assert.Equal(1 / 8.0, Math.Exp(BetaBinomial.LogMass(k, 7, 1, 1)), 1e-12);
        }

        Assert.Equal(0.4, Math.Exp(BetaBinomial.LogMass(0, 2, 2, 3)), 1e-12); // B(2, 5) ÷ B(2, 3)
        Assert.Equal(1, BetaBinomial.AtMost(2, 2, 2, 3), 1e-12);
        Assert.Equal(0, BetaBinomial.Quantile(0.4 - 1e-9, 2, 2, 3));
        Assert.Equal(1, BetaBinomial.Quantile(0.41, 2, 2, 3));
        Assert.Equal(2, BetaBinomial.Quantile(1, 2, 2, 3));
    }

    // Smallest sample that shows with 95 % confidence that the bad share is below a limit, if at most so many bad ones are in it.
    [Theory]
    [InlineData(100, 0.05, 0, 45)]
    [InlineData(100, 0.05, 2, 81)]
    [InlineData(3_935, 0.05, 0, 58)]
    [InlineData(5_515, 0.05, 0, 59)]
    [InlineData(5_515, 0.05, 1, 93)]
    [InlineData(6_159, 0.05, 2, 123)]
    [InlineData(100, 0.10, 0, 25)]
    [InlineData(6_159, 0.10, 2, 61)]
    public void Hypergeometric_gives_the_sample_that_a_claim_takes(int population, double limit, int accepted, int expected) =>
        Assert.Equal(expected, Hypergeometric.SampleSize(population, limit, accepted));

    [Fact]
    public void Hypergeometric_bound_is_where_the_claim_turns()
    {
        Assert.True(Hypergeometric.MostBad(0, 59, 5_515) < 0.05 * 5_515);
        Assert.True(Hypergeometric.MostBad(0, 57, 5_515) >= 0.05 * 5_515);
        Assert.Equal(3, Hypergeometric.MostBad(3, 10, 10)); // all read: known
        Assert.Equal(1, Hypergeometric.AtMost(3, 10, 3, 4), 1e-12);
        Assert.Equal(7 * 6 * 5 / (10.0 * 9 * 8), Hypergeometric.AtMost(0, 10, 3, 3), 1e-12);
    }

    [Fact]
    public void Control_limits_follow_laneys_formula()
    {
        ChartPoint[] calm = [new(2, 100), new(4, 100), new(3, 100), new(5, 100)];
        ChartPoint[] wild = [new(2, 100), new(40, 100), new(5, 100), new(30, 100)];

        var narrow = ControlChart.Limits(calm, 100)!;
        var wide = ControlChart.Limits(wild, 100)!;

        Assert.Equal(14.5 / 401, narrow.Centre, 1e-12);
        Assert.Equal(1, narrow.Spread);
        Assert.Equal(0.03616 + (3 * 0.018669 * Math.Sqrt(1.25)), narrow.High, 1e-4); // 100 requests after 400
        Assert.Equal(0, narrow.Low);
        Assert.Equal(7.334, wide.Spread, 0.001);
        Assert.Equal(1, wide.High);
        Assert.Null(ControlChart.Limits(calm[..3], 100));

        // Sixteen requests without a failure promise nothing about the next thousand.
        var few = ControlChart.Limits([.. Enumerable.Repeat(new ChartPoint(0, 4), 4)], 1_000)!;
        Assert.Equal(0, few.Low);
        Assert.True(few.High > 0.1, $"{few}");
    }

    [Fact]
    public void A_run_far_from_the_earlier_ones_is_flagged_and_does_not_excuse_the_next()
    {
        int[] failed = [23, 31, 26, 40, 47, 30, 578, 35, 600];

        var judged = ControlChart.Judge([.. failed.Select(count => new ChartPoint(count, 1_000))]);

        Assert.Equal(
            [6, 8],
            judged.Select((point, index) => (point.IsOutside, index)).Where(pair => pair.IsOutside).Select(pair => pair.index)
        );
        Assert.True(judged[8].Limits!.High < 0.10, $"{judged[8].Limits}");
    }

    [Fact]
    public void A_level_that_has_moved_is_the_new_level()
    {
        int[] failed = [23, 31, 26, 40, 200, 210, 205, 190, 207, 211];

        var judged = ControlChart.Judge([.. failed.Select(count => new ChartPoint(count, 1_000))]);

        Assert.All(judged.Skip(4).Take(3), point => Assert.True(point.IsOutside));
        Assert.All(judged.Skip(7), point => Assert.False(point.IsOutside));
    }

    [Fact]
    public void A_chart_of_runs_that_differ_more_than_chance_flags_few_of_them()
    {
        // Shares drawn from Beta(4, 96): four per cent on average, with twice to ten times the binomial noise of runs of thousands.
        var dice = new Dice(7);
        var points = Enumerable
            .Range(0, 300)
            .Select(_ =>
            {
                var size = 500 + (int)(dice.Uniform() * 4_500);
                return new ChartPoint(dice.Binomial(size, dice.Beta(4, 96)), size);
            });

        var flagged = ControlChart.Judge([.. points]).Count(point => point.IsOutside);

        Assert.InRange(flagged, 0, 15);
    }

    [Fact]
    public void Dice_fall_as_their_distributions_say()
    {
        var dice = new Dice(1);
        double[] Many(Func<double> draw) => [.. Enumerable.Range(0, 40_000).Select(_ => draw())];

        AssertMoments(Many(dice.Normal), 0, 1);
        AssertMoments(Many(() => dice.Gamma(0.3)), 0.3, 0.3);
        AssertMoments(Many(() => dice.Gamma(7)), 7, 7);
        AssertMoments(Many(() => dice.Beta(2, 6)), 0.25, 2 * 6 / (64.0 * 9));
        AssertMoments(Many(() => dice.Binomial(1_000, 0.04)), 40, 38.4);
        AssertMoments(Many(() => dice.Binomial(9, 0.7)), 6.3, 1.89);
        AssertMoments(Many(() => dice.Student(8)), 0, 8 / 6.0);
        Assert.Equal(new Dice(5).Normal(), new Dice(5).Normal());
        Assert.Equal(0, dice.Binomial(500, 0));
        Assert.Equal(500, dice.Binomial(500, 1));
    }

    [Fact]
    public void A_linear_model_weighs_what_it_sees_against_what_it_thought()
    {
        var model = new LinearModel([0], [1], noise: 1, certainty: 2);

        model.Observe([1], 2);
        var prediction = model.Predict([1]);

        // By hand: precision 2, mean 1, shape 1.5, rest 1 + (4 − 2) ÷ 2.
        Assert.Equal(1, prediction.Location, 1e-12);
        Assert.Equal(Math.Sqrt(2.0 / 1.5 * 1.5), prediction.Scale(), 1e-12);
        Assert.Equal(3, prediction.Degrees);
    }

    [Fact]
    public void A_linear_model_finds_the_line_behind_noise_and_prefers_the_right_one()
    {
        var dice = new Dice(3);
        var line = new LinearModel([0, 0], [10, 10], noise: 1, certainty: 2);
        var constant = new LinearModel([0], [10], noise: 1, certainty: 2);
        for (var index = 0; index < 200; index++)
        {
            var x = dice.Uniform() * 4;
            var y = 1 + (2 * x) + (0.1 * dice.Normal());
            line.Observe([1, x], y);
            constant.Observe([1], y);
        }

        Assert.Equal(7, line.Predict([1, 3]).Location, 0.1);
        Assert.InRange(line.Predict([1, 3]).Scale(), 0.08, 0.2);
        Assert.True(line.LogEvidence() > constant.LogEvidence() + 100);
    }

    private static void AssertMoments(double[] values, double mean, double variance)
    {
        var actual = values.Average();
        Assert.Equal(mean, actual, 6 * Math.Sqrt(variance / values.Length));
        Assert.Equal(1, values.Average(value => (value - actual) * (value - actual)) / variance, 0.1);
    }
}
