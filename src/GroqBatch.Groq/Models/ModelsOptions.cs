using GroqBatch.Core.Models;

namespace GroqBatch.Groq.Models;

/// <summary>Section <c>Models</c>: what is known about models and what a batch saves.</summary>
public sealed class ModelsOptions
{
    public const string SectionName = "Models";

    /// <summary>Share of the list price that a batch saves, from 0 to below 1.</summary>
    public decimal Discount { get; set; } = 0.5m;

    /// <summary>By the provider's name of the model.</summary>
    public Dictionary<string, ModelEntry> Catalogue { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>One model of <c>Models:Catalogue</c>; see <see cref="CatalogueModel"/> for what each value means.</summary>
public sealed class ModelEntry
{
    /// <summary>The provider's name, where it can't be a key of the configuration (because it has a colon). Otherwise the key is the name.</summary>
    public string? Id { get; set; }

    public bool Preview { get; set; }
    public BatchAccess Batch { get; set; }
    public List<ResponseFormat> Formats { get; set; } = [];
    public int ContextTokens { get; set; }
    public int MaxCompletionTokens { get; set; }

    /// <summary>Tokens an answer is given; 4096 leaves room for reasoning at low effort and the longest document.</summary>
    public int CompletionTokens { get; set; } = 4096;

    public string? ReasoningEffort { get; set; }
    public List<string> ReasoningEfforts { get; set; } = [];
    public DateOnly? RetiresOn { get; set; }
    public string? Successor { get; set; }
    public List<PriceEntry> Prices { get; set; } = [];
}

/// <summary>One list price of a model, in dollars per million tokens.</summary>
public sealed class PriceEntry
{
    public DateOnly? ValidFrom { get; set; }
    public DateOnly? ReadOn { get; set; }
    public decimal? Prompt { get; set; }
    public decimal? Completion { get; set; }
}
