using GroqBatch.Core.Prompts;

namespace GroqBatch.Core.Tests.Prompts;

/// <summary>
/// A tokenizer in small: up to four letters or digits are a token, a blank joins the word behind it, anything else in ASCII is one token a
/// character and other scripts two. Never more tokens than bytes, as with the real ones.
/// </summary>
internal sealed class RoughCounter : ITokenCounter
{
    private int _calls;

    /// <summary>How often it was asked.</summary>
    public int Calls => _calls;

    public int Count(ReadOnlySpan<char> text)
    {
        Interlocked.Increment(ref _calls);
        return Walk(text, int.MaxValue).Tokens;
    }

    public int Fit(ReadOnlySpan<char> text, int maxTokens)
    {
        Interlocked.Increment(ref _calls);
        return Walk(text, maxTokens).Length;
    }

    private static (int Length, int Tokens) Walk(ReadOnlySpan<char> text, int maxTokens)
    {
        var tokens = 0;
        for (var i = 0; i < text.Length; )
        {
            var start = i;
            i += text[i] == ' ' && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i + 1]) ? 1 : 0;
            var word = i;
            while (i < text.Length && i - word < 4 && char.IsAsciiLetterOrDigit(text[i]))
            {
                i++;
            }

            var cost = 1;
            if (i == word)
            {
                cost = text[i] < 0x80 ? 1 : 2;
                i++;
            }

            if (tokens + cost > maxTokens)
            {
                return (start, tokens);
            }

            tokens += cost;
        }

        return (text.Length, tokens);
    }
}
