using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.SpotChecks;

/// <summary>An item of a sample, in the order of the draw.</summary>
/// <param name="Stratum">Which stratum it is of, from 0.</param>
/// <param name="Verdict">Null while it is not read.</param>
public sealed record JudgedItem(int Stratum, Verdict? Verdict);

/// <summary>
/// Judges a sample. The end comes from a test that may be looked at after every read (<see cref="ConfidenceSequence"/>): it ends wrongly in either
/// direction with a chance of at most 1 − confidence. A sample by strata has a sequence for each of them, at a level divided by their number, and
/// adds up what they do not rule out (Bonferroni's inequality).
/// </summary>
public static class SampleJudge
{
    private const int LongestProjection = 600;

    /// <summary>Judges what was read so far.</summary>
    /// <param name="terms">Fixed beforehand.</param>
    /// <param name="strata">The population of each stratum; one entry for a simple sample.</param>
    /// <param name="items">All of the sample, in the order of the draw.</param>
    public static SampleJudgement Judge(SampleTerms terms, IReadOnlyList<int> strata, IReadOnlyList<JudgedItem> items)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(strata);
        ArgumentNullException.ThrowIfNull(items);
        var population = strata.Sum();
        var state = new Progress(terms, strata);
        var steps = new List<JudgementStep>();
        var settlement = Settlement.Open;
        int? settledAfter = null;
        var plannedReads = terms.PlannedReads(population);
        var plannedWrong = 0;
        var heldBack = 0;
        var blocked = new bool[strata.Count];
        var ahead = new List<int>();
        foreach (var item in items)
        {
            if (item.Verdict is not { } verdict || blocked[item.Stratum])
            {
                blocked[item.Stratum] = true;
                heldBack += item.Verdict is null ? 0 : 1;
                ahead.Add(item.Stratum);
                continue;
            }

            state.Add(item.Stratum, verdict);
            plannedWrong += verdict is Verdict.Wrong && state.Read <= plannedReads ? 1 : 0;
            steps.Add(new JudgementStep(state.Read, state.Band(strict: false), state.AtLeast));
            if (settlement is Settlement.Open && state.Settlement is var ended and not Settlement.Open)
            {
                (settlement, settledAfter) = (ended, state.Read);
            }
        }

