using System.Globalization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Cli.Runs;

/// <summary>How figures of runs are written for people.</summary>
internal static class Figures
{
    /// <summary>The beginning of a run's id that names it to <c>status</c>: the milliseconds of its start; less of it is shared within a minute.</summary>
    public static string Short(Guid runId) => runId.ToString()[..13];

    /// <summary>How many pull requests.</summary>
    public static string PullRequests(long count) => count == 1 ? "1 pull request" : $"{count:N0} pull requests";

    /// <summary>How somebody goes on with a run that waits.</summary>
    public static string WaysOn(RunOverview run) => $"Go on: groqbatch resume {Short(run.Id)}. Give up: groqbatch cancel {Short(run.Id)}.";

    /// <summary>Dollars with as many places as mean something.</summary>
    public static string Dollars(decimal amount) =>
        amount == 0 ? "$0"
        : Math.Abs(amount) >= 0.10m ? $"${amount:N2}"
        : Math.Abs(amount) >= 0.001m ? $"${amount.ToString("0.0000", CultureInfo.InvariantCulture)}"
        : $"${amount.ToString("0.000000", CultureInfo.InvariantCulture)}";

    /// <inheritdoc cref="Dollars(decimal)"/>
    public static string Dollars(double amount) => Dollars(Math.Round((decimal)amount, 6));

    /// <summary>What was booked, and that it is a lower bound where it is.</summary>
    public static string Booked(decimal booked, int unknownRequests) =>
        unknownRequests == 0
            ? Dollars(booked)
            : $"at least {Dollars(booked)} ({unknownRequests:N0} {(unknownRequests == 1 ? "request has an" : "requests have an")} unknown cost)";

    /// <summary>A duration, coarse.</summary>
    public static string Time(TimeSpan time) =>
        time < TimeSpan.FromSeconds(60) ? $"{Math.Max(0, (int)Math.Round(time.TotalSeconds))} s"
        : time < TimeSpan.FromHours(1) ? $"{(int)time.TotalMinutes} min {time.Seconds} s"
        : $"{(int)time.TotalHours} h {time.Minutes} min";

    /// <summary>Low to high of a count.</summary>
    public static string Between(Core.Estimates.Range range) => Between($"{Math.Round(range.Low):N0}", $"{Math.Round(range.High):N0}");

    /// <summary>Low to high of dollars.</summary>
    public static string DollarsBetween(Core.Estimates.Range range) => Between(Dollars(range.Low), Dollars(range.High));

    /// <summary>Low to high of seconds.</summary>
    public static string TimeBetween(Core.Estimates.Range range) =>
        Between(Time(TimeSpan.FromSeconds(range.Low)), Time(TimeSpan.FromSeconds(range.High)));

    /// <summary>Failure codes with their counts, most first; empty when there are none.</summary>
    public static string Codes(IReadOnlyDictionary<FailureCode, int> counts) =>
        string.Join(", ", counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key.ToWire()} {pair.Value:N0}"));

    /// <summary>A model, and what it stands in for.</summary>
    public static string Model(string model, string? replaced) => replaced is null ? model : $"{model} (replaced {replaced})";

    /// <summary>What is said about the cost before a start.</summary>
    public static string Cost(Estimate estimate) =>
        estimate.Cost is { } cost ? DollarsBetween(cost) : "an unknown amount (a model's price is not in the settings)";

    /// <summary>How long a run has taken, or had taken when it ended.</summary>
    public static TimeSpan Age(RunOverview run) => (run.EndedAt ?? run.ReadAt) - run.CreatedAt;

    /// <summary>A chance that was found by drawing: never said to be certain.</summary>
    public static string Chance(double chance) =>
        chance > 0.99 ? "over 99 %"
        : chance < 0.01 ? "under 1 %"
        : string.Create(CultureInfo.InvariantCulture, $"{chance * 100:0} %");

    private static string Between(string low, string high) => string.Equals(low, high, StringComparison.Ordinal) ? low : $"{low} to {high}";
}
