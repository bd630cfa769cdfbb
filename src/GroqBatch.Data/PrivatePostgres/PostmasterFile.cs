using System.Globalization;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// <c>postmaster.pid</c> of a data directory: line 1 the server's process id, line 2 the directory, line 4 the port, further down the key
/// of its shared memory. It outlives a server that was killed, and then the id may belong to a zombie, to nobody, or to somebody else.
/// </summary>
/// <param name="DataDirectory">Where it lies.</param>
/// <param name="Text">The whole file.</param>
/// <param name="ProcessId">The server's; 0: the file does not say (yet).</param>
/// <param name="Port">The server's; null: the file does not say (yet).</param>
internal sealed record PostmasterFile(string DataDirectory, string Text, int ProcessId, int? Port)
{
    /// <summary>The file as it is now; null when there is none.</summary>
    public static PostmasterFile? Read(string dataDirectory)
    {
        string text;
        try
        {
            text = File.ReadAllText(PathIn(dataDirectory));
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var lines = text.Split('\n');
        return new PostmasterFile(dataDirectory, text, Number(lines, 0) ?? 0, Number(lines, 3));
    }

    /// <summary>Whether the server that wrote the file still runs.</summary>
    public bool ServerRuns() => ProcessId > 0 && (OperatingSystem.IsLinux() ? RunsByProc() : RunsByName());

    /// <summary>
    /// Lets a new server start although the id in the file is taken, by the dead server's zombie (in a container without an init process:
    /// for ever) or by another program of the same account. Only the id is replaced, by one that no process can have: PostgreSQL then does
    /// all its other checks, above all that no process of the dead server still works on the data.
    /// </summary>
    public void Disown()
    {
        var fresh = PathIn(DataDirectory) + ".disowned";
        File.WriteAllText(fresh, $"{int.MaxValue}{Text[Text.IndexOf('\n', StringComparison.Ordinal)..]}");
        if (!OperatingSystem.IsWindows())
        {
            // Written by root, read by the server's account.
            File.SetUnixFileMode(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        File.Move(fresh, PathIn(DataDirectory), overwrite: true);
    }

    /// <summary>Removes a file without content, left by a server that was killed as it made it: PostgreSQL refuses to judge it.</summary>
    public void Remove() => File.Delete(PathIn(DataDirectory));

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "postmaster.pid");

    private static int? Number(string[] lines, int index) =>
        index < lines.Length && int.TryParse(lines[index], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private bool RunsByProc()
    {
        try
        {
            // "42 (postgres) S 1 ...": the name may hold blanks and brackets, the state comes after the last bracket.
            var stat = File.ReadAllText($"/proc/{ProcessId}/stat");
            if (
                stat[(stat.LastIndexOf(')') + 1)..].TrimStart() is ['Z' or 'X', ..]
                || !stat.Contains("(postgres", StringComparison.Ordinal)
            )
            {
                return false;
            }
        }
        catch (IOException)
        {
            return false; // no such process
        }

        try
        {
            // A server's working directory is its data directory. Its path may be another one than ours (links), so what counts is whether
            // the same file lies there: same id, directory and starting time. Further down the server notes how it fares.
            return File.ReadAllText($"/proc/{ProcessId}/cwd/postmaster.pid").Split('\n').Take(3).SequenceEqual(Text.Split('\n').Take(3));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            // Another account's process, into which even root may not look in a container. Its command line is open to all, and names the
            // directory as line 2 of the file does.
            var directory = Text.Split('\n') is [_, { Length: > 0 } line, ..] ? line : DataDirectory;
            try
            {
                return File.ReadAllText($"/proc/{ProcessId}/cmdline").Split('\0').Contains(directory, StringComparer.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private bool RunsByName()
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(ProcessId);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false; // no such process
        }
    }
}
