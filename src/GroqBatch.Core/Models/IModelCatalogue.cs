namespace GroqBatch.Core.Models;

/// <summary>The models that are known, retired ones included: data from the configuration, for pages, estimates and the preflight.</summary>
public interface IModelCatalogue
{
    /// <summary>All entries, in the order of their names.</summary>
    IReadOnlyList<CatalogueModel> Models { get; }

    /// <summary>Share of the list price that a batch saves, from 0 to below 1; 0.5 is half price.</summary>
    decimal BatchDiscount { get; }

    /// <summary>The models of the installation's ladder, rung 1 first; what a run gets from them today is <see cref="ILadderResolver"/>'s to say.</summary>
    IReadOnlyList<string> ConfiguredLadder { get; }

    /// <summary>The entry of a model, or null when the catalogue has none.</summary>
    CatalogueModel? Find(string id);
}

/// <summary>Whether a provider takes a model in batches.</summary>
public enum BatchAccess
{
    /// <summary>Nobody has said; it is tried.</summary>
    Unconfirmed,

    Yes,

    /// <summary>Never used on a ladder, even when the key has the model.</summary>
    No,
}

/// <summary>What is known about one model.</summary>
public sealed record CatalogueModel
{
    /// <summary>As the provider names it, such as <c>openai/gpt-oss-20b</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Not promised to stay by its maker.</summary>
    public bool IsPreview { get; init; }

    public BatchAccess Batch { get; init; }

    /// <summary>Whether it keeps to a JSON schema by constrained decoding; if not, it is asked for a JSON object and validated here alone.</summary>
    public bool HasStrictSchema { get; init; }

    /// <summary>The response formats that it takes, of those that are used here; without one nothing can be made of its answers.</summary>
    public IReadOnlyList<ResponseFormat> Formats { get; init; } = [ResponseFormat.JsonObject];

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>The most tokens one answer can have, reasoning included.</summary>
    public required int MaxCompletionTokens { get; init; }

    /// <summary>Tokens an answer is given unless the ladder says otherwise, reasoning included.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>The <c>reasoning_effort</c> that is sent unless the ladder says otherwise; null: none is sent.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>The values of <c>reasoning_effort</c> that it takes; empty: it takes none.</summary>
    public IReadOnlyList<string> ReasoningEfforts { get; init; } = [];

    /// <summary>The day ordinary accounts lose or lost it; null when none is announced.</summary>
    public DateOnly? RetiresOn { get; init; }

    /// <summary>The model that takes its place; null when none is named.</summary>
    public string? Successor { get; init; }

    /// <summary>List prices, oldest first.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; init; } = [];

    /// <summary>The list price in force on a day; null when none is known for it.</summary>
    public ModelPrice? PriceOn(DateOnly day) => Prices.LastOrDefault(price => price.ValidFrom <= day);

    /// <summary>Whether ordinary accounts have lost it by a day.</summary>
    public bool IsRetiredOn(DateOnly day) => RetiresOn <= day;
}

/// <summary>A list price.</summary>
/// <param name="ValidFrom">The first day it is known to hold.</param>
/// <param name="ReadOn">The last day it was looked up.</param>
/// <param name="Prompt">Dollars per million prompt tokens outside of a batch.</param>
/// <param name="Completion">Dollars per million completion tokens outside of a batch.</param>
public sealed record ModelPrice(DateOnly ValidFrom, DateOnly ReadOn, decimal Prompt, decimal Completion);
