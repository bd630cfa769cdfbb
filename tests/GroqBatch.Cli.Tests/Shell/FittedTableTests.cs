using GroqBatch.Cli.Shell;
using Spectre.Console;

namespace GroqBatch.Cli.Tests.Shell;

public sealed class FittedTableTests
{
    [Fact]
    public void Shows_all_where_there_is_room()
    {
        var lines = Write(80);

        Assert.Equal(["team           missing  stale  why", "cal-com          1,234      5  because nobody has asked for it yet"], lines);
    }

    [Fact]
    public void Leaves_out_what_matters_least_says_so_and_breaks_no_figure()
    {
        var lines = Write(44);

        Assert.Equal("team           missing  why", lines[0]);
        Assert.StartsWith("cal-com          1,234  because", lines[1], StringComparison.Ordinal);
        Assert.Equal("No room for: stale.", lines[^1]);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 44));
    }

    [Fact]
    public void Keeps_what_always_stays_however_narrow_it_gets()
    {
        var lines = Write(30);

        Assert.Equal("No room for: stale, why.", lines[^1]);
        Assert.Equal("cal-com          1,234", lines[1]);
    }

    private static string[] Write(int width)
    {
        using var written = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(written),
            }
        );
        console.Profile.Width = width;
        var table = new FittedTable(
            new("team"),
            new("missing", Fit.Figure),
            new("stale", Fit.Figure, Rank: 2),
            new("why", Fit.Text, Rank: 1)
        );
        table.AddRow("cal-com", "1,234", "5", "because nobody has asked for it yet");
        table.AddRow("antiwork-long", "7", "12", "[red]text[/]");
        table.Write(console);
        var lines = written.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Contains(lines, line => line.StartsWith("antiwork-long", StringComparison.Ordinal));
        return [.. lines.Where(line => !line.StartsWith("antiwork-long", StringComparison.Ordinal))];
    }
}
