namespace GroqBatch.Simulator.Storage;

/// <summary>
/// Where things lie. Every object is a file that appears whole and never changes afterwards, so that any number of processes may serve the
/// folder and any of them may be killed at any moment.
/// </summary>
internal sealed class SimulatorFolder
{
    /// <summary>What a killed process left half-written is removed at a later start, once nobody can be at work on it any more.</summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(6);

    public SimulatorFolder(string root)
    {
        Root = Path.GetFullPath(root);
    }

    public string Root { get; }

    public string Files => Path.Combine(Root, "files");

    public string Batches => Path.Combine(Root, "batches");

    public string Answers => Path.Combine(Root, "answers");

    public string Faults => Path.Combine(Root, "faults");

    public string Ledger => Path.Combine(Root, "ledger");

    public void Create()
    {
        foreach (var folder in (string[])[Files, Batches, Answers, Faults, Ledger])
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>Removes what killed processes left half-written.</summary>
    /// <param name="now">By the file system's clock.</param>
    public void Sweep(DateTimeOffset now)
    {
        foreach (var folder in (string[])[Files, Batches, Answers, Faults])
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, AtomicFile.TemporaryPrefix + "*"))
            {
                try
                {
                    if (now.UtcDateTime - File.GetLastWriteTimeUtc(path) < AbandonedAfter)
                    {
                        continue;
                    }

                    if (Directory.Exists(path))
                    {
                        Directory.Delete(path, recursive: true);
                    }
                    else
                    {
                        File.Delete(path);
                    }
                }
                catch (IOException)
                {
                    // Another process swept it first.
                }
            }
        }
    }

    /// <summary>An id as it came over the wire is part of a path only if it cannot lead anywhere else.</summary>
    public static bool IsPlainId(string id) => id.Length is > 0 and <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
