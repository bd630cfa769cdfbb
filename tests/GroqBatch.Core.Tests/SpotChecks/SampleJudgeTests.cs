using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Tests.SpotChecks;

public sealed class SampleJudgeTests
{
    private static readonly SampleTerms Terms = new();

    [Fact]
    public void Says_the_planned_sentence_at_the_planned_size_and_settles_a_little_later()
    {
        var planned = Judge(5_515, Read(59));
        var settled = Judge(5_515, Read(67));

        Assert.Equal(59, Terms.PlannedReads(5_515));
        Assert.Equal(
            "With 95 % confidence at least 95 % of Cal.com's 5,515 summaries are good enough: 59 read as planned, none wrong.",
            SampleSentence.Say(Terms, planned, "Cal.com's")
        );
        Assert.Equal((Settlement.Open, 8), (planned.Settlement, planned.MoreReads));
        Assert.Equal((Settlement.Good, 67), (settled.Settlement, settled.SettledAfter));
        Assert.Equal(
            "Settled: at least 95 % of Cal.com's 5,515 summaries are good enough, 95 % sure: 67 read, none wrong.",
            SampleSentence.Say(Terms, settled, "Cal.com's")
        );
    }

    [Fact]
    public void Before_the_planned_size_it_claims_only_what_holds_however_often_one_looks()
    {
        var judged = Judge(5_515, Read(37, minor: 3));

        Assert.Equal((37, 34, 3, 0), (judged.Read, judged.Good, judged.Minor, judged.Wrong));
        Assert.Null(judged.PlannedAtLeast);
        Assert.True(judged.AtLeast < 1 - (Hypergeometric.MostBad(0, 37, 5_515) / 5_515.0), "looking often has its price");
        Assert.Equal(1 - (ConfidenceSequence.MostBad(0, 37, 5_515, 0.05) / 5_515.0), judged.AtLeast, 1e-12);
        Assert.StartsWith("With 95 % confidence at least 91", SampleSentence.Say(Terms, judged, "Cal.com's"));
        Assert.Equal(30, judged.MoreReads);
        Assert.Equal(Wilson.Of(37, 37), judged.Band);
        Assert.Equal(Wilson.Of(34, 37), judged.StrictBand);
        Assert.Equal(Enumerable.Range(1, 37), judged.Steps.Select(step => step.Read));
    }

    [Fact]
    public void A_wrong_one_among_the_planned_reads_stays_in_their_sentence()
    {
        Verdict?[] verdicts = [Verdict.Wrong, .. Read(69)];

        var judged = Judge(5_515, verdicts);

        Assert.Equal(1, judged.PlannedWrong);
        Assert.Equal(1 - (Hypergeometric.MostBad(1, 59, 5_515) / 5_515.0), judged.PlannedAtLeast!.Value, 1e-12);
        Assert.Contains("59 read as planned, 1 wrong", SampleSentence.Say(Terms, judged, "x's"));
    }

    [Fact]
    public void Many_wrong_ones_settle_it_the_other_way()
    {
        var judged = Judge(5_515, [.. Enumerable.Range(0, 40).Select(index => (Verdict?)(index % 3 == 0 ? Verdict.Wrong : Verdict.Good))]);

        Assert.Equal(Settlement.NotGood, judged.Settlement);
        Assert.InRange(judged.SettledAfter!.Value, 5, 25);
        Assert.StartsWith("Settled: fewer than 95 % of", SampleSentence.Say(Terms, judged, "x's"));
    }

    [Fact]
    public void What_comes_after_a_skipped_one_waits_for_it()
    {
        Verdict?[] verdicts = [.. Read(10), null, .. Read(5), null, null];
        Verdict?[] filled = [.. Read(10), Verdict.Minor, .. Read(5), null, null];

        Assert.Equal((10, 5), (Judge(500, verdicts).Read, Judge(500, verdicts).HeldBack));
        Assert.Equal((16, 0), (Judge(500, filled).Read, Judge(500, filled).HeldBack));
    }

