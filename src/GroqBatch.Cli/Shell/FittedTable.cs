using Spectre.Console;

namespace GroqBatch.Cli.Shell;

/// <summary>How a column takes its room.</summary>
internal enum Fit
{
    /// <summary>Words or ids, never broken.</summary>
    Word,

    /// <summary>Figures, to the right, never broken.</summary>
    Figure,

    /// <summary>Text, broken between words where there is no room for all of it.</summary>
    Text,
}

/// <summary>A column.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Fit">How it takes its room.</param>
/// <param name="Rank">0: it is always there. Others are left out on a terminal that is too narrow for all, the highest first.</param>
internal readonly record struct FittedColumn(string Title, Fit Fit = Fit.Word, int Rank = 0);

/// <summary>
/// A table that reads on any terminal: what matters least is left out where there is no room for it, and named below. The library would break every
/// figure instead.
/// </summary>
internal sealed class FittedTable(params FittedColumn[] columns)
{
    private const int Gap = 2;

    // Fewer characters make a column of syllables.
    private const int LeastText = 20;

    private readonly List<string[]> _rows = [];

    /// <summary>A row; its cells are text, never markup.</summary>
    public void AddRow(params string[] cells)
    {
        _rows.Add(
            cells.Length == columns.Length ? cells : throw new ArgumentException($"{columns.Length} cells make a row.", nameof(cells))
        );
    }

    /// <summary>Writes as much of it as there is room for.</summary>
    public void Write(IAnsiConsole console)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var least = shown.ConvertAll(LeastWidth);
        var leftOut = new List<int>();
        while (
            shown.Sum(column => least[column]) - Gap > console.Profile.Width
            && shown.Where(column => columns[column].Rank > 0).ToList() is { Count: > 0 } spare
        )
        {
            var spared = spare.MaxBy(column => columns[column].Rank);
            shown.Remove(spared);
            leftOut.Add(spared);
        }

        var table = new Table().Border(TableBorder.None);
        foreach (var column in shown)
        {
            table.AddColumn(
                new TableColumn(Terminal.Cell(columns[column].Title))
                {
                    Alignment = columns[column].Fit == Fit.Figure ? Justify.Right : Justify.Left,
                    NoWrap = columns[column].Fit != Fit.Text,
                    Padding = new Padding(0, 0, column == shown[^1] ? 0 : Gap, 0),
                }
            );
        }

        foreach (var row in _rows)
        {
            table.AddRow(shown.Select(column => Terminal.Cell(row[column])));
        }

        console.Write(table);
        if (leftOut.Count > 0)
        {
            Terminal.Line(console, $"No room for: {string.Join(", ", leftOut.Order().Select(column => columns[column].Title))}.");
        }
    }

    private int LeastWidth(int column)
    {
        var natural = _rows.Select(row => row[column].Length).Append(columns[column].Title.Length).Max();
        return Gap + (columns[column].Fit == Fit.Text ? Math.Min(natural, LeastText) : natural);
    }
}
