using System.Buffers;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Simulator.Summaries;

/// <summary>How a summary is to go wrong.</summary>
internal enum SummaryFlaw
{
    None,

    /// <summary>Title and description longer than asked for.</summary>
    OverLong,

    /// <summary>Properties missing, a foreign one present.</summary>
    OtherShape,

    /// <summary>Tools named, but not assisted.</summary>
    Contradiction,
}

/// <summary>Writes the summary document of a pull request from what its prompt shows. One instance serves many prompts, one after another.</summary>
internal sealed class SummaryComposer
{
    private static readonly SearchValues<char> NotASentence = SearchValues.Create("#<|>!`*-[");

    private const int MaxTitle = 100;
    private const int MaxDescription = 500;

    private static readonly (string Prefix, string Type)[] ConventionalPrefixes =
    [
        ("ci", "ci"),
        ("docs", "docs"),
        ("doc", "docs"),
        ("tests", "test"),
        ("test", "test"),
        ("hotfix", "bugfix"),
        ("bugfix", "bugfix"),
        ("fix", "bugfix"),
        ("feature", "feature"),
        ("feat", "feature"),
        ("refactor", "refactor"),
        ("perf", "refactor"),
        ("chore", "chore"),
        ("build", "chore"),
        ("deps", "chore"),
        ("style", "chore"),
        ("revert", "chore"),
        ("release", "chore"),
    ];

    // First match wins, in the order of the types.
    private static readonly (string Type, string[] Words)[] TypeWords =
    [
        ("ci", ["ci", "workflow", "workflows", "pipeline", "github action", "github actions"]),
        ("docs", ["docs", "readme", "documentation", "changelog", "typo"]),
        ("test", ["test", "tests", "e2e", "spec", "specs", "flaky"]),
        ("bugfix", ["fix", "fixes", "fixed", "bug", "hotfix", "crash", "broken", "regression", "prevent", "avoid", "handle"]),
        ("feature", ["add", "adds", "added", "implement", "introduce", "support", "create", "enable", "allow", "new", "feature"]),
        (
            "refactor",
            ["refactor", "rename", "cleanup", "clean up", "move", "extract", "simplify", "rewrite", "remove", "migrate", "replace"]
        ),
        ("chore", ["bump", "upgrade", "update", "release", "version", "deps", "dependency", "chore"]),
    ];

    private readonly FileEvidence _files = new();
    private readonly AiSigns _ai = new();
    private readonly StringBuilder _text = new();

