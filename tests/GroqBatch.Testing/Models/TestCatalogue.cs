using GroqBatch.Core.Models;

namespace GroqBatch.Testing.Models;

/// <summary>A catalogue with one model of each kind: there, retired with and without a successor, not for batches, and of no use.</summary>
public sealed class TestCatalogue : IModelCatalogue
{
    public const string Small = "openai/gpt-oss-20b";
    public const string Strong = "openai/gpt-oss-120b";
    public const string Other = "qwen/qwen3.8-27b";
    public const string Retired = "llama-3.3-70b-versatile";
    public const string Gone = "gone-without-successor";
    public const string NotInBatches = "not-in-batches";
    public const string Speechless = "speaks-no-json";

    public IReadOnlyList<CatalogueModel> Models { get; set; } =
    [
        Model(Gone) with
        {
            RetiresOn = new DateOnly(2026, 4, 15),
        },
        Model(Retired) with
        {
            RetiresOn = new DateOnly(2026, 8, 16),
            Successor = Strong,
        },
        Model(NotInBatches) with
        {
            Batch = BatchAccess.No,
        },
        Model(Strong) with
        {
            Prices = [new ModelPrice(new DateOnly(2026, 8, 18), new DateOnly(2026, 10, 7), 0.15m, 0.6m)],
        },
        Model(Small) with
        {
            Prices = [new ModelPrice(new DateOnly(2026, 8, 18), new DateOnly(2026, 10, 7), 0.075m, 0.3m)],
        },
        Model(Other) with
        {
            Batch = BatchAccess.Unconfirmed,
        },
        Model(Speechless) with
        {
            Formats = [],
        },
    ];

    public decimal BatchDiscount => 0.5m;

    public IReadOnlyList<string> ConfiguredLadder { get; } = [Small, Retired];

    public CatalogueModel? Find(string id) => Models.FirstOrDefault(model => model.Id == id);

    /// <summary>One that is there and takes everything.</summary>
    public static CatalogueModel Model(string id) =>
        new()
        {
            Id = id,
            Batch = BatchAccess.Yes,
            HasStrictSchema = true,
            Formats = [ResponseFormat.JsonSchema, ResponseFormat.JsonObject],
            ContextTokens = 131_072,
            MaxCompletionTokens = 65_536,
            CompletionTokens = 4_096,
        };
}
