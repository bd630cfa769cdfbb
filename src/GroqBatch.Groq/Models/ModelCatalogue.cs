using GroqBatch.Core.Models;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Models;

/// <summary>The catalogue of the configuration.</summary>
internal sealed class ModelCatalogue : IModelCatalogue
{
    private readonly Dictionary<string, CatalogueModel> _byId;

    public ModelCatalogue(IOptions<ModelsOptions> models, IOptions<LadderOptions> ladder)
    {
        BatchDiscount = models.Value.Discount;
        _byId = models
            .Value.Catalogue.Select(pair => ToModel(pair.Key, pair.Value))
            .ToDictionary(model => model.Id, StringComparer.Ordinal);
        Models = [.. _byId.Values.OrderBy(model => model.Id, StringComparer.Ordinal)];
        ConfiguredLadder = [.. ladder.Value.Configured.Select(rung => rung.Rung.Model!)];
    }

    public IReadOnlyList<CatalogueModel> Models { get; }

    public decimal BatchDiscount { get; }

    public IReadOnlyList<string> ConfiguredLadder { get; }

    public CatalogueModel? Find(string id) => _byId.GetValueOrDefault(id);

    private static CatalogueModel ToModel(string key, ModelEntry entry) =>
        new()
        {
            Id = entry.Id ?? key,
            IsPreview = entry.Preview,
            Batch = entry.Batch,
            Formats = [.. entry.Formats.Distinct()],
            HasStrictSchema = entry.Formats.Contains(ResponseFormat.JsonSchema),
            ContextTokens = entry.ContextTokens,
            MaxCompletionTokens = entry.MaxCompletionTokens,
            CompletionTokens = entry.CompletionTokens,
            ReasoningEffort = entry.ReasoningEffort,
            ReasoningEfforts = entry.ReasoningEfforts,
            RetiresOn = entry.RetiresOn,
            Successor = entry.Successor,
            Prices =
            [
                .. entry.Prices.Select(price => new ModelPrice(
                    price.ValidFrom!.Value,
                    price.ReadOn!.Value,
                    price.Prompt!.Value,
                    price.Completion!.Value
                )),
            ],
        };
}