    public void Write(Utf8JsonWriter json, ReadOnlySpan<char> prompt, SummaryFlaw flaw)
    {
        var pr = PullRequestText.Of(prompt);
        _files.Read(pr.Files.IsEmpty ? prompt : pr.Files);
        _ai.Read(pr);
        var type = TypeOf(pr.Title);
        var title = Cut(TitleOf(pr.Title), MaxTitle);
        var (additions, deletions, friction) = SizeOf(pr);
        var lines = additions + deletions;
        var scope =
            lines > 1000 || _files.Count > 40 ? "xlarge"
            : lines > 300 || _files.Count > 15 ? "large"
            : lines > 50 || _files.Count > 4 ? "medium"
            : "small";
        var risk =
            scope is "xlarge" || (_files.Sensitive && scope is "large") ? "high"
            : _files.Sensitive || scope is "large" ? "medium"
            : "low";
        var languages = _files.TopLanguages();
        var description = Cut(DescriptionOf(pr, type, title, languages), MaxDescription);

        json.WriteStartObject();
        json.WriteStartObject("ai"u8);
        json.WriteBoolean("is_assisted"u8, flaw != SummaryFlaw.Contradiction && _ai.IsAssisted);
        json.WriteStartArray("tools"u8);
        foreach (var tool in _ai.Named)
        {
            json.WriteStringValue(tool);
        }

        if (flaw == SummaryFlaw.Contradiction && _ai.Named.Count == 0)
        {
            json.WriteStringValue("Claude");
        }

        json.WriteEndArray();
        json.WriteString("usage_type"u8, flaw == SummaryFlaw.Contradiction ? "none" : _ai.Usage);
        json.WriteNumber("confidence"u8, Math.Round(_ai.Confidence, 2));
        json.WriteEndObject();
        if (flaw != SummaryFlaw.OtherShape)
        {
            json.WriteStartObject("tech"u8);
            WriteList(json, "languages"u8, languages);
            WriteList(json, "frameworks"u8, _files.Frameworks());
            json.WriteStartArray("categories"u8);
            WriteIf(json, _files.Backend, "backend"u8);
            WriteIf(json, _files.Frontend, "frontend"u8);
            WriteIf(json, _files.Devops, "devops"u8);
            WriteIf(json, _files.Mobile, "mobile"u8);
            WriteIf(json, _files.Data, "data"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartObject("summary"u8);
        json.WriteString("title"u8, flaw == SummaryFlaw.OverLong ? Repeat(title, 160) : title);
        json.WriteString("description"u8, flaw == SummaryFlaw.OverLong ? Repeat(description, 900) : description);
        json.WriteString("type"u8, type);
        json.WriteEndObject();
        if (flaw == SummaryFlaw.OtherShape)
        {
            json.WriteString("notes"u8, "This is another shape than was asked for.");
        }

        json.WriteStartObject("health"u8);
        json.WriteString("review_friction"u8, friction);
        json.WriteString("scope"u8, scope);
        json.WriteString("risk_level"u8, risk);
        json.WriteStartArray("insights"u8);
        WriteInsights(json, lines);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteIf(Utf8JsonWriter json, bool condition, ReadOnlySpan<byte> value)
    {
        if (condition)
        {
            json.WriteStringValue(value);
        }
    }

    private void WriteInsights(Utf8JsonWriter json, int lines)
    {
        if (_files.Tests == 0 && _files.Count > _files.Docs + _files.Workflows)
        {
            json.WriteStringValue("No test file is part of the change."u8);
        }
        else if (_files.Tests > 0)
        {
            json.WriteStringValue($"Changes {_files.Tests} test file{(_files.Tests == 1 ? "" : "s")} along with the code.");
        }

        if (_files.Sensitive)
        {
            json.WriteStringValue("Touches data migrations, access or payments."u8);
        }

        if (lines > 1000)
        {
            json.WriteStringValue($"With {lines} changed lines it is hard to review in one sitting.");
        }
    }

    private string TypeOf(ReadOnlySpan<char> title)
    {
        var end = title.IndexOf(':');
        if (end is > 0 and < 40)
        {
            var prefix = title[..end];
            var scope = prefix.IndexOf('(');
            prefix = (scope > 0 ? prefix[..scope] : prefix).TrimEnd('!').Trim();
            foreach (var (word, type) in ConventionalPrefixes)
            {
                if (prefix.Equals(word, StringComparison.OrdinalIgnoreCase))
                {
                    return type;
                }
            }
        }

        if (_files.Count > 0)
        {
            if (_files.Workflows == _files.Count)
            {
                return "ci";
            }

            if (_files.Docs == _files.Count)
            {
                return "docs";
            }

            if (_files.Tests == _files.Count)
            {
                return "test";
            }
        }

        foreach (var (type, words) in TypeWords)
        {
            foreach (var word in words)
            {
                if (HasWord(title, word))
                {
                    return type;
                }
            }
        }

        return "chore";
    }

    private static bool HasWord(ReadOnlySpan<char> text, string word)
    {
        while (true)
        {
            var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            var after = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (after == text.Length || !char.IsLetterOrDigit(text[after])))
            {
                return true;
            }

            text = text[after..];
        }
    }

    /// <summary>The title without its conventional prefix and number, beginning with a capital.</summary>
    private static string TitleOf(ReadOnlySpan<char> title)
    {
        var colon = title.IndexOf(':');
        if (colon is > 0 and < 40 && colon + 1 < title.Length && title[..colon].IndexOfAny(" .") < 0)
        {
            title = title[(colon + 1)..].Trim();
        }

        var number = title.LastIndexOf("(#");
        if (number > 0 && title.EndsWith(')'))
        {
            title = title[..number].Trim();
        }

        if (title.IsEmpty)
        {
            return "Untitled change";
        }

        return char.ToUpperInvariant(title[0]) + title[1..].ToString();
    }

    private string DescriptionOf(PullRequestText pr, string type, string title, List<string> languages)
    {
        _text.Clear();
        _text.Append(
            type switch
            {
                "ci" => "Changes the build pipeline: ",
                "docs" => "Improves the documentation: ",
                "test" => "Works on tests: ",
                "bugfix" => "Corrects a fault: ",
                "feature" => "Brings something new: ",
                "refactor" => "Restructures code without new behaviour: ",
                _ => "Housekeeping: ",
            }
        );
        _text.Append(title.TrimEnd('.')).Append(". ");
        AppendFirstSentence(pr.Body);
        if (_files.Count > 0)
        {
            _text.Append("Touches ").Append(_files.Count).Append(_files.Count == 1 ? " file" : " files");
            if (_files.Area.Length > 0)
            {
                _text.Append(_files.Count == 1 ? " in " : ", first in ").Append(_files.Area);
            }

            if (languages.Count > 0)
            {
                _text.Append(", mostly ").Append(languages[0]);
            }

            _text.Append('.');
        }

        return _text.ToString().TrimEnd();
    }

    /// <summary>
    /// The first sentence of the body, which may run over several lines: no heading, list, picture, table, quote, code, trailer or address.
    /// </summary>
    private void AppendFirstSentence(ReadOnlySpan<char> body)
    {
        const int longest = 300;
        var start = _text.Length;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf('\n');
            var line = (end < 0 ? body : body[..end]).Trim();
            body = end < 0 ? default : body[(end + 1)..];
            var begins = _text.Length == start;
            if (
                line.IsEmpty
                || NotASentence.Contains(line[0])
                || line.Contains("http", StringComparison.Ordinal)
                || line.Contains("-by:", StringComparison.Ordinal)
            )
            {
                if (begins)
                {
                    continue;
                }

                break;
            }

            if (begins && (line.Length < 20 || line[^1] == ':'))
            {
                continue;
            }

            var stop = line.IndexOf(". ");
            _text.Append(begins ? "" : " ").Append(stop > 0 ? line[..stop] : line);
            if (stop > 0 || line[^1] == '.' || _text.Length - start > longest)
            {
                break;
            }
        }

        if (_text.Length > start)
        {
            while (_text[^1] is '.' or ' ')
            {
                _text.Length--;
            }

            _text.Append(". ");
        }
    }

    private static (int Additions, int Deletions, string Friction) SizeOf(PullRequestText pr)
    {
        var (additions, deletions) = ReadSize(pr.Size);
        if (additions + deletions == 0)
        {
            (additions, deletions) = ReadSize(pr.Files);
        }

        var reviews = ChangesRequested(pr.Reviews);
        var friction =
            reviews >= 2 || pr.Reviews.Length > 4000 ? "high"
            : reviews == 1 || pr.Reviews.Length > 800 ? "medium"
            : "low";
        return (additions, deletions, friction);
    }

    /// <summary>Sums <c>+12</c> and <c>-3</c>, or takes <c>12 additions</c> and <c>3 deletions</c>.</summary>
    private static (int Additions, int Deletions) ReadSize(ReadOnlySpan<char> text)
    {
        int additions = 0,
            deletions = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            var sign = text[i];
            var startsNumber =
                char.IsAsciiDigit(text[i + 1]) && (i == 0 || char.IsWhiteSpace(text[i - 1]) || text[i - 1] is '(' or ',' or '/');
            if (sign is '+' or '-' or '−' && startsNumber)
            {
                var value = ReadNumber(text[(i + 1)..], out var length);
                additions = sign == '+' ? Add(additions, value) : additions;
                deletions = sign == '+' ? deletions : Add(deletions, value);
                i += length;
            }
            else if (char.IsAsciiDigit(sign))
            {
                var value = ReadNumber(text[i..], out var length);
                var after = text[(i + length)..].TrimStart();
                additions = after.StartsWith("addition", StringComparison.OrdinalIgnoreCase) ? Add(additions, value) : additions;
                deletions = after.StartsWith("deletion", StringComparison.OrdinalIgnoreCase) ? Add(deletions, value) : deletions;
                i += length - 1;
            }
        }

        return (additions, deletions);
    }

