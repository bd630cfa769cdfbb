using System.Globalization;
using System.Text;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Teams;

/// <summary>Coverage of a team over time against its goal, as steps: it is constant between runs. In a box of 400 × 262 with its words inside.</summary>
public sealed class CoverageChart
{
    private const double Left = 30;
    private const double Right = 396;
    private const double Top = 12;
    private const double Bottom = 240;
    private readonly IReadOnlyList<CoveragePoint> _points;
    private readonly DateTimeOffset _from;

    private CoverageChart(IReadOnlyList<CoveragePoint> points, DateTimeOffset from)
    {
        _points = points;
        _from = from;
    }

    /// <summary>The first that was measured.</summary>
    public CoveragePoint First => _points[0];

    /// <summary>Now.</summary>
    public CoveragePoint Last => _points[^1];

    /// <summary>What is drawn, oldest first: the rows of its table.</summary>
    public IReadOnlyList<CoveragePoint> Points => _points;

    /// <summary>What was measured, and now; null where nothing was measured before an hour ago, which is no time to look back on.</summary>
    /// <param name="history">Oldest first.</param>
    /// <param name="now">Where it stands.</param>
    /// <param name="from">What is at the left, for charts over the same time; null: the first that was measured.</param>
    public static CoverageChart? Of(IReadOnlyList<CoveragePoint> history, CoveragePoint now, DateTimeOffset? from = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(now);
        var before = history.Where(point => point.At < now.At).ToList();
        return before.Count == 0 || now.At - before[0].At < TimeSpan.FromHours(1)
            ? null
            : new([.. before, now], from < before[0].At ? from.Value : before[0].At);
    }

    /// <summary>Where a share stands, from the top.</summary>
    public static double Y(double share) => Bottom - (Math.Clamp(share, 0, 1) * (Bottom - Top));

    /// <summary>Where a time stands, from the left; times before it begins are at its left end.</summary>
    public double X(DateTimeOffset at)
    {
        var whole = (Last.At - _from).TotalSeconds;
        return Left + (Math.Clamp((at - _from).TotalSeconds / whole, 0, 1) * (Right - Left));
    }

    /// <summary>The line.</summary>
    public string Path() => Steps(point => point.Counts.Share);

    /// <summary>The goal as it was set.</summary>
    public string GoalPath() => Steps(point => point.Goal);

    /// <summary>The area below the line.</summary>
    public string Area() => string.Create(CultureInfo.InvariantCulture, $"{Path()}V{Bottom}H{X(First.At):0.#}Z");

    /// <summary>The labels below: the first day, beginnings of months, and today.</summary>
    public IReadOnlyList<(double X, string Text, string Anchor)> Labels()
    {
        var labels = new List<(double, string, string)>
        {
            (Left, _from.UtcDateTime.ToString("d MMM", CultureInfo.InvariantCulture), "start"),
        };
        var month = new DateTimeOffset(_from.UtcDateTime.Year, _from.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        var last = Left;
        for (; month < Last.At; month = month.AddMonths(1))
        {
            var x = X(month);
            if (x - last >= 64 && Right - x >= 64)
            {
                labels.Add((x, month.ToString("MMM", CultureInfo.InvariantCulture), "start"));
                last = x;
            }
        }

        labels.Add((Right, "today", "end"));
        return labels;
    }

    /// <summary>In a sentence, for who hears it.</summary>
    public string Say(string team) =>
        $"Coverage of {team} from {Percent(First)} on {First.At.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} to {Percent(Last)} today; goal {Shared.Figures.Goal(Last.Goal)}";

    /// <summary>Such as <c>58.9 %</c>.</summary>
    public static string Percent(CoveragePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Shared.Figures.Percent(point.Counts.Summarised + point.Counts.Stale, point.Counts.Eligible);
    }

    private string Steps(Func<CoveragePoint, double> share)
    {
        var culture = CultureInfo.InvariantCulture;
        var path = new StringBuilder(string.Create(culture, $"M{X(First.At):0.#} {Y(share(First)):0.0}"));
        foreach (var point in _points.Skip(1))
        {
            path.Append(culture, $"H{X(point.At):0.0}V{Y(share(point)):0.0}");
        }

        return path.ToString();
    }
}
