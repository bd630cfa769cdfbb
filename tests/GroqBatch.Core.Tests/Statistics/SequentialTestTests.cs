using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Tests.Statistics;

public sealed class SequentialTestTests
{
    private static readonly SequentialTest Test = new(acceptable: 0.02, unacceptable: 0.10);

    [Fact]
    public void Settles_where_the_ratio_says()
    {
        // ln 19 ÷ −ln(0.90 ÷ 0.98) = 34.6 good ones in a row; two bad ones at once are 3.2, above ln 19 = 2.9.
        Assert.Equal(Settlement.Open, Test.After(0, 34));
        Assert.Equal(Settlement.Good, Test.After(0, 35));
        Assert.Equal(Settlement.Open, Test.After(1, 35));
        Assert.Equal(Settlement.Bad, Test.After(2, 2));
        Assert.Equal((35, 19, 0), (Test.GoodReadsLeft(0, 0), Test.GoodReadsLeft(1, 36), Test.GoodReadsLeft(0, 50)));
    }

    // Wald's approximation of the reads that it takes is 52 and 31. It leaves out by how much the last read overshoots the bound: one bad read is half
    // of what settles a share as bad, so it takes a few more than 31.
    [Theory]
    [InlineData(0.02, Settlement.Bad, 52)]
    [InlineData(0.10, Settlement.Good, 37)]
    public void Looked_at_after_every_read_it_is_wrong_in_one_of_twenty_at_most(double share, Settlement wrong, double reads)
    {
        var dice = new Dice(17);
        var (mistakes, all) = (0, 0L);
        const int Times = 4_000;
        for (var time = 0; time < Times; time++)
        {
            var (bad, read) = (0, 0);
            Settlement settled;
            do
            {
                bad += dice.Uniform() < share ? 1 : 0;
                read++;
                settled = Test.After(bad, read);
            } while (settled == Settlement.Open);

            mistakes += settled == wrong ? 1 : 0;
            all += read;
        }

        Assert.True(mistakes <= 0.05 * Times, $"{mistakes} of {Times}");
        Assert.InRange((double)all / Times, reads - 6, reads + 6);
    }
}
