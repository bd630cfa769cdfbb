using GroqBatch.Core.Prompts;
using Microsoft.ML.Tokenizers;

namespace GroqBatch.Groq.Tokens;

/// <summary>
/// Counts in o200k: the gpt-oss models' encoding is o200k_harmony, which is o200k_base with more control tokens. For other models it is an
/// estimate; the budgets leave most of their context unused.
/// </summary>
public sealed class TiktokenCounter : ITokenCounter
{
    // Its tables take a third of a second to load: one for the process.
    private static readonly Lazy<TiktokenTokenizer> Shared = new(static () => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <inheritdoc/>
    public int Count(ReadOnlySpan<char> text) => Shared.Value.CountTokens(text, considerNormalization: false);

    /// <inheritdoc/>
    public int Fit(ReadOnlySpan<char> text, int maxTokens) =>
        maxTokens <= 0 ? 0 : Shared.Value.GetIndexByTokenCount(text, maxTokens, out _, out _, considerNormalization: false);
}
