using GroqBatch.Core.Models;

namespace GroqBatch.Core.Estimates;

/// <summary>What tokens are likely to be before a provider has counted them.</summary>
public static class TokenEstimates
{
    /// <summary>Tokens in a byte of English text and paths, o200k: measured at 0.20 to 0.29 on pull requests.</summary>
    public const double PromptTokensPerByte = 0.25;

    /// <summary>Tokens of an answer with low reasoning effort.</summary>
    public const int CompletionTokens = 400;

    /// <summary>Dollars that a batch is booked with until it is ingested; null when a price is unknown.</summary>
    /// <param name="rung">Model and prices.</param>
    /// <param name="bytes">Of its file.</param>
    /// <param name="requests">In its file.</param>
    public static decimal? CostOfBatch(Rung rung, long bytes, int requests) =>
        rung.PromptPrice is { } prompt && rung.CompletionPrice is { } completion
            ? ((decimal)(bytes * PromptTokensPerByte) * prompt + (decimal)requests * CompletionTokens * completion) / 1_000_000m
            : null;
}
