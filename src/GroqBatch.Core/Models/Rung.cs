namespace GroqBatch.Core.Models;

/// <summary>How a model is asked for JSON.</summary>
public enum ResponseFormat
{
    /// <summary>Constrained by the summary's schema, strict.</summary>
    JsonSchema,

    /// <summary>JSON of any shape; the prompt describes the document.</summary>
    JsonObject,
}

/// <summary>
/// One step of a ladder with everything that a request on it needs. Frozen on a run: later changes of the catalogue do not reach it.
/// </summary>
public sealed record Rung
{
    /// <summary>Counted from 1; the pass that runs on it has the same number.</summary>
    public required int Ordinal { get; init; }

    /// <summary>
    /// Its place in the whole ladder, where a run begins higher up (a retry on the last rung); null: the same as <see cref="Ordinal"/>. A
    /// summary's rung is this: recovered is what a later rung wrote, in whichever run.
    /// </summary>
    public int? PlaceInLadder { get; init; }

    /// <summary>The model that is asked.</summary>
    public required string Model { get; init; }

    /// <summary>The configured model that <see cref="Model"/> stands in for; null when it is the configured one.</summary>
    public string? Replaced { get; init; }

    public required ResponseFormat ResponseFormat { get; init; }

    /// <summary>Most tokens an answer may have, reasoning included.</summary>
    public required int MaxCompletionTokens { get; init; }

    /// <summary>Sent as <c>reasoning_effort</c>; null: the model takes none.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Dollars per million prompt tokens in a batch, discount taken off; null when unknown.</summary>
    public decimal? PromptPrice { get; init; }

    /// <summary>Dollars per million completion tokens in a batch, discount taken off; null when unknown.</summary>
    public decimal? CompletionPrice { get; init; }

    /// <summary>The day the prices were read; null when unknown.</summary>
    public DateOnly? PricesReadOn { get; init; }

    /// <summary>What an attempt with this usage costs in dollars, or null when usage or price is unknown: never silently zero.</summary>
    public decimal? CostOf(Outcomes.TokenUsage? usage) =>
        usage is null || PromptPrice is null || CompletionPrice is null
            ? null
            : (usage.PromptTokens * PromptPrice.Value + usage.CompletionTokens * CompletionPrice.Value) / 1_000_000m;
}

/// <summary>The ordered models of a run: rung 1 is the primary, the ones after it are the fallbacks.</summary>
/// <param name="Rungs">At least one, ordinals 1, 2, 3 without a gap.</param>
public sealed record Ladder(IReadOnlyList<Rung> Rungs)
{
    /// <summary>The slug of the team whose own ladder it is; null: the installation's.</summary>
    public string? Owner { get; init; }

    /// <summary>The rung of a pass, or null when the ladder has none.</summary>
    public Rung? Find(int ordinal) => ordinal >= 1 && ordinal <= Rungs.Count ? Rungs[ordinal - 1] : null;

    /// <summary>This ladder without its fallbacks.</summary>
    public Ladder WithoutFallback() => this with { Rungs = [Rungs[0]] };

    /// <summary>The last rung alone, for what the rungs before it have failed on.</summary>
    public Ladder LastRungOnly()
    {
        var last = Rungs[^1];
        return this with { Rungs = [last with { Ordinal = 1, PlaceInLadder = last.PlaceInLadder ?? last.Ordinal }] };
    }
}
