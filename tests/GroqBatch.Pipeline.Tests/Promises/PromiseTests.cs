using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>
/// Random sequences of work, verbs, events at the provider, deaths and stand-stills of two workers, on a real PostgreSQL, with the seven promises
/// checked after every deed. 500 of them by default; <c>GROQBATCH_SEQUENCES</c> asks for another number.
/// </summary>
public sealed class PromiseTests(ITestOutputHelper output)
{
    private static readonly Gen<Deed> Deeds = Gen.Select(Gen.Int[0, 39], Gen.Int[0, 999], Gen.Int[0, 999])
        .Select(deed => new Deed(deed.Item1, deed.Item2, deed.Item3));

    private static readonly Gen<(int Seed, Deed[] Deeds)> Sequences = Gen.Select(Gen.Int[0, int.MaxValue - 1], Deeds.Array[4, 40]);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_happens_the_seven_promises_hold_and_everything_ends_by_itself()
    {
        var iterations = int.Parse(Environment.GetEnvironmentVariable("GROQBATCH_SEQUENCES") ?? "500", CultureInfo.InvariantCulture);

        // Each waits for its database half of the time.
        var threads = Math.Max(4, 2 * Environment.ProcessorCount);
        var lanes = new ConcurrentBag<Lane>();
        for (var lane = 0; lane < threads; lane++)
        {
            lanes.Add(await Lane.CreateAsync(maxLiveBatches: lane % 2 == 0 ? null : 2, Cancelled));
        }

        var all = lanes.ToArray();
        try
        {
            await Sequences.SampleAsync(
                async sequence =>
                {
                    if (!lanes.TryTake(out var lane))
                    {
                        throw new InvalidOperationException("There are more threads than lanes.");
                    }

                    try
                    {
                        await Sequence.RunAsync(lane, sequence.Seed, sequence.Deeds, Cancelled);
                    }
                    finally
                    {
                        lanes.Add(lane);
                    }
                },
                output.WriteLine,
                seed: Environment.GetEnvironmentVariable("GROQBATCH_SEQUENCE_SEED"),
                iter: iterations,
                threads: threads
            );
        }
        finally
        {
            foreach (var lane in all)
            {
                await lane.DisposeAsync();
            }
        }
    }
}
