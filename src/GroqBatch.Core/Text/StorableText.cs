using System.Globalization;
using System.Text;

namespace GroqBatch.Core.Text;

/// <summary>
/// Makes text storable in PostgreSQL. Its text and jsonb types refuse U+0000 (SQLSTATE 22021, as an escape in jsonb 22P05), and a lone surrogate
/// has no UTF-8 form (as an escape in jsonb: 22P02). One such value fails the whole COPY it is in, so each becomes U+FFFD on the way in.
/// </summary>
/// <remarks>Text that needs no change is returned as the same instance, after a vectorised look.</remarks>
public static class StorableText
{
    private const string Replacement = "\uFFFD";

    /// <summary>Cleans text that is stored as it is: U+0000 and each lone surrogate become U+FFFD.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="replaced">How many characters were replaced.</param>
    public static string Clean(string text, out int replaced)
    {
        ArgumentNullException.ThrowIfNull(text);
        replaced = 0;
        var first = FirstSuspectCharacter(text);
        return first < 0 ? text : CleanFrom(text, first, inJson: false, out replaced);
    }

    /// <summary>
    /// Cleans the text of a JSON document: what <see cref="Clean"/> replaces, and the same characters written as escapes (<c>\u0000</c>,
    /// <c>\ud83d</c> without its other half). An escaped backslash before a <c>u</c> (<c>\\u0000</c>) is plain text and stays.
    /// </summary>
    /// <param name="json">JSON text; need not be valid.</param>
    /// <param name="replaced">How many characters were replaced, an escape counting as one.</param>
    public static string CleanJson(string json, out int replaced)
    {
        ArgumentNullException.ThrowIfNull(json);
        replaced = 0;
        var raw = FirstSuspectCharacter(json);
        var escape = json.AsSpan().IndexOf("\\u", StringComparison.Ordinal);

        // From the first backslash, not from the first \u: whether a backslash begins an escape depends on those before it.
        var first = escape < 0 ? raw : Math.Min(raw < 0 ? int.MaxValue : raw, json.IndexOf('\\', StringComparison.Ordinal));
        return first < 0 ? json : CleanFrom(json, first, inJson: true, out replaced);
    }

    /// <summary>The beginning of a text, at most so long and never ending in half a character.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="length">In UTF-16 units, at least 1.</param>
    public static string Cut(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private static int FirstSuspectCharacter(ReadOnlySpan<char> text)
    {
        var nul = text.IndexOf('\0');
        var surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        return nul < 0 ? surrogate
            : surrogate < 0 ? nul
            : Math.Min(nul, surrogate);
    }

    private static string CleanFrom(string text, int start, bool inJson, out int replaced)
    {
        replaced = 0;
        StringBuilder? clean = null; // made at the first replacement: most suspects are whole pairs or harmless escapes
        var kept = 0;
        var i = start;
        while (i < text.Length)
        {
            var c = text[i];
            int length; // of what stands at i
            string? with = null; // what replaces it
            if (c == '\\' && inJson)
            {
                if (TryReadEscape(text, i, out var unit))
                {
                    length = 6;
                    if (char.IsHighSurrogate(unit) && TryReadEscape(text, i + 6, out var low) && char.IsLowSurrogate(low))
                    {
                        length = 12;
                    }
                    else if (unit == '\0' || char.IsSurrogate(unit))
                    {
                        with = "\\ufffd";
                    }
                }
                else
                {
                    // An escaped backslash goes with its backslash, so that \\u0000 is left alone.
                    length = i + 1 < text.Length && text[i + 1] == '\\' ? 2 : 1;
                }
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                length = 2;
            }
            else
            {
                length = 1;
                if (c == '\0' || char.IsSurrogate(c))
                {
                    with = Replacement;
                }
            }

            if (with is not null)
            {
                clean ??= new StringBuilder(text.Length + 16);
                clean.Append(text, kept, i - kept).Append(with);
                kept = i + length;
                replaced++;
            }

            i += length;
        }

        return clean is null ? text : clean.Append(text, kept, text.Length - kept).ToString();
    }

    private static bool TryReadEscape(string text, int at, out char unit)
    {
        unit = '\0';
        if (
            at + 6 > text.Length
            || text[at] != '\\'
            || text[at + 1] != 'u'
            || !ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        )
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
