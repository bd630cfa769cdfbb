using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Prompts;

/// <summary>
/// Lists changed files by path, those of a folder under its name. A list that is too long becomes totals by type and folder, and a sample that
/// keeps the spread: the largest file of each type, then of each folder, then the largest that are left.
/// </summary>
internal static class FileList
{
    /// <summary>More than this never fit: a line has at least three tokens.</summary>
    private const int MostListed = 400;

    private const int MostTotals = 20;
    private const int LongestPath = 200;
    private const int FolderDepth = 2;

    public static void Append(PromptBuffer to, IReadOnlyList<ChangedFile> files, int budget, TokenBudget tokens)
    {
        if (files.Count == 0)
        {
            return;
        }

        var sorted = ByPath(files);
        var start = to.Length;
        if (files.Count <= MostListed)
        {
            AppendLines(to, sorted);
            if (tokens.Fits(to.Text[start..], budget))
            {
                return;
            }
        }

        to.Truncate(start);
        AppendTotals(to, "By type: ", sorted, TypeOf);
        AppendTotals(to, "By folder: ", sorted, FolderOf);
        to.Append("Sample:\n");
        var sampleStart = to.Length;
        var inOrderOfInterest = Sample(sorted);

        // Totals of hostile names could fill the budget by themselves; then there is no sample.
        for (var count = Math.Min(inOrderOfInterest.Length, 120); count > 0; count = count * 3 / 4)
        {
            AppendLines(to, ByPath(inOrderOfInterest[..count]));
            if (tokens.Fits(to.Text[start..], budget))
            {
                return;
            }

            to.Truncate(sampleStart);
        }

        tokens.CutEnd(to, start, budget);
    }

    private static ChangedFile[] ByPath(IReadOnlyList<ChangedFile> files)
    {
        ChangedFile[] sorted = [.. files];
        Array.Sort(sorted, static (one, other) => string.CompareOrdinal(one.Path, other.Path));
        return sorted;
    }

    private static void AppendLines(PromptBuffer to, ChangedFile[] files)
    {
        for (var i = 0; i < files.Length; )
        {
            var folder = Folder(files[i].Path);
            var end = i + 1;
            while (end < files.Length && Folder(files[end].Path).SequenceEqual(folder))
            {
                end++;
            }

            var isGroup = end - i > 1 && !folder.IsEmpty;
            if (isGroup)
            {
                AppendPath(to, folder);
                to.Append('\n');
            }

            for (; i < end; i++)
            {
                AppendLine(to, files[i], isGroup ? folder.Length : 0);
            }
        }
    }

    private static void AppendLine(PromptBuffer to, ChangedFile file, int folderLength)
    {
        to.Append(folderLength > 0 ? " " : "").Append(Mark(file.Status));
        if (file.PreviousPath is { Length: > 0 } previous)
        {
            AppendPath(to, previous);
            to.Append(" → ");
        }

        AppendPath(to, file.Path.AsSpan(folderLength));
        if (file.Additions != 0)
        {
            to.Append(" +").AppendNumber(file.Additions);
        }

        if (file.Deletions != 0)
        {
            to.Append(" -").AppendNumber(file.Deletions);
        }

        to.Append('\n');
    }

    private static void AppendPath(PromptBuffer to, ReadOnlySpan<char> path)
    {
        if (path.Length <= LongestPath)
        {
            PromptText.Append(to, path, isLine: true);
            return;
        }

        PromptText.Append(to, path[..(LongestPath / 2)], isLine: true);
        to.Append('…');
        PromptText.Append(to, path[^(LongestPath / 2)..], isLine: true);
    }

    /// <summary>Modified is what most files are: it goes without saying.</summary>
    private static ReadOnlySpan<char> Mark(string status) =>
        status switch
        {
            "added" => "A ",
            "removed" => "D ",
            "renamed" => "R ",
            _ => "",
        };

    private static void AppendTotals(PromptBuffer to, ReadOnlySpan<char> title, ChangedFile[] files, Func<ChangedFile, string> key)
    {
        var totals = files.CountBy(key).OrderByDescending(total => total.Value).ThenBy(total => total.Key, StringComparer.Ordinal).ToList();
        to.Append(title);
        for (var i = 0; i < Math.Min(totals.Count, MostTotals); i++)
        {
            to.Append(i == 0 ? "" : ", ");
            PromptText.Append(to, totals[i].Key.AsSpan(0, Math.Min(totals[i].Key.Length, LongestPath / 4)), isLine: true);
            to.Append(' ');
            to.AppendCount(totals[i].Value);
        }

        if (totals.Count > MostTotals)
        {
            to.Append(" and ").AppendCount(totals.Count - MostTotals).Append(" more");
        }

        to.Append('\n');
    }

    private static ChangedFile[] Sample(ChangedFile[] files)
    {
        ChangedFile[] largestFirst =
        [
            .. files.OrderByDescending(file => (long)file.Additions + file.Deletions).ThenBy(file => file.Path, StringComparer.Ordinal),
        ];
        return
        [
            .. largestFirst
                .DistinctBy(TypeOf, StringComparer.Ordinal)
                .Take(MostTotals * 2)
                .Concat(largestFirst.DistinctBy(FolderOf, StringComparer.Ordinal).Take(MostTotals * 2))
                .Concat(largestFirst)
                .Distinct(),
        ];
    }

    private static ReadOnlySpan<char> Folder(string path) => path.AsSpan(0, path.LastIndexOf('/') + 1);

    private static string TypeOf(ChangedFile file)
    {
        var name = file.Path.AsSpan(file.Path.LastIndexOf('/') + 1);
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[dot..].ToString() : name.ToString();
    }

    private static string FolderOf(ChangedFile file)
    {
        var end = 0;
        for (var depth = 0; depth < FolderDepth; depth++)
        {
            var slash = file.Path.IndexOf('/', end);
            if (slash < 0)
            {
                break;
            }

            end = slash + 1;
        }

        return end == 0 ? "(top)" : file.Path[..end];
    }
}
