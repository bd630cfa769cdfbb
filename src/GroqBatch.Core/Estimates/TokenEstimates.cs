using System.Text.Encodings.Web;
using System.Text.Json;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Estimates;

/// <summary>
/// What tokens are likely to be before a provider has counted them. A request has a part that is the same on every line (system prompt, schema,
/// form of a chat) and the pull request's own.
/// </summary>
public static class TokenEstimates
{
    /// <summary>Tokens (o200k) in a byte of a pull request's prompt: 3.75 bytes a token, measured over 5,311 real ones.</summary>
    public const double PromptTokensPerByte = 0.267;

    /// <summary>Tokens of an answer before any was measured: a summary has some 200 to 250, reasoning with low effort adds about as many as half of that.</summary>
    public const int CompletionTokens = 320;

    /// <summary>Bytes that a byte of prompt takes in a request file, where line feeds and quotation marks are escaped.</summary>
    public const double FileBytesPerPromptByte = 1.05;

    // The form of a chat with two messages, and the preamble that gpt-oss gets.
    private const int ChatFormTokens = 70;

    // Names, model, limits and addresses around the messages of a line.
    private const int EnvelopeBytes = 330;

    private static readonly int SchemaFileBytes = Measure(ResponseFormat.JsonSchema);
    private static readonly int JsonModeFileBytes = Measure(ResponseFormat.JsonObject);

    /// <summary>Tokens of the part that is the same on every line.</summary>
    public static int FixedPromptTokens(ResponseFormat format) => SystemPrompt.FixedTokens(format) + ChatFormTokens;

    /// <summary>Bytes that this part takes on each line of a request file.</summary>
    public static int FixedFileBytes(ResponseFormat format) => format == ResponseFormat.JsonSchema ? SchemaFileBytes : JsonModeFileBytes;

    /// <summary>Dollars that a batch is booked with until it is ingested; null when a price is unknown.</summary>
    /// <param name="rung">Model and prices.</param>
    /// <param name="bytes">Of its file.</param>
    /// <param name="requests">In its file.</param>
    public static decimal? CostOfBatch(Rung rung, long bytes, int requests)
    {
        ArgumentNullException.ThrowIfNull(rung);
        if (rung.PromptPrice is not { } prompt || rung.CompletionPrice is not { } completion)
        {
            return null;
        }

        var own = Math.Max(0, bytes - ((long)requests * FixedFileBytes(rung.ResponseFormat))) / FileBytesPerPromptByte;
        var promptTokens = (own * PromptTokensPerByte) + ((double)requests * FixedPromptTokens(rung.ResponseFormat));
        return (((decimal)promptTokens * prompt) + ((decimal)requests * CompletionTokens * completion)) / 1_000_000m;
    }

    private static int Measure(ResponseFormat format)
    {
        var text = JsonEncodedText.Encode(SystemPrompt.For(format), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;
        return text + (format == ResponseFormat.JsonSchema ? SummarySchema.Utf8.Length : 0) + EnvelopeBytes;
    }
}
