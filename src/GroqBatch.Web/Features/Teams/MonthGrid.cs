using System.Globalization;
using GroqBatch.Core.Coverage;

namespace GroqBatch.Web.Features.Teams;

/// <summary>Coverage by repository and month: twelve months, worst gap first.</summary>
public sealed class MonthGrid
{
    /// <summary>Months that are shown.</summary>
    public const int Months = 12;

    /// <summary>Repositories that are shown before more are asked for.</summary>
    public const int FewRows = 10;

    private MonthGrid(IReadOnlyList<DateOnly> columns, IReadOnlyList<MonthRow> rows, DateOnly first, DateOnly last)
    {
        Columns = columns;
        Rows = rows;
        FirstMonth = first;
        LastMonth = last;
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<DateOnly> Columns { get; }

    /// <summary>By what is missing, most first.</summary>
    public IReadOnlyList<MonthRow> Rows { get; }

    /// <summary>The first month that has a pull request.</summary>
    public DateOnly FirstMonth { get; }

    /// <summary>The last one.</summary>
    public DateOnly LastMonth { get; }

    /// <summary>The end of the twelve months before; null: there are none.</summary>
    public DateOnly? Earlier => Columns[0] > FirstMonth ? Columns[0].AddMonths(-1) : null;

    /// <summary>The end of the twelve months after; null: these are the latest.</summary>
    public DateOnly? Later => Columns[^1] < LastMonth ? Min(Columns[^1].AddMonths(Months), LastMonth) : null;

    /// <summary>Of a team's cells; null where there are none.</summary>
    /// <param name="cells">All of them.</param>
    /// <param name="until">The last month to show; null: the latest.</param>
    public static MonthGrid? Of(IReadOnlyList<CoverageCell> cells, DateOnly? until)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count == 0)
        {
            return null;
        }

        var (first, last) = (cells.Min(cell => cell.Month), cells.Max(cell => cell.Month));
        var end = until is { } wished && wished < last ? (wished < first ? first : wished) : last;
        var columns = Enumerable.Range(1 - Months, Months).Select(offset => end.AddMonths(offset)).ToList();
        var rows = cells
            .GroupBy(cell => cell.Repository, StringComparer.Ordinal)
            .Select(repository =>
            {
                var byMonth = repository.ToDictionary(cell => cell.Month, cell => cell.Counts);
                return new MonthRow(
                    repository.Key,
                    [.. columns.Select(month => byMonth.GetValueOrDefault(month))],
                    repository.Aggregate(new CoverageCounts(), (sum, cell) => sum + cell.Counts)
                );
            })
            .OrderByDescending(row => row.Missing)
            .ThenByDescending(row => row.All.Eligible)
            .ThenBy(row => row.Repository, StringComparer.Ordinal)
            .ToList();
        return new MonthGrid(columns, rows, first, last);
    }

    /// <summary>The step of a share: 0 under 25 %, 1 to 50, 2 to 75, 3 to the goal, 4 goal reached, in whole pull requests.</summary>
    public static int StepOf(CoverageCounts counts, double goal)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return counts.MissingTo(goal) == 0 ? 4
            : counts.Share >= 0.75 ? 3
            : counts.Share >= 0.5 ? 2
            : counts.Share >= 0.25 ? 1
            : 0;
    }

    /// <summary>Per cent in whole numbers, rounded down.</summary>
    public static string Whole(CoverageCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return ((long)(counts.Summarised + counts.Stale) * 100 / counts.Eligible).ToString(CultureInfo.InvariantCulture);
    }

    private static DateOnly Min(DateOnly one, DateOnly other) => one < other ? one : other;
}

/// <summary>A repository.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Cells">By column; null: nothing in that month.</param>
/// <param name="All">Over all months, shown or not.</param>
public sealed record MonthRow(string Repository, IReadOnlyList<CoverageCounts?> Cells, CoverageCounts All)
{
    /// <summary>Eligible without a summary.</summary>
    public int Missing => All.Eligible - All.Summarised - All.Stale;

    /// <summary>Without its owner.</summary>
    public string Name => Repository[(Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
