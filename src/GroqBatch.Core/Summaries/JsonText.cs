using System.Globalization;
using System.Text;

namespace GroqBatch.Core.Summaries;

/// <summary>Unescapes JSON strings that .NET refuses to: a lone surrogate (<c>\ud800</c>) makes its reader throw, and U+0000 can't be stored.</summary>
internal static class JsonText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text of a JSON string whose syntax a reader has already checked; U+0000 and lone surrogates become U+FFFD.</summary>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = Encoding.UTF8.GetString(escaped);
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            switch (text[i])
            {
                case 'n':
                    result.Append('\n');
                    break;
                case 't':
                    result.Append('\t');
                    break;
                case 'r':
                    result.Append('\r');
                    break;
                case 'b':
                    result.Append('\b');
                    break;
                case 'f':
                    result.Append('\f');
                    break;
                case 'u':
                    i = AppendEscape(text, i, result);
                    break;
                default:
                    result.Append(text[i]);
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>Appends what <c>uXXXX</c> at <paramref name="at"/> stands for, with its second half, and gives the index of its last character.</summary>
    private static int AppendEscape(string text, int at, StringBuilder result)
    {
        var unit = Unit(text, at + 1);
        if (
            char.IsHighSurrogate(unit)
            && at + 10 < text.Length
            && text[at + 5] == '\\'
            && text[at + 6] == 'u'
            && Unit(text, at + 7) is var low
            && char.IsLowSurrogate(low)
        )
        {
            result.Append(unit).Append(low);
            return at + 10;
        }

        result.Append(unit == '\0' || char.IsSurrogate(unit) ? Replacement : unit);
        return at + 4;
    }

    private static char Unit(string text, int start) =>
        (char)ushort.Parse(text.AsSpan(start, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