    [Fact]
    public void Reading_all_of_a_small_population_is_no_matter_of_chance()
    {
        Assert.Equal(10, Terms.PlannedReads(10));
        Assert.Equal(10, Terms.DrawnSize(10));

        var good = Judge(10, Read(10));
        var bad = Judge(10, [.. Read(9), Verdict.Wrong]);

        Assert.Equal((Settlement.Good, 1.0), (good.Settlement, good.AtLeast));
        Assert.Equal(
            "100 % of Cal.com's 10 summaries are good enough: all 10 read, none wrong.",
            SampleSentence.Say(Terms, good, "Cal.com's")
        );
        Assert.Equal(Settlement.NotGood, bad.Settlement);
        Assert.Equal("90 % of Cal.com's 10 summaries are good enough: all 10 read, 1 wrong.", SampleSentence.Say(Terms, bad, "Cal.com's"));
    }

    [Fact]
    public void Exactly_the_target_meets_it()
    {
        // Five of a hundred wrong are 95 % good.
        Assert.Equal(5, Terms.AllowedWrong(100));
        Assert.Equal(Settlement.Good, Judge(100, [.. Read(95), .. Enumerable.Repeat((Verdict?)Verdict.Wrong, 5)]).Settlement);
    }

    [Fact]
    public void Nothing_read_says_what_it_takes_and_a_share_never_rounds_up()
    {
        var none = Judge(5_515, [null, null]);

        Assert.Equal(
            "59 reads without a wrong one show that at least 95 % of Cal.com's 5,515 summaries are good enough.",
            SampleSentence.Say(Terms, none, "Cal.com's")
        );
        Assert.Equal((new Interval(0, 1), 0.0, Settlement.Open), (none.Band, none.AtLeast, none.Settlement));
        Assert.Equal("94.9 %", SampleSentence.Percent(0.94999));
        Assert.Equal("99.9 %", SampleSentence.Percent(0.9999));
        Assert.Equal("95 %", SampleSentence.Percent(0.95));
    }

    [Fact]
    public void Says_how_many_more_reads_are_likely_and_when_none_will_do()
    {
        Assert.Equal(67, Judge(5_515, new Verdict?[472]).MoreReads);
        Assert.Equal(30, Judge(5_515, [.. Read(37), .. new Verdict?[435]]).MoreReads);

        // One in twenty wrong is neither: no sample of this size is likely to tell.
        Verdict?[] even = [.. Enumerable.Range(0, 100).Select(index => (Verdict?)(index % 20 == 10 ? Verdict.Wrong : Verdict.Good))];
        Assert.Null(Judge(5_515, [.. even, .. new Verdict?[372]]).MoreReads);
    }

    [Fact]
    public void Terms_out_of_range_are_refused_in_words()
    {
        Assert.Null(Terms.Mistake);
        Assert.NotNull(new SampleTerms(0.4).Mistake);
        Assert.NotNull(new SampleTerms(double.NaN).Mistake);
        Assert.NotNull(new SampleTerms(0.95, 1).Mistake);
    }

    [Theory]
    [InlineData(0.95, 276, Settlement.Good)] // one more than allowed: "good" is false
    [InlineData(0.95, 275, Settlement.NotGood)] // just as many as allowed: "not good" is false
    [InlineData(0.9, 552, Settlement.Good)]
    [InlineData(0.99, 56, Settlement.Good)]
    public void A_false_end_comes_in_at_most_one_of_twenty_reviews(double target, int wrong, Settlement falseEnd)
    {
        // The truth is right beside the target, where false ends are most frequent. The chance is computed exactly (over all ways that reads can
        // go), and many reviews are simulated: a few hundred could not tell 4.5 % from 5 %.
        const int Population = 5_515;
        const int Reviews = 20_000;
        var terms = new SampleTerms(target);
        var size = terms.DrawnSize(Population);
        var ends = EndsAt(terms, Population, size, falseEnd);
        var dice = new Dice(20_261_124);

        var simulated = 0;
        for (var review = 0; review < Reviews; review++)
        {
            var (found, left) = (0, wrong);
            for (var read = 1; read <= size; read++)
            {
                if (dice.Uniform() * (Population - read + 1) < left)
                {
                    left--;
                    found++;
                }

                if (ends(read, found))
                {
                    simulated++;
                    break;
                }
            }
        }

        var exact = ChanceOfEnd(Population, wrong, size, ends);
        Assert.InRange(exact, 0.005, 0.05);
        Assert.InRange(simulated / (double)Reviews, exact - 0.006, exact + 0.006);
        Assert.InRange(simulated, 0, Reviews / 20);
    }

