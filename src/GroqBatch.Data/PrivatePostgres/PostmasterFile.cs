using System.Globalization;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// <c>postmaster.pid</c> of a data directory: line 1 the server's process id, line 4 its port. It outlives a server that was killed, and
/// then the id may belong to a zombie, to nobody, or to somebody else.
/// </summary>
internal sealed record PostmasterFile(string DataDirectory, string Text, int ProcessId, int? Port)
{
    /// <summary>The file as it is now; null when there is none (or none that can be read yet).</summary>
    public static PostmasterFile? Read(string dataDirectory)
    {
        string text;
        try
        {
            text = File.ReadAllText(PathIn(dataDirectory));
        }
        catch (IOException)
        {
            return null;
        }

        var lines = text.Split('\n');
        return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
            ? new PostmasterFile(
                dataDirectory,
                text,
                processId,
                lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null
            )
            : null;
    }

    /// <summary>Whether the server that wrote the file still runs.</summary>
    public bool ServerRuns() => IsOfThisCluster(ProcessId);

    /// <summary>
    /// Removes the file of a server that is gone. PostgreSQL does so by itself, but not where the id lives on as a zombie (in a container
    /// without an init process: for ever) or has been given to another process.
    /// </summary>
    /// <returns>False when a process of the dead server still works on the data: then its file must stay, and the caller wait.</returns>
    public bool TryRemove()
    {
        if (OperatingSystem.IsLinux())
        {
            var others = Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) ? id : 0);
            if (others.Any(id => id > 0 && IsOfThisCluster(id)))
            {
                return false;
            }
        }

        File.Delete(PathIn(DataDirectory));
        return true;
    }

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "postmaster.pid");

    private bool IsOfThisCluster(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(processId);
                return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        try
        {
            // "42 (postgres) S 1 ...": the name may hold blanks and brackets, the state comes after the last bracket.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            if (
                stat[(stat.LastIndexOf(')') + 1)..].TrimStart() is ['Z' or 'X', ..]
                || !stat.Contains("(postgres", StringComparison.Ordinal)
            )
            {
                return false;
            }

            // Every process of a server has its data directory as working directory. Its path may be another one than ours (links), so
            // what counts is whether the same file lies there.
            return File.ReadAllText($"/proc/{processId}/cwd/postmaster.pid") == Text;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or is somebody else's: ours belong to this account, and root may look at all of them.
            return false;
        }
    }
}
