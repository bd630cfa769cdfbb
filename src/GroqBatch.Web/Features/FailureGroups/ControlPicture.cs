using System.Globalization;
using System.Text;
using GroqBatch.Core.Models;

namespace GroqBatch.Web.Features.FailureGroups;

/// <summary>
/// A control chart as a picture: each run a point, in their order, over the band that the runs before it gave. In a box of 100 × 100, whose top is
/// <see cref="Top"/>: words and points stand outside of the drawing, so that it can be stretched.
/// </summary>
internal sealed class ControlPicture
{
    private readonly IReadOnlyList<ModelRun> _runs;

    private ControlPicture(IReadOnlyList<ModelRun> runs, double top)
    {
        _runs = runs;
        Top = top;
    }

    /// <summary>The share at the top of the box.</summary>
    public double Top { get; }

    /// <summary>Shares that lines are drawn at, lowest first.</summary>
    public IReadOnlyList<double> Lines => [Top / 2, Top];

    /// <summary>A picture of one run or more; null without.</summary>
    /// <param name="runs">Oldest first.</param>
    public static ControlPicture? Of(IReadOnlyList<ModelRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
        {
            return null;
        }

        var highest = Math.Max(runs.Max(run => run.FailureRate), runs.Max(run => run.Limits?.High ?? 0));
        // A few fixed tops, so that the picture isn't on another scale with every run.
        double[] tops = [0.02, 0.05, 0.10, 0.20, 0.40, 0.60, 0.80, 1];
        return new ControlPicture(runs, tops.First(top => top >= Math.Min(1, highest * 1.02)));
    }

    /// <summary>From the left, in hundredths of the width: each run has an equal part, and stands in its middle.</summary>
    public double X(int run) => 100.0 * (run + 0.5) / _runs.Count;

    /// <summary>From the top, in hundredths of the height.</summary>
    public double Y(double share) => 100 - (Math.Clamp(share / Top, 0, 1) * 100);

    /// <summary>Between the limits, run by run; empty where none has limits.</summary>
    public string Band()
    {
        var path = new StringBuilder();
        var width = 100.0 / _runs.Count;
        for (var run = 0; run < _runs.Count; run++)
        {
            if (_runs[run].Limits is { } limits)
            {
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"M{run * width:0.##} {Y(limits.High):0.##}h{width:0.##}V{Y(limits.Low):0.##}h-{width:0.##}Z"
                );
            }
        }

        return path.ToString();
    }

    /// <summary>What was expected of each run, as steps.</summary>
    public string Centre()
    {
        var path = new StringBuilder();
        var width = 100.0 / _runs.Count;
        for (var run = 0; run < _runs.Count; run++)
        {
            if (_runs[run].Limits is { } limits)
            {
                path.Append(CultureInfo.InvariantCulture, $"M{run * width:0.##} {Y(limits.Centre):0.##}h{width:0.##}");
            }
        }

        return path.ToString();
    }
}