    [Fact]
    public void The_judge_ends_where_its_bounds_say()
    {
        var dice = new Dice(3);
        var size = Terms.DrawnSize(5_515);
        var (good, bad) = (EndsAt(Terms, 5_515, size, Settlement.Good), EndsAt(Terms, 5_515, size, Settlement.NotGood));
        foreach (var wrong in new[] { 30, 60, 150, 276, 400, 600, 900 })
        {
            var items = Draw(dice, 5_515, wrong, size);
            var (found, end, after) = (0, Settlement.Open, (int?)null);
            for (var read = 1; read <= size && after is null; read++)
            {
                found += items[read - 1].Verdict is Verdict.Wrong ? 1 : 0;
                end =
                    good(read, found) ? Settlement.Good
                    : bad(read, found) ? Settlement.NotGood
                    : Settlement.Open;
                after = end is Settlement.Open ? null : read;
            }

            var judged = SampleJudge.Judge(Terms, [5_515], items);

            Assert.Equal((end, after), (judged.Settlement, judged.SettledAfter));
        }
    }

    [Fact]
    public void Good_summaries_are_settled_as_such_within_the_drawn_sample()
    {
        var dice = new Dice(5);

        var reviews = Enumerable.Range(0, 60).Select(_ => SampleJudge.Judge(Terms, [5_515], Draw(dice, 5_515, 55, 472))).ToList();

        Assert.True(reviews.Count(review => review.Settlement is Settlement.Good) >= 57);
        Assert.InRange(reviews.Average(review => review.SettledAfter ?? 472), 100, 160); // at 1 % wrong
    }

    [Fact]
    public void Intervals_cover_the_truth_in_at_least_94_of_100_simulated_samples()
    {
        var dice = new Dice(94);
        const int Samples = 1_500;
        var (band, exact, strata) = (0, 0, 0);
        for (var sample = 0; sample < Samples; sample++)
        {
            var population = 1_000 + (int)(dice.Uniform() * 9_000);
            var wrong = (int)(population * dice.Uniform() * 0.2);
            var truth = 1 - (wrong / (double)population);
            var judged = SampleJudge.Judge(Terms, [population], Draw(dice, population, wrong, Terms.PlannedReads(population)));
            band += judged.Band.Contains(truth) ? 1 : 0;
            exact += judged.PlannedAtLeast <= truth ? 1 : 0;

            var fallback = population / 20;
            var wrongThere = (int)(fallback * dice.Uniform());
            var mixed = SampleJudge.Judge(
                Terms,
                [population, fallback],
                [.. Draw(dice, population, wrong, 60), .. Draw(dice, fallback, wrongThere, 25).Select(item => item with { Stratum = 1 })]
            );
            strata += mixed.Band.Contains(1 - ((wrong + wrongThere) / (double)(population + fallback))) ? 1 : 0;
        }

        Assert.True(band >= 0.94 * Samples, $"Wilson {band}");
        Assert.True(exact >= 0.94 * Samples, $"hypergeometric {exact}");
        Assert.True(strata >= 0.94 * Samples, $"strata {strata}");
    }

