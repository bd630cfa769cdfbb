using GroqBatch.Sources.Import;

namespace GroqBatch.Sources.Tests.Import;

public sealed class SeenNumbersTests
{
    [Fact]
    public void Agrees_with_a_dictionary()
    {
        var random = new Random(11);
        var seen = new SeenNumbers();
        var expected = new Dictionary<(string, long), bool>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = ($"o/{random.Next(3)}", random.Next(4) == 0 ? random.NextInt64(1, long.MaxValue) : random.Next(1, 5_000));
            Assert.Equal(expected.TryGetValue(key, out var was), seen.TryGet(key.Item1, key.Item2, out var isUnchanged));
            Assert.Equal(was, isUnchanged);
            expected[key] = random.Next(2) == 0;
            seen.Add(key.Item1, key.Item2, expected[key]);
        }
    }

    [Fact]
    public void Numbers_that_lie_close_take_less_than_a_byte_each()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var seen = new SeenNumbers();
        for (var number = 1; number <= 1_000_000; number++)
        {
            seen.Add("o/r", number, isUnchanged: false);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        GC.KeepAlive(seen);
    }
}
