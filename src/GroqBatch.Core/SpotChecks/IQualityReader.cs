using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.SpotChecks;

/// <summary>What spot checks say of summaries. Reads verdicts by index: as much as people have read, however many summaries there are.</summary>
public interface IQualityReader
{
    /// <summary>
    /// For each team the latest sample of it that somebody has read from, by the team's id; a team that is not in it was not checked.
    /// </summary>
    Task<IReadOnlyDictionary<int, Quality>> ReadTeamsAsync(string provider, CancellationToken cancellationToken);

    /// <summary>The sampled summaries of a run, from samples of it and of its team; null: none was read.</summary>
    Task<Quality?> ReadRunAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>
    /// For each model the sampled summaries that it wrote, whatever they were sampled from; each summary once, by its latest verdict.
    /// </summary>
    Task<IReadOnlyDictionary<string, Quality>> ReadModelsAsync(string provider, CancellationToken cancellationToken);
}

/// <summary>Counts of verdicts and the shares they show.</summary>
/// <param name="SampleId">The sample, where it is one.</param>
/// <param name="Settlement">Of that sample.</param>
public sealed record Quality(int Good, int Minor, int Wrong, Guid? SampleId = null, Settlement Settlement = Settlement.Open)
{
    /// <summary>Verdicts that stand.</summary>
    public int Read => Good + Minor + Wrong;

    /// <summary>The good share with the minor ones: Wilson's interval, 95 %.</summary>
    public Interval Interval => Wilson.Of(Good + Minor, Read);

    /// <summary>The share without the minor ones: Wilson's interval, 95 %.</summary>
    public Interval Strict => Wilson.Of(Good, Read);
}
