using System.Globalization;
using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Teams;

namespace GroqBatch.Web.Features.TeamComparisons;

/// <summary>
/// Coverage of several teams over the same time on one axis. Lines are told apart by their dashes and by the letter at their end, and not by colour,
/// which means something else here. In a box of 420 × 262 with its words inside.
/// </summary>
public sealed class ComparisonChart
{
    private const double LetterHeight = 13;

    /// <summary>One for each place: how a line is dashed, as <c>stroke-dasharray</c> takes it.</summary>
    private static readonly string[] Dashes = ["none", "7 3", "2 3", "12 3 2 3", "4 4", "14 5"];

    private ComparisonChart(IReadOnlyList<ComparisonLine> lines, IReadOnlyList<ComparisonDay> days)
    {
        Lines = lines;
        Days = days;
    }

    /// <summary>In the order of the teams; those of which nothing was measured yet are not among them.</summary>
    public IReadOnlyList<ComparisonLine> Lines { get; }

    /// <summary>The same as a table, newest first.</summary>
    public IReadOnlyList<ComparisonDay> Days { get; }

    /// <summary>The labels below.</summary>
    public IReadOnlyList<(double X, string Text, string Anchor)> Labels => Longest.Labels();

    /// <summary>When the first of them was measured.</summary>
    public DateTimeOffset From => Longest.First.At;

    private CoverageChart Longest => Lines.MinBy(line => line.Chart.First.At)!.Chart;

    /// <summary>How the line of a team is dashed, by its place among them.</summary>
    public static string DashOf(char letter) => Dashes[(letter - 'A') % Dashes.Length];

    /// <summary>Every other line is thinner as well.</summary>
    public static string WidthOf(char letter) => (letter - 'A') % 2 == 0 ? "2" : "1.5";

    /// <summary>Of teams that were measured before now; null where none was.</summary>
    /// <param name="teams">In the order of their columns.</param>
    /// <param name="now">When they were read.</param>
    public static ComparisonChart? Of(IReadOnlyList<ComparedTeam> teams, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(teams);
        var measured = teams.Where(team => team.History.Any(point => point.At < now)).ToList();
        if (measured.Count == 0)
        {
            return null;
        }

        var from = measured.Min(team => team.History[0].At);
        var charts = measured
            .Select(team => (Team: team, Chart: CoverageChart.Of(team.History, new CoveragePoint(now, team.Counts, team.Team.Goal), from)))
            .Where(line => line.Chart is not null)
            .ToList();
        if (charts.Count == 0)
        {
            return null;
        }

        var heights = Spread([.. charts.Select(line => CoverageChart.Y(line.Chart!.Last.Counts.Share))]);
        var lines = charts.Select((line, at) => new ComparisonLine(line.Team, line.Chart!, heights[at])).ToList();
        return new ComparisonChart(lines, ListDays(lines, from, now));
    }

    /// <summary>In a sentence, for who hears it.</summary>
    public string Say() =>
        $"Coverage since {From.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}: "
        + string.Join(
            "; ",
            Lines.Select(line =>
                $"{line.Team.Letter}, {line.Team.Team.Name}, from {CoverageChart.Percent(line.Chart.First)} to {CoverageChart.Percent(line.Chart.Last)}"
            )
        );

    /// <summary>Moves letters apart that would stand on each other, each as little as may be.</summary>
    private static double[] Spread(IReadOnlyList<double> wanted)
    {
        var order = Enumerable.Range(0, wanted.Count).OrderBy(at => wanted[at]).ToList();
        var heights = wanted.ToArray();
        for (var place = 1; place < order.Count; place++)
        {
            heights[order[place]] = Math.Max(heights[order[place]], heights[order[place - 1]] + LetterHeight);
        }

        // What was pushed below the axis goes up again, and those above it with it.
        var lowest = CoverageChart.Y(0);
        for (var place = order.Count - 1; place >= 0; place--)
        {
            heights[order[place]] = Math.Min(heights[order[place]], lowest);
            lowest = heights[order[place]] - LetterHeight;
        }

        return heights;
    }

    private static List<ComparisonDay> ListDays(List<ComparisonLine> lines, DateTimeOffset from, DateTimeOffset now)
    {
        var days = new List<ComparisonDay>();
        var first = DateOnly.FromDateTime(from.UtcDateTime);
        for (var day = DateOnly.FromDateTime(now.UtcDateTime); day >= first; day = day.AddDays(-1))
        {
            var end = new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            days.Add(new ComparisonDay(day, [.. lines.Select(line => line.Chart.Points.LastOrDefault(point => point.At < end))]));
        }

        return days;
    }
}

/// <summary>A team's line.</summary>
/// <param name="Team">Whose.</param>
/// <param name="Chart">Where it runs.</param>
/// <param name="LetterY">Where its letter stands, from the top.</param>
public sealed record ComparisonLine(ComparedTeam Team, CoverageChart Chart, double LetterY);

/// <summary>Where the teams stood at the end of a day.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Points">In the order of the lines; null: not measured by then.</param>
public sealed record ComparisonDay(DateOnly Day, IReadOnlyList<CoveragePoint?> Points);
