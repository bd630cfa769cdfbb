using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Estimates;

/// <summary>
/// How long a pass is likely to take: (K + size) × rate, where size is the largest batch plus a share of what is in the others. Whether time is mostly
/// a fixed wait or grows with the requests (K), and how much batches run beside each other (the share), differs between providers: each pair is a
/// model of its own, weighed by how well it explains the past.
/// </summary>
internal sealed class PassTimes
{
    private static readonly double[] Waits = [0, 20, 100, 400, 1_500, 6_000, 25_000, 1_000_000];
    private static readonly double[] Shares = [0, 0.1, 0.3, 1];
    private readonly (double Wait, double Share, Prediction Log, double Cumulative)[] _models;

    private PassTimes((double, double, Prediction, double)[] models) => _models = models;

    /// <summary>From earlier passes; null when there is none.</summary>
    public static PassTimes? From(IEnumerable<PastPass> past)
    {
        var seen = past.Where(pass => pass is { Seconds: > 0, Sent: > 0, LargestBatch: > 0 }).ToList();
        if (seen.Count == 0)
        {
            return null;
        }

        var models = new List<(double Wait, double Share, Prediction Log, double Evidence)>();
        foreach (var wait in Waits)
        {
            foreach (var share in Shares)
            {
                var model = new LinearModel([Math.Log(0.1)], [8], noise: 0.3, certainty: 5);
                foreach (var pass in seen)
                {
                    model.Observe([1], Math.Log(pass.Seconds!.Value) - Math.Log(Size(wait, share, pass.Sent, pass.LargestBatch)));
                }

                models.Add((wait, share, model.Predict([1]), model.LogEvidence()));
            }
        }

        var most = models.Max(model => model.Evidence);
        var sum = 0.0;
        return new PassTimes([.. models.Select(model => (model.Wait, model.Share, model.Log, sum += Math.Exp(model.Evidence - most)))]);
    }

    /// <summary>The way of taking time of a run to come: seconds of a pass by its requests and its largest batch.</summary>
    public Func<int, int, double> Draw(Dice dice)
    {
        var wanted = dice.Uniform() * _models[^1].Cumulative;
        var (wait, share, log, _) = _models.First(model => model.Cumulative >= wanted);
        return (requests, largest) =>
            Size(wait, share, requests, largest) * Math.Exp(Math.Clamp(log.Location + (log.Scale() * dice.Student(log.Degrees)), -20, 20));
    }

    private static double Size(double wait, double share, int requests, int largest) => wait + largest + (share * (requests - largest));
}
