using System.IO.Enumeration;
using GroqBatch.Cli.Shell;

namespace GroqBatch.Cli.Import;

/// <summary>Files by name or pattern. A shell expands patterns before we see them; where none does (quotes, Windows, cron), we do.</summary>
internal static class FilePatterns
{
    /// <summary>The files that names and patterns mean, each once, patterns in order of name.</summary>
    /// <param name="patterns">Names, or patterns with <c>*</c>, <c>?</c> and <c>**</c> (any number of folders).</param>
    /// <exception cref="UsageException">One of them means no file; says which.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> patterns)
    {
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            // A file may have such a character in its name.
            var found =
                File.Exists(pattern) ? [pattern]
                : pattern.AsSpan().ContainsAny('*', '?') ? Match(pattern)
                : throw new UsageException(
                    Directory.Exists(pattern)
                        ? $"{pattern} is a folder; name its files, such as {Path.Combine(pattern, "*.jsonl.gz")}"
                        : $"There is no file {pattern}"
                );
            if (found.Count == 0)
            {
                throw new UsageException($"No file matches {pattern}");
            }

            files.AddRange(found.Where(file => seen.Add(Path.GetFullPath(file))));
        }

        return files;
    }

    private static List<string> Match(string pattern)
    {
        var root = Path.GetPathRoot(pattern) ?? "";
        var parts = pattern[root.Length..]
            .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        var folders = new List<string> { root };
        foreach (var part in parts[..^1])
        {
            folders = part switch
            {
                "**" => [.. folders.SelectMany(WithAllBelow).Distinct(StringComparer.Ordinal)],
                _ when part.AsSpan().ContainsAny('*', '?') =>
                [
                    .. folders.SelectMany(folder => Entries(folder, part, Directory.EnumerateDirectories)),
                ],
                _ => [.. folders.Select(folder => Path.Combine(folder, part)).Where(Directory.Exists)],
            };
        }

        return [.. folders.SelectMany(folder => Entries(folder, parts[^1], Directory.EnumerateFiles))];
    }

    private static IEnumerable<string> WithAllBelow(string folder) =>
        [
            folder,
            .. Directory
                .EnumerateDirectories(OrCurrent(folder), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(below => Shown(folder, below)),
        ];

    private static IEnumerable<string> Entries(string folder, string pattern, Func<string, IEnumerable<string>> enumerate) =>
        enumerate(OrCurrent(folder))
            .Where(entry =>
                FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(entry), ignoreCase: OperatingSystem.IsWindows())
            )
            // As shells do: a hidden file is meant only by name.
            .Where(entry => pattern.StartsWith('.') || !Path.GetFileName(entry).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Select(entry => Shown(folder, entry));

    private static string OrCurrent(string folder) => folder.Length == 0 ? "." : folder;

    private static string Shown(string folder, string entry) => folder.Length == 0 ? Path.GetRelativePath(".", entry) : entry;
}
