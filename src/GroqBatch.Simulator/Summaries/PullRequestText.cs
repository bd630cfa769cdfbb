using System.Buffers;

namespace GroqBatch.Simulator.Summaries;

/// <summary>
/// Finds its way in a prompt about a pull request, whatever the exact form of its sections: <c>Title: ...</c>, <c>## Title</c> with the text
/// below, or <c>&lt;title&gt;...&lt;/title&gt;</c>. Nothing in it is ever obeyed, only looked at.
/// </summary>
internal ref struct PullRequestText
{
    private enum Section
    {
        None,
        Repository,
        Title,
        Author,
        Size,
        Files,
        Commits,
        Reviews,
        Comments,
        Body,
        Other,
    }

    private static readonly SearchValues<char> HeadingDressing = SearchValues.Create("#<>*[]=-: \t");

    private static readonly (string Word, Section Section)[] Headings =
    [
        ("repository", Section.Repository),
        ("repo", Section.Repository),
        ("title", Section.Title),
        ("author", Section.Author),
        ("user", Section.Author),
        ("size", Section.Size),
        ("changes", Section.Size),
        ("changed files", Section.Files),
        ("files changed", Section.Files),
        ("files", Section.Files),
        ("commit messages", Section.Commits),
        ("commits", Section.Commits),
        ("reviews", Section.Reviews),
        ("comments", Section.Comments),
        ("description", Section.Body),
        ("body", Section.Body),
        ("state", Section.Other),
        ("labels", Section.Other),
        ("status", Section.Other),
        ("number", Section.Other),
        ("pull request", Section.Other),
    ];

    public ReadOnlySpan<char> All;
    public ReadOnlySpan<char> Repository;
    public ReadOnlySpan<char> Title;
    public ReadOnlySpan<char> Author;
    public ReadOnlySpan<char> Size;
    public ReadOnlySpan<char> Files;
    public ReadOnlySpan<char> Reviews;
    public ReadOnlySpan<char> Body;

    /// <summary>Takes the prompt apart. Parts that are not found stay empty; a title is found in any text that has one.</summary>
    public static PullRequestText Of(ReadOnlySpan<char> prompt)
    {
        var found = new PullRequestText { All = prompt };
        var section = Section.None;
        var sectionStart = 0;
        var position = 0;
        var firstLine = ReadOnlySpan<char>.Empty;
        while (position < prompt.Length)
        {
            var end = prompt[position..].IndexOf('\n');
            var next = end < 0 ? prompt.Length : position + end + 1;
            var line = prompt[position..(end < 0 ? prompt.Length : position + end)].TrimEnd('\r');
            if (firstLine.IsEmpty && !line.IsWhiteSpace())
            {
                firstLine = line.Trim();
            }

            // The body comes last and may itself have headings, which are then no sections of ours.
            if (section != Section.Body && TryReadHeading(line, out var heading, out var inline) && found.Of(heading).IsEmpty)
            {
                found.Set(section, prompt[sectionStart..position]);
                section = heading;
                sectionStart = next;
                if (!inline.IsEmpty && heading is not (Section.Files or Section.Body or Section.Commits))
                {
                    found.Set(heading, inline);
                    section = Section.None;
                }
                else if (!inline.IsEmpty)
                {
                    sectionStart = position + (int)(line.Length - inline.Length);
                }
            }

            position = next;
        }

        found.Set(section, prompt[sectionStart..]);
        found.Body = WithoutEnd(found.Body);
        found.Files = WithoutEnd(found.Files);
        found.Reviews = WithoutEnd(found.Reviews);
        found.Title = FirstLineOf(found.Title);
        found.Author = FirstLineOf(found.Author);
        if (found.Title.IsEmpty)
        {
            found.Title = firstLine.TrimStart("#* ");
        }

        return found;
    }

    private static bool TryReadHeading(ReadOnlySpan<char> line, out Section section, out ReadOnlySpan<char> inline)
    {
        section = Section.None;
        inline = default;
        // A heading and what follows it on the line begin within the first characters; long lines are text.
        var from = line.IndexOfAnyExcept(HeadingDressing);
        if (from < 0 || from > 6)
        {
            return false;
        }

        var dressed = from > 0 && line[..from].IndexOfAny("#<*[=") >= 0;
        var rest = line[from..];
        if (dressed && rest.StartsWith("pr-", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest["pr-".Length..];
        }

        foreach (var (word, candidate) in Headings)
        {
            if (!rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var after = rest[word.Length..];
            // "Files (12)" and "Files: 12 changed" are headings, "filesystem" is not.
            if (after.Length > 0 && char.IsLetterOrDigit(after[0]))
            {
                continue;
            }

            var trimmed = after.TrimStart();
            if (trimmed.StartsWith('('))
            {
                var close = trimmed.IndexOf(')');
                trimmed = close < 0 ? trimmed : trimmed[(close + 1)..];
            }

            trimmed = trimmed.TrimStart("*]> \t");
            var hasColon = trimmed.StartsWith(':') || after.TrimStart().StartsWith('>');
            trimmed = trimmed.TrimStart(":*]> =\t");
            if (!dressed && !hasColon && trimmed.Length > 0)
            {
                return false;
            }

            var closing = trimmed.LastIndexOf("</");
            inline = (closing >= 0 && line[from - 1 < 0 ? 0 : from - 1] == '<' ? trimmed[..closing] : trimmed).Trim();
            section = candidate;
            return dressed || hasColon || trimmed.Length == 0;
        }

        return false;
    }

    /// <summary>What stands before the tag that closes the section, if it has one.</summary>
    private static ReadOnlySpan<char> WithoutEnd(ReadOnlySpan<char> text)
    {
        var end = text.LastIndexOf("\n</");
        while (end > 0 && text[..end].LastIndexOf("\n</") is > 0 and var earlier && text[earlier..end].Length < 40)
        {
            end = earlier;
        }

        return end < 0 ? text : text[..end];
    }

    private static ReadOnlySpan<char> FirstLineOf(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var end = text.IndexOf('\n');
        var line = (end < 0 ? text : text[..end]).Trim();
        return line.StartsWith("</") ? default : line;
    }

    private readonly ReadOnlySpan<char> Of(Section section) =>
        section switch
        {
            Section.Repository => Repository,
            Section.Title => Title,
            Section.Author => Author,
            Section.Size => Size,
            Section.Files => Files,
            Section.Reviews => Reviews,
            Section.Body => Body,
            _ => default,
        };

    private void Set(Section section, ReadOnlySpan<char> text)
    {
        switch (section)
        {
            case Section.Repository:
                Repository = text;
                break;
            case Section.Title:
                Title = text;
                break;
            case Section.Author:
                Author = text;
                break;
            case Section.Size:
                Size = text;
                break;
            case Section.Files:
                Files = text;
                break;
            case Section.Reviews:
                Reviews = text;
                break;
            case Section.Body:
                Body = text;
                break;
        }
    }
}
