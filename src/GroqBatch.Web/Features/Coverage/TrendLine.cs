using System.Globalization;
using System.Text;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>Coverage over the last days as steps: it is constant between runs, so nothing slopes. In a box of 300 × 100.</summary>
public sealed class TrendLine
{
    private const double Width = 300;
    private const double Height = 100;

    // Of the goal's label where the box is smallest, on a phone: 19 of 56 pixels high, and about 64 of 270 wide.
    private const double LabelHeight = 34;
    private const double LabelWidth = 72;
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
            path.Append(CultureInfo.InvariantCulture, $"H{X(_days[day]):0.0}V{Y(ShareOf(_days[day])):0.0}");
        }

        return path.ToString();
    }

    /// <summary>The area below it.</summary>
    public string Area() => $"{Path()}V{Height}H0Z";

    /// <summary>From the top of the box, in hundredths of its height.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Y(double share) => Height - (Math.Clamp((share - Bottom) / (1 - Bottom), 0, 1) * Height);

    /// <summary>
    /// Whether the goal's label, just below the goal, stands at the line's beginning: what was reached today ends in a step through the place at its end.
    /// </summary>
    /// <param name="goal">A share.</param>
    public bool IsLabelAtStart(double goal)
    {
        var (top, bottom) = (Y(goal), Y(goal) + LabelHeight);
        return Runs(Width - LabelWidth, Width) && !Runs(0, LabelWidth);

        // Through the label, were it there: a day's level stands until the next, and the step between them passes all that is between both.
        bool Runs(double from, double to)
        {
            for (var day = 1; day < _days.Count; day++)
            {
                var (begin, end) = (X(_days[day - 1]), X(_days[day]));
                var (before, after) = (Y(ShareOf(_days[day - 1])), Y(ShareOf(_days[day])));
                var isLevelThere = begin < to && end > from && before >= top && before <= bottom;
                var isStepThere = end >= from && end <= to && Math.Min(before, after) <= bottom && Math.Max(before, after) >= top;
                if (isLevelThere || isStepThere)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private double X(CoverageDay day) => Width * (day.Day.DayNumber - First.Day.DayNumber) / (Last.Day.DayNumber - First.Day.DayNumber);

    private static double ShareOf(CoverageDay day) => day.Eligible == 0 ? 1 : (double)day.Covered / day.Eligible;
}
