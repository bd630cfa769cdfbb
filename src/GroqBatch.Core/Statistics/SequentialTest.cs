namespace GroqBatch.Core.Statistics;

/// <summary>Where a sequential test stands.</summary>
public enum Settlement
{
    /// <summary>Read on.</summary>
    Open,

    /// <summary>Settled: the bad share is acceptable.</summary>
    Good,

    /// <summary>Settled: it is not.</summary>
    Bad,
}

/// <summary>
/// Wald's sequential probability ratio test of a share (A. Wald, Ann. Math. Statist. 16, 1945). It may be looked at after every single read, and the
/// chance of settling wrongly stays within the risks; a test of fixed size that is looked at again and again goes far beyond its own.
/// </summary>
public sealed class SequentialTest
{
    private readonly double _ofBad;
    private readonly double _ofGood;
    private readonly double _badAt;
    private readonly double _goodAt;

    /// <param name="acceptable">The bad share that should be settled as good, such as 0.02.</param>
    /// <param name="unacceptable">The bad share that should be settled as bad, such as 0.10; above <paramref name="acceptable"/>.</param>
    /// <param name="riskOfBad">The chance of settling as bad what is acceptable.</param>
    /// <param name="riskOfGood">The chance of settling as good what is unacceptable.</param>
    public SequentialTest(double acceptable, double unacceptable, double riskOfBad = 0.05, double riskOfGood = 0.05)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(acceptable);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(acceptable, unacceptable);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unacceptable, 1);
        _ofBad = Math.Log(unacceptable / acceptable);
        _ofGood = Math.Log((1 - unacceptable) / (1 - acceptable));
        _badAt = Math.Log((1 - riskOfGood) / riskOfBad);
        _goodAt = Math.Log(riskOfGood / (1 - riskOfBad));
    }

    /// <summary>Where the test stands after so many reads. Once it is settled, further reads do not unsettle it: the caller keeps the first answer.</summary>
    /// <param name="bad">From 0 to <paramref name="read"/>.</param>
    /// <param name="read">How many were read.</param>
    public Settlement After(int bad, int read)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bad, read);
        var evidence = (bad * _ofBad) + ((read - bad) * _ofGood);
        return evidence >= _badAt ? Settlement.Bad
            : evidence <= _goodAt ? Settlement.Good
            : Settlement.Open;
    }

    /// <summary>How many more reads without a bad one settle it as good; 0 when it is.</summary>
    public int GoodReadsLeft(int bad, int read) =>
        Math.Max(0, (int)Math.Ceiling(((_goodAt - (bad * _ofBad)) / _ofGood) - 1e-9) - (read - bad));
}
