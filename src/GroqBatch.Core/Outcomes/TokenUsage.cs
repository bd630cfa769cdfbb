namespace GroqBatch.Core.Outcomes;

/// <summary>Tokens as the provider counted them.</summary>
/// <param name="PromptTokens">Tokens of the request.</param>
/// <param name="CompletionTokens">Tokens of the answer, reasoning included.</param>
public sealed record TokenUsage(int PromptTokens, int CompletionTokens);
