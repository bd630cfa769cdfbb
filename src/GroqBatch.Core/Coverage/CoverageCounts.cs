namespace GroqBatch.Core.Coverage;

/// <summary>
/// Every pull request is in exactly one of these. The share is computed here and nowhere else.
/// </summary>
public sealed record CoverageCounts
{
    /// <summary>Empty body.</summary>
    public int Excluded { get; init; }

    /// <summary>A fresh summary from the first rung.</summary>
    public int SummarisedFirst { get; init; }

    /// <summary>A fresh summary from a later rung.</summary>
    public int Recovered { get; init; }

    /// <summary>A summary that is older than the content, or of an earlier major prompt version.</summary>
    public int Stale { get; init; }

    /// <summary>Claimed by a live run, no summary.</summary>
    public int InFlight { get; init; }

    /// <summary>Tried, no summary.</summary>
    public int Failed { get; init; }

    /// <summary>Failed and set aside by a person.</summary>
    public int Parked { get; init; }

    /// <summary>Never tried.</summary>
    public int Pending { get; init; }

    public int Summarised => SummarisedFirst + Recovered;
    public int Eligible => Summarised + Stale + InFlight + Failed + Parked + Pending;
    public int Total => Eligible + Excluded;

    /// <summary>(summarised + stale) ÷ eligible; 1 when nothing is eligible, since then nothing is missing.</summary>
    public double Share => Eligible == 0 ? 1 : (double)(Summarised + Stale) / Eligible;

    /// <summary>(summarised + stale) ÷ all pull requests; 1 when there are none.</summary>
    public double ShareOfAll => Total == 0 ? 1 : (double)(Summarised + Stale) / Total;

    /// <summary>How many more summaries reach a goal: what is lacking to goal × eligible, rounded up.</summary>
    /// <param name="goal">A share from 0 to 1.</param>
    public int MissingTo(double goal)
    {
        // 0.95 × 100 is 95.00000000000001 in binary: a hair above a whole number is that number.
        var needed = (int)Math.Ceiling(goal * Eligible - 1e-6);
        return Math.Max(0, needed - Summarised - Stale);
    }

    /// <summary>The sum over several teams.</summary>
    public static CoverageCounts operator +(CoverageCounts left, CoverageCounts right) =>
        new()
        {
            Excluded = left.Excluded + right.Excluded,
            SummarisedFirst = left.SummarisedFirst + right.SummarisedFirst,
            Recovered = left.Recovered + right.Recovered,
            Stale = left.Stale + right.Stale,
            InFlight = left.InFlight + right.InFlight,
            Failed = left.Failed + right.Failed,
            Parked = left.Parked + right.Parked,
            Pending = left.Pending + right.Pending,
        };
}