        var (more, projection) = settlement is Settlement.Open ? state.Project(ahead) : (null, []);
        var isPlanned = strata.Count == 1 && plannedReads > 0 && state.Read >= plannedReads;
        return new SampleJudgement
        {
            Population = population,
            Read = state.Read,
            Good = state.Good,
            Minor = state.Minor,
            Wrong = state.Wrong,
            HeldBack = heldBack,
            Band = state.Band(strict: false),
            StrictBand = state.Band(strict: true),
            AtLeast = state.AtLeast,
            AtMost = state.AtMost,
            PlannedAtLeast = isPlanned
                ? 1 - (Hypergeometric.MostBad(plannedWrong, plannedReads, population, terms.Confidence) / (double)population)
                : null,
            PlannedWrong = plannedWrong,
            Settlement = settlement,
            SettledAfter = settledAfter,
            MoreReads = more,
            Steps = steps,
            Projection = projection,
        };
    }

    private sealed class Progress
    {
        private readonly SampleTerms _terms;
        private readonly IReadOnlyList<int> _populations;
        private readonly int _population;
        private readonly int _allowed;
        private readonly int[] _read;
        private readonly double[] _wrong; // a projection expects fractions
        private readonly int[] _minor;
        private readonly int[] _most;
        private readonly int[] _fewest;

        public Progress(SampleTerms terms, IReadOnlyList<int> populations)
        {
            (_terms, _populations, _population) = (terms, populations, populations.Sum());
            _allowed = terms.AllowedWrong(_population);
            _read = new int[populations.Count];
            _wrong = new double[populations.Count];
            _minor = new int[populations.Count];
            _most = [.. populations];
            _fewest = new int[populations.Count];
        }

        private Progress(Progress other)
        {
            (_terms, _populations, _population, _allowed) = (other._terms, other._populations, other._population, other._allowed);
            _read = [.. other._read];
            _wrong = [.. other._wrong];
            _minor = [.. other._minor];
            _most = [.. other._most];
            _fewest = [.. other._fewest];
        }

        public int Read => _read.Sum();
        public int Wrong => (int)Math.Round(_wrong.Sum());
        public int Minor => _minor.Sum();
        public int Good => Read - Wrong - Minor;
        public double AtLeast => _population == 0 ? 0 : 1 - (_most.Sum() / (double)_population);
        public double AtMost => _population == 0 ? 1 : 1 - (_fewest.Sum() / (double)_population);

        public Settlement Settlement =>
            Read == 0 ? Settlement.Open
            : _most.Sum() <= _allowed ? Settlement.Good
            : _fewest.Sum() > _allowed ? Settlement.NotGood
            : Settlement.Open;

        public void Add(int stratum, Verdict verdict)
        {
            _minor[stratum] += verdict is Verdict.Minor ? 1 : 0;
            Add(stratum, verdict is Verdict.Wrong ? 1 : 0.0);
        }

        private void Add(int stratum, double wrong)
        {
            _read[stratum]++;
            _wrong[stratum] += wrong;
            var (limit, alpha) = (1 - _terms.Target, _terms.Alpha / _populations.Count);
            var (found, read, all) = ((int)Math.Round(_wrong[stratum]), _read[stratum], _populations[stratum]);

            // What was ruled out once stays ruled out.
            var most = Math.Min(_most[stratum], ConfidenceSequence.MostBad(found, read, all, limit, alpha));
            var fewest = Math.Max(_fewest[stratum], ConfidenceSequence.FewestBad(found, read, all, limit, alpha));
            _most[stratum] = Math.Max(most, found);
            _fewest[stratum] = Math.Min(fewest, all - (read - found));
        }

        /// <summary>
        /// Each stratum by its weight. The interval is that of the simple sample which knows as much: its size follows from the variance of the
        /// weighted share, for which half a wrong one and half a good one are added to each stratum, so that none is taken for certain.
        /// </summary>
        public Interval Band(bool strict)
        {
            if (Read == 0)
            {
                return new Interval(0, 1);
            }

            if (_populations.Count == 1)
            {
                return Wilson.Of(Read - Wrong - (strict ? Minor : 0), Read, _terms.Confidence);
            }

            var (share, smoothed, variance) = (0.0, 0.0, 0.0);
            for (var index = 0; index < _populations.Count; index++)
            {
                var weight = _populations[index] / (double)_population;
                var good = _read[index] - _wrong[index] - (strict ? _minor[index] : 0);
                var about = (good + 0.5) / (_read[index] + 1.0);
                share += weight * (_read[index] == 0 ? 0.5 : good / _read[index]);
                smoothed += weight * about;
                variance += weight * weight * about * (1 - about) / Math.Max(1, _read[index]);
            }

            return Wilson.OfShare(share, Math.Max(1, smoothed * (1 - smoothed) / variance), _terms.Confidence);
        }

        /// <summary>Goes on at the rate seen so far, in the order of the draw.</summary>
        public (int? More, IReadOnlyList<double> Bounds) Project(IReadOnlyList<int> ahead)
        {
            var next = new Progress(this);
            var rates = _populations.Select((_, index) => _read[index] == 0 ? 0 : _wrong[index] / _read[index]).ToArray();
            var bounds = new List<double>();
            int? more = null;
            foreach (var stratum in ahead.Take(LongestProjection))
            {
                next.Add(stratum, rates[stratum]);
                bounds.Add(next.AtLeast);
                if (more is null && next.Settlement is not Settlement.Open)
                {
                    more = bounds.Count;
                }

                if (more is { } at && bounds.Count >= at + (at / 2) + 20)
                {
                    break; // as far as a picture shows it
                }
            }

            return (more, bounds);
        }
    }
}
