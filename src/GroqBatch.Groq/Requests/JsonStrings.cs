using System.Buffers;
using System.Text;

namespace GroqBatch.Groq.Requests;

/// <summary>Escapes text for JSON as little as JSON allows: the framework's encoders write emoji as twelve bytes instead of four.</summary>
internal static class JsonStrings
{
    private static readonly SearchValues<char> MustBeEscaped = SearchValues.Create([
        '"',
        '\\',
        .. Enumerable.Range(0, 0x20).Select(code => (char)code),
        '\u2028',
        '\u2029',
    ]);

    /// <summary>Writes what stands between the quotes of a JSON string. Lone surrogates become U+FFFD.</summary>
    public static void WriteEscaped(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(MustBeEscaped);
            plain = plain < 0 ? text.Length : plain;
            if (plain > 0)
            {
                Encoding.UTF8.GetBytes(text[..plain], output);
                text = text[plain..];
                continue;
            }

            switch (text[0])
            {
                case '\n':
                    output.Write("\\n"u8);
                    break;
                case '\t':
                    output.Write("\\t"u8);
                    break;
                case '"':
                    output.Write("\\\""u8);
                    break;
                case '\\':
                    output.Write("\\\\"u8);
                    break;
                default:
                    // Separators of lines beyond ASCII are legal in JSON, but some readers split lines at them.
                    var span = output.GetSpan(6);
                    "\\u"u8.CopyTo(span);
                    ((int)text[0]).TryFormat(span[2..], out _, "x4");
                    output.Advance(6);
                    break;
            }

            text = text[1..];
        }
    }
}