    private static int Add(int sum, int value) => (int)Math.Min(int.MaxValue / 4, (long)sum + value);

    private static int ReadNumber(ReadOnlySpan<char> text, out int length)
    {
        long value = 0;
        length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || (text[length] == ',' && length > 0)))
        {
            value = text[length] == ',' ? value : Math.Min(int.MaxValue / 4, (value * 10) + (text[length] - '0'));
            length++;
        }

        return (int)value;
    }

    /// <summary>How often a review asked for changes: each mention counts, and <c>2 CHANGES_REQUESTED</c> counts twice.</summary>
    private static int ChangesRequested(ReadOnlySpan<char> reviews)
    {
        var total = Occurrences(reviews, "changes_requested") + Occurrences(reviews, "changes requested");
        var at = reviews.IndexOf("CHANGES_REQUESTED", StringComparison.Ordinal);
        if (at > 1 && char.IsAsciiDigit(reviews[at - 2]))
        {
            var from = at - 2;
            while (from > 0 && char.IsAsciiDigit(reviews[from - 1]))
            {
                from--;
            }

            total += ReadNumber(reviews[from..], out _) - 1;
        }

        return total;
    }

    private static int Occurrences(ReadOnlySpan<char> text, string word)
    {
        var count = 0;
        int at;
        while ((at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            count++;
            text = text[(at + word.Length)..];
        }

        return count;
    }

    /// <summary>At most so many characters, cut at a word and never inside a surrogate pair.</summary>
    private static string Cut(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = text.LastIndexOf(' ', max - 1);
        end = end < max / 2 ? max - 1 : end;
        if (char.IsHighSurrogate(text[end - 1]))
        {
            end--;
        }

        return string.Concat(text.AsSpan(0, end).TrimEnd(), "…");
    }

    private static string Repeat(string text, int length)
    {
        var repeated = new StringBuilder(text);
        while (repeated.Length < length)
        {
            repeated.Append(" and ").Append(text.Length == 0 ? "more" : text);
        }

        return repeated.ToString();
    }
}
