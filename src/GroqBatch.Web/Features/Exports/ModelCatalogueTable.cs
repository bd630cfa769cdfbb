using GroqBatch.Core.Models;

namespace GroqBatch.Web.Features.Exports;

/// <summary>What is known of each model.</summary>
internal static class ModelCatalogueTable
{
    private static readonly string[] Columns =
    [
        "model",
        "rung",
        "isPreview",
        "batches",
        "hasStrictSchema",
        "contextTokens",
        "promptUsdPerMillionBatch",
        "completionUsdPerMillionBatch",
        "pricesReadOn",
        "retiresOn",
        "successor",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public const string Address = "models/catalogue.csv";

    public static IResult Export(HttpContext context, IModelCatalogue catalogue, TimeProvider time) =>
        ExportEndpoints.Download(
            context,
            "model-catalogue",
            "model",
            "catalogue",
            Columns,
            catalogue
                .Models.Select(model => RowOf(model, catalogue, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)))
                .ToAsyncEnumerable()
        );

    private static IReadOnlyList<object?> RowOf(CatalogueModel model, IModelCatalogue catalogue, DateOnly today)
    {
        var rung = catalogue.ConfiguredLadder.ToList().IndexOf(model.Id);
        var price = model.PriceOn(today);
        return
        [
            model.Id,
            rung < 0 ? null : rung + 1,
            model.IsPreview,
            model.Batch.ToString(),
            model.HasStrictSchema,
            model.ContextTokens,
            price?.Prompt * (1 - catalogue.BatchDiscount),
            price?.Completion * (1 - catalogue.BatchDiscount),
            price?.ReadOn,
            model.RetiresOn,
            model.Successor,
        ];
    }
}
