using GroqBatch.Core.Models;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Teams;

/// <summary>A team's ladder as people read it.</summary>
internal static class LadderWords
{
    /// <summary>What a model costs in a batch, and until when it is there.</summary>
    public static string About(string id, IModelCatalogue catalogue, DateOnly today)
    {
        if (catalogue.Find(id) is not { } model)
        {
            return "not in the catalogue";
        }

        var share = 1 - catalogue.BatchDiscount;
        var price = model.PriceOn(today) is { } list
            ? $"{Figures.Dollars(list.Prompt * share)} in, {Figures.Dollars(list.Completion * share)} out per million tokens in a batch"
            : "price not known";
        return price + Retirement(model, catalogue, today) + (model.Batch == BatchAccess.Unconfirmed ? "; not confirmed for batches" : "");
    }

    /// <summary>What a run does with it, in a sentence.</summary>
    public static string Meaning(IReadOnlyList<string>? models) =>
        models is null
            ? "Its runs climb the ladder of the configuration, as it is resolved when they start."
            : $"Its runs send every pull request to {models[0]} first"
                + (models.Count > 1 ? $"; what fails goes to {string.Join(", and what fails there to ", models.Skip(1))}." : ".")
                + " A run that has been started keeps what it was started with.";

    /// <summary>As a message names it.</summary>
    public static string Named(IReadOnlyList<string>? models) => models is null ? "the installation's" : string.Join(" → ", models);

    private static string Retirement(CatalogueModel model, IModelCatalogue catalogue, DateOnly today)
    {
        if (model.RetiresOn is not { } day)
        {
            return "";
        }

        var next = LadderRules.StandIn(model, catalogue, day) is { } standIn && standIn.Id != model.Id ? standIn.Id : null;
        return model.IsRetiredOn(today)
            ? $"; retired {day:d MMM yyyy}" + (next is null ? "" : $", {next} stands in")
            : $"; retires {day:d MMM yyyy}" + (next is null ? "" : $", then {next}");
    }
}
