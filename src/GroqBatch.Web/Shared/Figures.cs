using System.Globalization;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Shared;

/// <summary>Figures as people read them. Shares are rounded down, so that 100 % means all of it.</summary>
public static class Figures
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary><c>4,147</c>.</summary>
    public static string Count(long value) => value.ToString("N0", Culture);

    /// <summary><c>1 pull request</c>, <c>4,147 pull requests</c>.</summary>
    public static string Count(long value, string one, string many) => $"{Count(value)} {(value == 1 ? one : many)}";

    /// <summary><c>24.8 %</c>; <c>100 %</c> only when all of it is there.</summary>
    public static string Percent(long part, long whole) => Share.ToPercent(part, whole);

    /// <summary>As <see cref="Percent(long, long)"/>, without the sign: for a large figure with its unit apart.</summary>
    public static string PercentFigure(long part, long whole) => Share.ToPercent(part, whole)[..^2];

    /// <summary>A goal or another share that was set rather than counted: <c>95 %</c>, <c>97.5 %</c>.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static string Goal(double share) => Share.ToGoal(share);

    /// <summary>Dollars: cents, and below ten cents as many places as it takes to see something: <c>$3.05</c>, <c>$0.0031</c>, <c>$0</c>.</summary>
    public static string Dollars(decimal value)
    {
        var size = Math.Abs(value);
        var text =
            size == 0 ? "0"
            : size < 0.0001m ? "0.0001"
            : size < 0.1m ? size.ToString("0.0000", Culture)
            : size.ToString("N2", Culture);
        return (value < 0 ? "−" : "") + (size is > 0 and < 0.0001m ? "under $" : "$") + text;
    }

    /// <summary>A length of time in its two largest units: <c>32 min</c>, <c>1 h 5 min</c>, <c>2 d 3 h</c>, <c>4 s</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? $"{Math.Max(0, (int)time.TotalSeconds)} s"
        : time < TimeSpan.FromHours(1) ? Two((int)time.TotalMinutes, "min", time.TotalMinutes < 10 ? time.Seconds : 0, "s")
        : time < TimeSpan.FromDays(1) ? Two((int)time.TotalHours, "h", time.Minutes, "min")
        : Two((int)time.TotalDays, "d", time.Hours, "h");

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
