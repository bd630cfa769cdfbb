namespace GroqBatch.Core.Prompts;

/// <summary>
/// Brings text of a pull request into a prompt: what people can't see goes (controls, terminal colours, direction overrides, zero-width and
/// tag characters, HTML comments of templates), what says nothing shrinks (runs of blanks, words without end), and nothing in it can be taken
/// for a delimiter of the prompt or of the model's own chat format.
/// </summary>
internal static class PromptText
{
    /// <summary>All delimiters of the prompt begin so; <see cref="Append"/> never lets it through from text.</summary>
    public const string DelimiterName = "pr-";

    /// <summary>Stands for <c>&lt;</c> where text would forge a delimiter.</summary>
    private const char Escape = '‹';

    private const int LongestWord = 400;
    private const int KeptOfWordStart = 250;
    private const int KeptOfWordEnd = 100;
    private const int MostBlanks = 16;

    /// <summary>Appends a text.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="text">As it came.</param>
    /// <param name="isLine">Whether line breaks become blanks.</param>
    /// <returns>True when words were cut in themselves: what stood there has to be searched for evidence.</returns>
    public static bool Append(PromptBuffer to, ReadOnlySpan<char> text, bool isLine = false)
    {
        var start = to.Length;
        var wordStart = to.Length;
        var blanks = 0;
        var breaks = 0;
        var hasCutWords = false;
        var mayHaveCommentEnd = true;

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                if (c is ' ' or '\t')
                {
                    blanks += c == '\t' ? 2 : 1;
                    continue;
                }

                if (c is '\n' or '\r')
                {
                    // A carriage return alone ends a line too, but not twice with its line feed.
                    breaks += c == '\n' || i + 1 == text.Length || text[i + 1] != '\n' ? 1 : 0;
                    blanks = 0;
                    continue;
                }

                if (c < ' ' || c == 0x7F)
                {
                    i += c == 0x1B ? LengthOfTerminalSequence(text[(i + 1)..]) : 0;
                    continue;
                }

                if (c == '<' && mayHaveCommentEnd && text[i..].StartsWith("<!--"))
                {
                    var end = text[(i + 4)..].IndexOf("-->");
                    mayHaveCommentEnd = end >= 0;
                    if (end >= 0 && !AiSignals.NamesTool(text.Slice(i + 4, end)))
                    {
                        i += 4 + end + 2;
                        continue;
                    }
                }
            }
            else if (IsHidden(c))
            {
                continue;
            }
            else if (c is '\u2028' or '\u2029')
            {
                breaks++;
                blanks = 0;
                continue;
            }
            else if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    c = '\uFFFD';
                }
                else if (c == 0xDB40)
                {
                    // Tag characters and variation selectors beyond the BMP: invisible, and used to hide instructions.
                    i++;
                    continue;
                }
            }
            else if (char.IsWhiteSpace(c))
            {
                blanks++;
                continue;
            }

            if (breaks > 0 || blanks > 0)
            {
                hasCutWords |= EndWord(to, wordStart);
                AppendSpace(to, start, isLine, breaks, blanks);
                breaks = blanks = 0;
                wordStart = to.Length;
            }
            else if (c is >= '\u3001' and <= '\u303F' or >= '\uFF01' and <= '\uFF0F' or '\uFF1A' or '\uFF1B' or '\uFF1F')
            {
                // Chinese and Japanese have no blanks: their punctuation ends a word.
                hasCutWords |= EndWord(to, wordStart);
                wordStart = to.Length;
            }

            to.Append(c);
            if (c is '-' or '|')
            {
                Disarm(to, start, c);
            }
            else if (char.IsHighSurrogate(c))
            {
                to.Append(text[++i]);
            }
        }

        return EndWord(to, wordStart) || hasCutWords;
    }

    /// <summary>Ends at a character boundary at or before an index.</summary>
    public static int Floor(ReadOnlySpan<char> text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]) ? index - 1 : index;

    /// <summary>Appends the mark that stands where text was cut.</summary>
    public static void AppendMark(PromptBuffer to, long cut, ReadOnlySpan<char> what)
    {
        to.Append("[… ").AppendCount(cut).Append(" ").Append(what).Append(" cut …]");
    }

    private static void AppendSpace(PromptBuffer to, int start, bool isLine, int breaks, int blanks)
    {
        if (to.Length == start)
        {
            return;
        }

        if (breaks > 0 && !isLine)
        {
            to.Append('\n');
            if (breaks > 1)
            {
                to.Append('\n');
            }
        }

        for (var i = isLine ? 1 : Math.Min(blanks, MostBlanks); i > 0; i--)
        {
            to.Append(' ');
        }
    }

    /// <summary>Takes the middle out of a word that no person reads (a data URI, minified code, a hostile run without a blank).</summary>
    private static bool EndWord(PromptBuffer to, int wordStart)
    {
        var word = to.Text[wordStart..];
        if (word.Length <= LongestWord)
        {
            return false;
        }

        var tail = word[Floor(word, word.Length - KeptOfWordEnd)..].ToString();
        var kept = Floor(word, KeptOfWordStart);
        var cut = word.Length - kept - tail.Length;
        to.Truncate(wordStart + kept);
        AppendMark(to, cut, "characters");
        to.Append(tail);
        return true;
    }

    /// <summary>
    /// Looks back from a character that completes a forged delimiter (<c>&lt;pr-</c>, <c>&lt; / PR-</c>, <c>&lt;|</c>) and replaces its bracket.
    /// Working on what has been written, it can't be deceived by hidden characters between.
    /// </summary>
    private static void Disarm(PromptBuffer to, int start, char last)
    {
        var i = to.Length - 2;
        if (last == '-')
        {
            if (i - 1 <= start || to[i] is not ('r' or 'R') || to[i - 1] is not ('p' or 'P'))
            {
                return;
            }

            for (i -= 2; i > start && to[i] is ' ' or '/' or '\n'; i--) { }
        }

        if (i >= start && to[i] == '<')
        {
            to[i] = Escape;
        }
    }

    /// <summary>Characters that are not seen and change how the rest is read; the joiners of scripts and emoji stay.</summary>
    private static bool IsHidden(char c) =>
        c
            is >= '\u0080'
                and <= '\u009F'
                or '\u00AD'
                or '\u061C'
                or '\u115F'
                or '\u1160'
                or '\u180E'
                or '\u200B'
                or '\u200E'
                or '\u200F'
                or >= '\u202A'
                and <= '\u202E'
                or >= '\u2060'
                and <= '\u206F'
                or '\u3164'
                or '\uFEFF'
                or '\uFFA0'
                or >= '\uFFF9'
                and <= '\uFFFB'
                or '\uFFFE'
                or '\uFFFF';

    /// <summary>How much after an escape character belongs to a terminal's colour or cursor sequence, such as <c>[31;1m</c>.</summary>
    private static int LengthOfTerminalSequence(ReadOnlySpan<char> rest)
    {
        const int Longest = 32;
        if (rest.IsEmpty || rest[0] != '[')
        {
            return 0;
        }

        for (var i = 1; i < Math.Min(rest.Length, Longest); i++)
        {
            if (rest[i] is >= '@' and <= '~')
            {
                return i + 1;
            }

            if (rest[i] is < ' ' or > '?')
            {
                break;
            }
        }

        return 0;
    }
}
