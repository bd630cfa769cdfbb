using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.SpotChecks;

/// <summary>What a spot check is to show: "at least 95 % good, 95 % sure". Fixed before anything is drawn.</summary>
/// <param name="Target">The share that is to be good, from 0.5 to 0.999; <see cref="Verdict.Minor"/> counts as good.</param>
/// <param name="Confidence">How sure, from 0.8 to 0.999.</param>
public sealed record SampleTerms(double Target = 0.95, double Confidence = 0.95)
{
    /// <summary>The chance of a wrong end that is put up with.</summary>
    public double Alpha => 1 - Confidence;

    /// <summary>What is wrong with them, fit to show; null: nothing.</summary>
    public string? Mistake =>
        Target is not (>= 0.5 and <= 0.999) ? "The target is a share from 50 % to 99.9 %."
        : Confidence is not (>= 0.8 and <= 0.999) ? "How sure is a share from 80 % to 99.9 %."
        : null;

    /// <summary>How many wrong ones a population may have and still meet the target.</summary>
    public int AllowedWrong(int population) => (int)Math.Floor(((1 - Target) * population) + 1e-9);

    /// <summary>
    /// The size fixed beforehand: the fewest reads that show the target if none of them is wrong, by the exact hypergeometric bound.
    /// </summary>
    /// <returns>The population's size when only reading all of it shows that.</returns>
    public int PlannedReads(int population) =>
        population == 0 ? 0 : Hypergeometric.SampleSize(population, (AllowedWrong(population) + 1.0) / population, accepted: 0, Confidence);

    /// <summary>How many are drawn: enough for a sequential test to end where the share is not very near to the target.</summary>
    public int DrawnSize(int population) => Math.Min(population, Math.Clamp(8 * PlannedReads(population), 200, 2_500));
}
