using System.Globalization;
using System.Text;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>Coverage over the last days as steps: it is constant between runs, so nothing slopes. In a box of 300 × 100.</summary>
public sealed class TrendLine
{
    private const double Width = 300;
    private const double Height = 100;
    private readonly IReadOnlyList<CoverageDay> _days;

    private TrendLine(IReadOnlyList<CoverageDay> days, double bottom)
    {
        _days = days;
        Bottom = bottom;
    }

    /// <summary>Days that were measured.</summary>
    public int Days => _days.Count;

    /// <summary>The share at the bottom of the box: 0, or higher where all that happened, happened high up.</summary>
    public double Bottom { get; }

    /// <summary>The first day that was measured.</summary>
    public CoverageDay First => _days[0];

    /// <summary>The latest.</summary>
    public CoverageDay Last => _days[^1];

    /// <summary>A line from two measured days on; null with fewer, which are no trend.</summary>
    /// <param name="days">Oldest first.</param>
    /// <param name="goal">A share.</param>
    public static TrendLine? Of(IReadOnlyList<CoverageDay> days, double goal)
    {
        ArgumentNullException.ThrowIfNull(days);
        if (days.Count < 2)
        {
            return null;
        }

        var lowest = Math.Min(goal, days.Min(ShareOf));
        // Whole quarters, so that the same picture isn't drawn on another scale every day.
        var bottom = Math.Max(0, Math.Floor((lowest - 0.05) * 4) / 4);
        return new TrendLine(days, bottom);
    }

    /// <summary>The line.</summary>
    public string Path()
    {
        var path = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"M0 {Y(ShareOf(First)):0.0}"));
        for (var day = 1; day < _days.Count; day++)
        {
            var x = Width * (_days[day].Day.DayNumber - First.Day.DayNumber) / (Last.Day.DayNumber - First.Day.DayNumber);
            path.Append(CultureInfo.InvariantCulture, $"H{x:0.0}V{Y(ShareOf(_days[day])):0.0}");
        }

        return path.ToString();
    }

    /// <summary>The area below it.</summary>
    public string Area() => $"{Path()}V{Height}H0Z";

    /// <summary>From the top of the box, in hundredths of its height.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Y(double share) => Height - (Math.Clamp((share - Bottom) / (1 - Bottom), 0, 1) * Height);

    private static double ShareOf(CoverageDay day) => day.Eligible == 0 ? 1 : (double)day.Covered / day.Eligible;
}
