using System.Globalization;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Web.Shared;

/// <summary>Estimates as people read them: as ranges, no finer than anybody can estimate, and never certain.</summary>
internal static class EstimateFigures
{
    /// <summary><c>4,147 to 4,310</c>; one figure where both ends are said alike.</summary>
    public static string Counts(Range range) =>
        Between(Figures.Count((long)Math.Floor(range.Low)), Figures.Count((long)Math.Ceiling(range.High)));

    /// <summary><c>$0.97</c>.</summary>
    public static string Dollars(double value) => Figures.Dollars((decimal)value);

    /// <summary><c>$0.97 to $1.36</c>.</summary>
    public static string Dollars(Range range) => Between(Dollars(range.Low), Dollars(range.High));

    /// <summary><c>$0.97 to $1.36, about $1.08</c>; <c>about $1.08</c> where both ends are said alike.</summary>
    public static string DollarsAbout(Range range)
    {
        var about = $"about {Dollars(range.Expected)}";
        return Dollars(range.Low) == Dollars(range.High) ? about : $"{Dollars(range)}, {about}";
    }

    /// <summary>A length of time: <c>40 min</c>, <c>2 h 10 min</c>.</summary>
    public static string Time(double seconds)
    {
        var step =
            seconds < 60 ? 1
            : seconds < 600 ? 10
            : seconds < 7_200 ? 60
            : 600;
        return Figures.Duration(TimeSpan.FromSeconds(Math.Ceiling(seconds / step) * step));
    }

    /// <summary><c>11 min to 32 min</c>, from seconds.</summary>
    public static string Times(Range seconds) => Between(Time(seconds.Low), Time(seconds.High));

    /// <summary>A chance that was found by drawing: neither certain nor ruled out.</summary>
    public static string Chance(double share) =>
        share >= 0.99 ? "over 99 %"
        : share < 0.01 ? "under 1 %"
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((share * 100) + 1e-9):0} %");

    /// <summary>Two shares as percentages, rounded down: <c>96.1 to 97.8 %</c>.</summary>
    public static string Percents(double low, double high)
    {
        var (from, to) = (Down(low), Down(high));
        return from == to ? $"{to} %" : $"{from} to {to} %";
    }

    private static string Between(string low, string high) => string.Equals(low, high, StringComparison.Ordinal) ? low : $"{low} to {high}";

    private static string Down(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((share * 1_000) + 1e-9) / 10:0.#}");
}