    [Fact]
    public void Strata_are_weighed_by_their_size_and_settle_as_rarely_by_mistake()
    {
        // All of the small stratum is wrong, which by itself misses the target.
        var dice = new Dice(11);
        const int Reviews = 300;
        var terms = new SampleTerms(0.95);

        var ended = Enumerable
            .Range(0, Reviews)
            .Count(_ =>
                SampleJudge
                    .Judge(
                        terms,
                        [4_000, 250],
                        Interleave(Draw(dice, 4_000, 213 - 125, 200), Draw(dice, 250, 125, 60).Select(item => item with { Stratum = 1 }))
                    )
                    .Settlement is Settlement.Good
            );
        Assert.InRange(ended, 0, Reviews / 20);

        var judged = SampleJudge.Judge(
            terms,
            [900, 100],
            [.. Enumerable.Repeat(new JudgedItem(0, Verdict.Good), 50), .. Enumerable.Repeat(new JudgedItem(1, Verdict.Wrong), 50)]
        );
        Assert.InRange(judged.Band.Low, 0.8, 0.9);
        Assert.InRange(judged.Band.High, 0.9, 0.95);
        Assert.Null(judged.PlannedAtLeast);
    }

    /// <summary>The rule by which a simple sample ends one way, as a table: so many wrong ones after so many reads.</summary>
    private static Func<int, int, bool> EndsAt(SampleTerms terms, int population, int size, Settlement end)
    {
        var (limit, allowed) = (1 - terms.Target, terms.AllowedWrong(population));
        var bounds = new int[size + 1]; // the most wrong ones that are good enough, or the fewest that are not
        var found = end is Settlement.Good ? -1 : 1;
        for (var read = 1; read <= size; read++)
        {
            if (end is Settlement.Good)
            {
                while (found + 1 <= read && ConfidenceSequence.MostBad(found + 1, read, population, limit, terms.Alpha) <= allowed)
                {
                    found++;
                }
            }
            else
            {
                while (found <= read && ConfidenceSequence.FewestBad(found, read, population, limit, terms.Alpha) <= allowed)
                {
                    found++;
                }
            }

            bounds[read] = found;
        }

        return end is Settlement.Good ? (read, wrong) => wrong <= bounds[read] : (read, wrong) => wrong >= bounds[read];
    }

    private static double ChanceOfEnd(int population, int wrong, int size, Func<int, int, bool> ends)
    {
        var (chances, ended) = (new double[size + 1], 0.0);
        chances[0] = 1;
        for (var read = 1; read <= size; read++)
        {
            var left = population - read + 1.0;
            for (var found = Math.Min(read, wrong); found >= 0; found--)
            {
                var stays = chances[found] * (left - (wrong - found)) / left;
                chances[found] = stays + (found == 0 ? 0 : chances[found - 1] * (wrong - found + 1) / left);
            }

            for (var found = 0; found <= read; found++)
            {
                if (chances[found] > 0 && ends(read, found))
                {
                    ended += chances[found];
                    chances[found] = 0;
                }
            }
        }

        return ended;
    }

    private static SampleJudgement Judge(int population, params Verdict?[] verdicts) =>
        SampleJudge.Judge(
            Terms,
            [population],
            [
                .. verdicts.Select(verdict => new JudgedItem(0, verdict)),
                .. Enumerable.Repeat(new JudgedItem(0, null), Math.Max(0, Terms.DrawnSize(population) - verdicts.Length)),
            ]
        );

    private static Verdict?[] Read(int count, int minor = 0) =>
        [.. Enumerable.Range(0, count).Select(index => (Verdict?)(index < minor ? Verdict.Minor : Verdict.Good))];

    private static List<JudgedItem> Draw(Dice dice, int population, int wrong, int count)
    {
        var items = new List<JudgedItem>(count);
        for (var left = population; items.Count < count; left--)
        {
            var isWrong = dice.Uniform() * left < wrong;
            wrong -= isWrong ? 1 : 0;
            items.Add(new JudgedItem(0, isWrong ? Verdict.Wrong : Verdict.Good));
        }

        return items;
    }

    private static List<JudgedItem> Interleave(IEnumerable<JudgedItem> large, IEnumerable<JudgedItem> small) =>
        [
            .. large
                .Select((item, index) => (item, at: index / 3.3))
                .Concat(small.Select((item, index) => (item, at: (double)index)))
                .OrderBy(entry => entry.at)
                .Select(entry => entry.item),
        ];
}
