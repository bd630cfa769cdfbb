using System.Text;
using Spectre.Console;

namespace GroqBatch.Cli.Shell;

/// <summary>
/// Where a command writes: what it answers goes to standard output, everything else (progress, notes, what went wrong) to standard error.
/// </summary>
internal sealed class Terminal
{
    /// <summary>A table that goes to a file or a pipe is not cut to a screen.</summary>
    private const int WidthWithoutScreen = 200;

    /// <summary>The process's own streams.</summary>
    public Terminal()
    {
        Out = Console.Out;
        Error = Console.Error;
        Answer = Create(Out, Console.IsOutputRedirected);
        Notes = Create(Error, Console.IsErrorRedirected);
    }

    public TextWriter Out { get; }
    public TextWriter Error { get; }

    /// <summary>Standard output, for tables.</summary>
    public IAnsiConsole Answer { get; }

    /// <summary>Standard error, for bars and tables that move.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Whether somebody watches: bars then, plain lines otherwise.</summary>
    public bool IsWatched =>
        !Console.IsErrorRedirected
        && Notes.Profile.Capabilities.Ansi
        && Notes.Profile.Capabilities.Interactive
        && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);

    /// <summary>A line on standard error.</summary>
    public void Note(string text) => Error.WriteLine(Safe(text));

    /// <summary>
    /// Text as it may be shown: pull requests are hostile, and a control character of theirs would be obeyed by the terminal.
    /// </summary>
    public static string Safe(string text)
    {
        if (!text.Any(IsObeyed))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            safe.Append(IsObeyed(character) ? '\uFFFD' : character);
        }

        return safe.ToString();
    }

    // Beside control characters, the ones that turn the direction of what follows.
    private static bool IsObeyed(char character) =>
        (char.IsControl(character) && character is not ('\n' or '\r'))
        || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>A cell that is text and never markup.</summary>
    public static Text Cell(string text) => new(Safe(text).ReplaceLineEndings(" "));

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
                Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
                ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            }
        );
        if (isRedirected)
        {
            console.Profile.Width = WidthWithoutScreen;
        }

        return console;
    }
}
