using GroqBatch.Core.Models;

namespace GroqBatch.Core.Estimates;

/// <summary>What is known of a ladder's rungs: the same for every team and every choice, and the dearest part of a quick estimate.</summary>
/// <param name="Rungs">As those of the ladder.</param>
/// <param name="Times">How long passes take; null: no run has ended yet.</param>
internal sealed record ForecastBasis(IReadOnlyList<RungForecast> Rungs, PassTimes? Times)
{
    /// <summary>Gathers it.</summary>
    public static ForecastBasis Of(Ladder ladder, IReadOnlyCollection<string> strongModels, IReadOnlyList<PastPass> past) =>
        new(
            [.. ladder.Rungs.Select(rung => RungForecast.Of(rung, rung.Ordinal > 1 || strongModels.Contains(rung.Model), past))],
            PassTimes.From(past)
        );
}
