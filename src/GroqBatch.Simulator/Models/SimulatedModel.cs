using GroqBatch.Simulator.Answers;

namespace GroqBatch.Simulator.Models;

/// <summary>A model the simulated account has, or has lost.</summary>
public sealed class SimulatedModel
{
    /// <summary>Share of <c>json_validate_failed</c> among failures, of 836 looked at; the others ran into the token limit.</summary>
    public const double JsonShareOfFailures = 0.935;

    public string Id { get; set; } = "";

    /// <summary>Null in a change: as it was. True: not listed, and every line that names it answers 404 <c>model_not_found</c>.</summary>
    public bool? Retired { get; set; }

    /// <summary>Share (0..1) of requests that fail, split into <c>json_validate_failed</c> and token limit; null: as it was, or none.</summary>
    public double? FailureRate { get; set; }

    /// <summary>Further shares (0..1) by kind, beside <see cref="FailureRate"/>.</summary>
    public Dictionary<SimulatedAnswer, double> Failures { get; set; } = [];

    /// <summary>Tokens; null: as it was, or 131,072.</summary>
    public int? ContextWindow { get; set; }

    /// <summary>Tokens; null: as it was, or 65,536.</summary>
    public int? MaxCompletionTokens { get; set; }

    /// <summary>Whether it takes <c>json_schema</c>; null: as it was, or only the gpt-oss models.</summary>
    public bool? TakesJsonSchema { get; set; }

    /// <summary>Who made it, as <c>GET /models</c> says.</summary>
    public string? OwnedBy { get; set; }

    internal bool IsGptOss => Id.StartsWith("openai/gpt-oss", StringComparison.Ordinal);

    internal bool IsRetired => Retired ?? false;

    internal int Context => ContextWindow ?? 131_072;

    internal int MaxOutput => MaxCompletionTokens ?? 65_536;

    internal bool JsonSchemaAllowed => TakesJsonSchema ?? IsGptOss;

    /// <summary>
    /// The two gpt-oss models, and <c>llama-3.3-70b-versatile</c> as most accounts see it since 2026-08-16: retired. Contexts and caps are
    /// Groq's; 4 % and 0.5 % of failures are what first and second passes have shown.
    /// </summary>
    public static IReadOnlyList<SimulatedModel> Defaults() =>
        [
            new()
            {
                Id = "openai/gpt-oss-20b",
                FailureRate = 0.04,
                OwnedBy = "OpenAI",
                ContextWindow = 131_072,
                MaxCompletionTokens = 65_536,
            },
            new()
            {
                Id = "openai/gpt-oss-120b",
                FailureRate = 0.005,
                OwnedBy = "OpenAI",
                ContextWindow = 131_072,
                MaxCompletionTokens = 65_536,
            },
            new()
            {
                Id = "llama-3.3-70b-versatile",
                Retired = true,
                FailureRate = 0.005,
                OwnedBy = "Meta",
                ContextWindow = 131_072,
                MaxCompletionTokens = 32_768,
            },
        ];

    /// <summary>All shares by kind, in the order in which a roll of the dice is laid against them.</summary>
    internal IReadOnlyList<(SimulatedAnswer Kind, double Share)> Shares()
    {
        var shares = new SortedDictionary<SimulatedAnswer, double>(Failures);
        if (FailureRate is { } rate)
        {
            shares[SimulatedAnswer.JsonValidateFailed] =
                shares.GetValueOrDefault(SimulatedAnswer.JsonValidateFailed) + (rate * JsonShareOfFailures);
            shares[SimulatedAnswer.TokenLimit] = shares.GetValueOrDefault(SimulatedAnswer.TokenLimit) + (rate * (1 - JsonShareOfFailures));
        }

        return [.. shares.Where(pair => pair.Value > 0).Select(pair => (pair.Key, pair.Value))];
    }

    internal SimulatedModel With(SimulatedModel change) =>
        new()
        {
            Id = Id,
            Retired = change.Retired ?? Retired,
            // Shares given by kind stand alone unless a rate is given too: they say the whole of what fails.
            FailureRate = change.FailureRate ?? (change.Failures.Count > 0 ? null : FailureRate),
            Failures = change.Failures.Count > 0 ? change.Failures : Failures,
            ContextWindow = change.ContextWindow ?? ContextWindow,
            MaxCompletionTokens = change.MaxCompletionTokens ?? MaxCompletionTokens,
            TakesJsonSchema = change.TakesJsonSchema ?? TakesJsonSchema,
            OwnedBy = change.OwnedBy ?? OwnedBy,
        };

    internal IEnumerable<string> Mistakes()
    {
        if (string.IsNullOrWhiteSpace(Id))
        {
            yield return "Id is required.";
        }

        if (FailureRate is < 0 or > 1 || Failures.Values.Any(share => share is < 0 or > 1) || Shares().Sum(pair => pair.Share) > 1.000001)
        {
            yield return "FailureRate and Failures must lie between 0 and 1, and so must their sum.";
        }

        if (ContextWindow is < 1 || MaxCompletionTokens is < 1)
        {
            yield return "ContextWindow and MaxCompletionTokens must be at least 1.";
        }
    }
}
