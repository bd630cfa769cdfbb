using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.SpotChecks;

/// <summary>How a spot check ended.</summary>
public enum Settlement
{
    /// <summary>Not yet: it asks for more.</summary>
    Open,

    /// <summary>The target is met, as surely as was asked for.</summary>
    Good,

    /// <summary>The target is missed, as surely as was asked for.</summary>
    NotGood,
}

/// <summary>What was known after so many reads: a step of the picture.</summary>
/// <param name="Read">Reads that count.</param>
/// <param name="Band">Wilson's interval of the good share.</param>
/// <param name="AtLeast">The good share that is sure however often one looked; never falls.</param>
public sealed record JudgementStep(int Read, Interval Band, double AtLeast);

/// <summary>What is known of a population from the reads of its sample.</summary>
public sealed record SampleJudgement
{
    /// <summary>How many the sample was drawn from.</summary>
    public required int Population { get; init; }

    /// <summary>
    /// Reads that count: those that came in the order of the draw. Whoever skips one holds back the ones after it, since choosing what to read
    /// would choose the result.
    /// </summary>
    public required int Read { get; init; }

    public required int Good { get; init; }
    public required int Minor { get; init; }
    public required int Wrong { get; init; }

    /// <summary>Read, but after one that was skipped or that somebody is just reading.</summary>
    public required int HeldBack { get; init; }

    /// <summary>Wilson's interval of the good share, minor ones among them; from strata, weighted by their size.</summary>
    public required Interval Band { get; init; }

    /// <summary>The same of the strict rate, in which minor ones are not good.</summary>
    public required Interval StrictBand { get; init; }

    /// <summary>The good share that is sure however often one looked, from 0 to 1.</summary>
    public required double AtLeast { get; init; }

    /// <summary>The good share that is surely not exceeded, however often one looked, from 0 to 1.</summary>
    public required double AtMost { get; init; }

    /// <summary>
    /// The good share that the reads of the size fixed beforehand show, by the exact hypergeometric bound; null until there are so many, and for
    /// a sample by strata.
    /// </summary>
    public required double? PlannedAtLeast { get; init; }

    /// <summary>Wrong ones among the reads of the size fixed beforehand; 0 until there are so many.</summary>
    public required int PlannedWrong { get; init; }

    /// <summary>Whether the sequential test has come to its end.</summary>
    public required Settlement Settlement { get; init; }

    /// <summary>After how many reads it did; null: it has not.</summary>
    public required int? SettledAfter { get; init; }

    /// <summary>How many more reads end it if they go on as they have so far; null: this sample is not likely to end it.</summary>
    public required int? MoreReads { get; init; }

    /// <summary>One step for each read that counts.</summary>
    public required IReadOnlyList<JudgementStep> Steps { get; init; }

    /// <summary>Where <see cref="JudgementStep.AtLeast"/> goes if the reads go on as they have so far, one for each read to come.</summary>
    public required IReadOnlyList<double> Projection { get; init; }

    /// <summary>Whether the whole population was read: then nothing is a matter of chance.</summary>
    public bool IsCensus => Read == Population;
}
