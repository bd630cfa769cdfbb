using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Tests.Statistics;

public sealed class ConfidenceSequenceTests
{
    [Fact]
    public void By_hand_where_it_can_be_done_by_hand()
    {
        // Two of three read, both good: mixture B(0.5, 7) ÷ B(0.5, 5) = (5 × 6) ÷ (5.5 × 6.5) for a limit of 0.5.
        // With one bad one of three the chance of that is 2⁄3 × 1⁄2 = 1⁄3, which the mixture exceeds 2.52 times.
        Assert.Equal(1, ConfidenceSequence.MostBad(0, 2, 3, 0.5, alpha: 1 / 2.6));
        Assert.Equal(0, ConfidenceSequence.MostBad(0, 2, 3, 0.5, alpha: 1 / 2.5));
    }

    [Theory]
    [InlineData(0, 67)]
    [InlineData(1, 127)]
    [InlineData(2, 173)]
    public void Shows_95_per_cent_of_5515_after_so_many_reads(int wrong, int reads)
    {
        Assert.True(ConfidenceSequence.MostBad(wrong, reads, 5_515, 0.05) <= 275);
        Assert.True(ConfidenceSequence.MostBad(wrong, reads - 1, 5_515, 0.05) > 275);
    }

    [Fact]
    public void Knows_all_when_all_is_read_and_nothing_when_nothing_is()
    {
        Assert.Equal(3, ConfidenceSequence.MostBad(3, 10, 10, 0.05));
        Assert.Equal(3, ConfidenceSequence.FewestBad(3, 10, 10, 0.05));
        Assert.Equal(10, ConfidenceSequence.MostBad(0, 0, 10, 0.05));
        Assert.Equal(0, ConfidenceSequence.FewestBad(0, 0, 10, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceSequence.MostBad(2, 1, 10, 0.05));
    }

    [Theory]
    [InlineData(25, 0.05)]
    [InlineData(60, 0.05)]
    [InlineData(60, 0.2)]
    public void Hardly_ever_rules_out_the_truth_however_often_one_looks(int population, double limit)
    {
        // Exactly, for every truth: the chance that a bound taken after each read ever excludes it.
        for (var truth = 0; truth <= population; truth++)
        {
            Assert.True(
                EverOut((found, read) => ConfidenceSequence.MostBad(found, read, population, limit) < truth) <= 0.05,
                $"most {truth}"
            );
            Assert.True(
                EverOut((found, read) => ConfidenceSequence.FewestBad(found, read, population, limit) > truth) <= 0.05,
                $"fewest {truth}"
            );

            double EverOut(Func<int, int, bool> isOut)
            {
                var (chances, ever) = (new double[population + 2], 0.0);
                chances[0] = 1;
                for (var read = 1; read <= population; read++)
                {
                    for (var found = Math.Min(read, truth); found >= 0; found--)
                    {
                        var left = population - read + 1.0;
                        var stays = chances[found] * Math.Max(0, left - (truth - found)) / left;
                        var comes = found == 0 ? 0 : chances[found - 1] * (truth - found + 1) / left;
                        chances[found] = stays + comes;
                    }

                    for (var found = Math.Max(0, read - (population - truth)); found <= Math.Min(read, truth); found++)
                    {
                        if (chances[found] > 0 && isOut(found, read))
                        {
                            ever += chances[found];
                            chances[found] = 0;
                        }
                    }
                }

                return ever;
            }
        }
    }
}
