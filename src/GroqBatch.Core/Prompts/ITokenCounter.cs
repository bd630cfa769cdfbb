namespace GroqBatch.Core.Prompts;

/// <summary>
/// Counts tokens as the models of the ladder do. A token is at least one byte of UTF-8, so a text whose bytes fit a budget needs no counting.
/// Safe to call from several threads.
/// </summary>
public interface ITokenCounter
{
    /// <summary>The tokens of a text; markers of the model's own format inside it count as the text they are.</summary>
    int Count(ReadOnlySpan<char> text);

    /// <summary>How much of a text's beginning has at most so many tokens. Reads no further than it must.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxTokens">At least 0.</param>
    /// <returns>UTF-16 code units that fit: the length of the text when all of it does.</returns>
    int Fit(ReadOnlySpan<char> text, int maxTokens);
}
