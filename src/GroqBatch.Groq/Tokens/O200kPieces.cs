namespace GroqBatch.Groq.Tokens;

/// <summary>
/// Takes ASCII text apart as o200k_base does before it looks for tokens, without the regular expression that says so:
/// <code>
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// \p{N}{1,3}
/// \x20?[^\s\p{L}\p{N}]+[\r\n/]*
/// \s*[\r\n]+
/// \s+(?!\S)
/// \s+
/// </code>
/// The first of these that matches wins. A token never spans two pieces, so the tokens of a text are those of its pieces.
/// </summary>
internal static class O200kPieces
{
    private const byte Other = 0;
    private const byte Upper = 1;
    private const byte Lower = 2;
    private const byte Digit = 3;
    private const byte Blank = 4;
    private const byte Break = 5;
    private const byte Foreign = 6;

    /// <summary>What each ASCII character is; controls that are no white space count as punctuation, as in the expression.</summary>
    private static readonly byte[] Kinds = MakeKinds();

    /// <summary>Where the piece that begins at an index ends; -1 where that hangs on a character beyond ASCII.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where a piece begins; before the text's end.</param>
    public static int End(ReadOnlySpan<char> text, int start)
    {
        var kind = KindAt(text, start);
        switch (kind)
        {
            case Upper or Lower:
                return Word(text, start);
            case Digit:
                return Number(text, start);
            case Foreign:
                return -1;
        }

        if (kind != Break && start + 1 < text.Length)
        {
            // Any one character but a line's end belongs to the word behind it.
            var next = KindAt(text, start + 1);
            if (next is Upper or Lower)
            {
                return Word(text, start + 1);
            }

            if (next == Foreign)
            {
                return -1;
            }

            if (text[start] == ' ' && next == Other)
            {
                return Punctuation(text, start + 1);
            }
        }

        return kind == Other ? Punctuation(text, start) : WhiteSpace(text, start);
    }

    /// <summary>Capitals, then small letters, then an English ending.</summary>
    private static int Word(ReadOnlySpan<char> text, int start)
    {
        var at = start;
        while (at < text.Length && KindAt(text, at) == Upper)
        {
            at++;
        }

        while (at < text.Length && KindAt(text, at) == Lower)
        {
            at++;
        }

        if (at == text.Length)
        {
            return at;
        }

        // A letter beyond ASCII, or a mark on the last one, would go on with the word.
        return KindAt(text, at) == Foreign ? -1
            : text[at] == '\'' ? Ending(text, at)
            : at;
    }

    private static int Ending(ReadOnlySpan<char> text, int apostrophe)
    {
        var rest = text[(apostrophe + 1)..];
        if (rest.IsEmpty)
        {
            return apostrophe;
        }

        // Letters beyond ASCII may count as these in another case.
        if (rest[0] >= 0x80 || (rest.Length > 1 && rest[1] >= 0x80))
        {
            return -1;
        }

        var first = rest[0] | 0x20;
        var second = rest.Length > 1 ? rest[1] | 0x20 : 0;
        return first switch
        {
            's' or 't' or 'm' or 'd' => apostrophe + 2,
            'r' or 'v' when second == 'e' => apostrophe + 3,
            'l' when second == 'l' => apostrophe + 3,
            _ => apostrophe,
        };
    }

    private static int Number(ReadOnlySpan<char> text, int start)
    {
        const int Longest = 3;
        var at = start + 1;
        while (at < text.Length && at - start < Longest && KindAt(text, at) == Digit)
        {
            at++;
        }

        return at - start < Longest && at < text.Length && KindAt(text, at) == Foreign ? -1 : at;
    }

    private static int Punctuation(ReadOnlySpan<char> text, int start)
    {
        var at = start;
        while (at < text.Length && KindAt(text, at) == Other)
        {
            at++;
        }

        if (at < text.Length && KindAt(text, at) == Foreign)
        {
            return -1;
        }

        while (at < text.Length && text[at] is '\r' or '\n' or '/')
        {
            at++;
        }

        return at;
    }

    private static int WhiteSpace(ReadOnlySpan<char> text, int start)
    {
        var at = start;
        var afterBreak = -1;
        for (; at < text.Length; at++)
        {
            var kind = KindAt(text, at);
            if (kind == Break)
            {
                afterBreak = at + 1;
            }
            else if (kind != Blank)
            {
                if (kind == Foreign)
                {
                    return -1;
                }

                break;
            }
        }

        // Up to the last line's end; else all but the last blank, which belongs to what follows it.
        return afterBreak >= 0 ? afterBreak
            : at == text.Length || at - start == 1 ? at
            : at - 1;
    }

    private static byte KindAt(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        return c < Kinds.Length ? Kinds[c] : Foreign;
    }

    private static byte[] MakeKinds()
    {
        var kinds = new byte[128];
        for (var c = '\0'; c < kinds.Length; c++)
        {
            kinds[c] = c switch
            {
                '\r' or '\n' => Break,
                >= 'A' and <= 'Z' => Upper,
                >= 'a' and <= 'z' => Lower,
                >= '0' and <= '9' => Digit,
                ' ' or '\t' or '\v' or '\f' => Blank,
                _ => Other,
            };
        }

        return kinds;
    }
}
