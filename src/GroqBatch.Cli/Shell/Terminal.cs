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

    private readonly Func<Stream> _openOutput;
    private readonly bool _isErrorRedirected;

    private Terminal(TextWriter output, TextWriter error, Func<Stream> openOutput, bool isOutputRedirected, bool isErrorRedirected)
    {
        Out = output;
        Error = error;
        _openOutput = openOutput;
        _isErrorRedirected = isErrorRedirected;
        Answer = Create(Out, isOutputRedirected);
        Notes = Create(Error, isErrorRedirected);
    }

    /// <summary>Standard output.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard output, for tables.</summary>
    public IAnsiConsole Answer { get; }

    /// <summary>Standard error, for bars and tables that move.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Whether somebody watches: bars then, plain lines otherwise.</summary>
    public bool IsWatched =>
        !_isErrorRedirected
        && Notes.Profile.Capabilities.Ansi
        && Notes.Profile.Capabilities.Interactive
        && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);

    /// <summary>The process's own streams.</summary>
    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, Console.OpenStandardOutput, Console.IsOutputRedirected, Console.IsErrorRedirected);

    /// <summary>Streams that nobody watches, as those of a process whose output goes to files.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error; written to from several threads at once.</param>
    public static Terminal To(Stream output, TextWriter error) =>
        new(
            new StreamWriter(output, leaveOpen: true) { AutoFlush = true },
            error,
            () => output,
            isOutputRedirected: true,
            isErrorRedirected: true
        );

    /// <summary>Standard output as bytes, for what is no text of ours; the caller's to dispose of.</summary>
    public Stream OpenOutput() => _openOutput();

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

    /// <summary>A line of text, broken at a screen's edge and nowhere else: who searches a file for a sentence finds it.</summary>
    public static void Line(IAnsiConsole console, string text)
    {
        var line = Safe(text).ReplaceLineEndings(" ");
        if (console.Profile.Out.IsTerminal)
        {
            console.WriteLine(line);
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

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
