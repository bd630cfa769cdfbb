using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Estimates;

/// <summary>
/// What share of a pass is likely to fail. Runs differ from each other by more than chance (2.3 % and 57.8 % of a batch were seen from one model),
/// so each run's rate is drawn from Beta(μM, (1 − μ)M), and what is known of mean μ and agreement M is a grid of both: a default opinion times the
/// beta-binomial likelihood of each earlier run (A. Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3). With no past it is the opinion, wide;
/// with many runs that agree it is narrow; with one that does not it stays wide.
/// </summary>
internal sealed class FailureRates
{
    private const int Means = 41;
    private const int Agreements = 15;
    private readonly double[] _a = new double[Means * Agreements];
    private readonly double[] _b = new double[Means * Agreements];
    private readonly double[] _cumulative = new double[Means * Agreements];

    /// <param name="mean">The opinion: the middle of the mean rate.</param>
    /// <param name="deviation">Its standard deviation on the scale of log odds.</param>
    /// <param name="past">How many of how many failed in each earlier run.</param>
    public FailureRates(double mean, double deviation, IReadOnlyList<(int Failed, int Tried)> past)
    {
        var middle = Math.Log(mean / (1 - mean));
        var logs = new double[_a.Length];
        for (var row = 0; row < Means; row++)
        {
            var step = ((row / (Means - 1.0)) - 0.5) * 8;
            var share = 1 / (1 + Math.Exp(-(middle + (step * deviation))));
            for (var column = 0; column < Agreements; column++)
            {
                // From 2, where anything goes, to 3,000, where runs differ by little more than chance; about 60 before anything is seen.
                var agreement = Math.Log(2) + (column / (Agreements - 1.0) * Math.Log(1_500));
                var cell = (row * Agreements) + column;
                _a[cell] = share * Math.Exp(agreement);
                _b[cell] = (1 - share) * Math.Exp(agreement);
                var opinion = (agreement - Math.Log(60)) / 1.5;
                logs[cell] = -0.5 * ((step * step) + (opinion * opinion));
            }
        }

        for (var cell = 0; cell < logs.Length; cell++)
        {
            var unseen = SpecialFunctions.LogBeta(_a[cell], _b[cell]);
            foreach (var (failed, tried) in past)
            {
                logs[cell] += SpecialFunctions.LogBeta(failed + _a[cell], tried - failed + _b[cell]) - unseen;
            }
        }

        var most = logs.Max();
        var sum = 0.0;
        for (var cell = 0; cell < logs.Length; cell++)
        {
            _cumulative[cell] = sum += Math.Exp(logs[cell] - most);
        }
    }

    /// <summary>The rate of a run to come.</summary>
    public double Draw(Dice dice)
    {
        var found = Array.BinarySearch(_cumulative, dice.Uniform() * _cumulative[^1]);
        var cell = Math.Min(found < 0 ? ~found : found, _cumulative.Length - 1);
        return dice.Beta(_a[cell], _b[cell]);
    }
}
