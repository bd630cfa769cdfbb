namespace GroqBatch.Core.Models;

/// <summary>What a ladder of a team's own must be like.</summary>
public static class LadderRules
{
    /// <summary>A ladder that has nothing to fall back on is no ladder.</summary>
    public const int LeastRungs = 2;

    /// <summary>Each rung is a batch of its own that may take a day: more would be none that anybody waits for.</summary>
    public const int MostRungs = 6;

    /// <summary>Every mistake in an order of models, each naming its rung and what would do; empty when there is none.</summary>
    /// <param name="models">Rung 1 first.</param>
    /// <param name="catalogue">The models that are known.</param>
    /// <param name="today">Models that were shut down by this day can only be stood in for.</param>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> models, IModelCatalogue catalogue, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(catalogue);
        var mistakes = new List<string>();
        if (models.Count is < LeastRungs or > MostRungs)
        {
            mistakes.Add(
                $"A team's own ladder has {LeastRungs} to {MostRungs} rungs, and this one {models.Count}: "
                    + (models.Count < LeastRungs ? "add a model, or use the installation's ladder." : "leave some out.")
            );
        }

        for (var place = 0; place < models.Count; place++)
        {
            if (Check(models, place, catalogue, today) is { } mistake)
            {
                mistakes.Add($"Rung {place + 1}: {mistake}");
            }
        }

        return mistakes;
    }

    /// <summary>Models that a rung can be given on a day, in the order of their names.</summary>
    public static IEnumerable<CatalogueModel> Usable(IModelCatalogue catalogue, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return catalogue.Models.Where(model => WhyNot(model, catalogue, today) is null);
    }

    /// <summary>
    /// What a rung with this model would be asked once it was shut down: itself while it is there, or the first of its successors that is; null when
    /// there is none.
    /// </summary>
    public static CatalogueModel? StandIn(CatalogueModel model, IModelCatalogue catalogue, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(catalogue);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (CatalogueModel? one = model; one is not null && seen.Add(one.Id); one = Next(one))
        {
            if (one.Batch != BatchAccess.No && !one.IsRetiredOn(today))
            {
                return one;
            }
        }

        return null;

        CatalogueModel? Next(CatalogueModel one) => one.Successor is { } successor ? catalogue.Find(successor) : null;
    }

    private static string? Check(IReadOnlyList<string> models, int place, IModelCatalogue catalogue, DateOnly today)
    {
        var id = models[place];
        var earlier = models.Take(place).ToList().IndexOf(id);
        if (earlier >= 0 && !string.IsNullOrWhiteSpace(id))
        {
            return $"{Shown(id)} is rung {earlier + 1} already. Take another model, or leave the rung out.";
        }

        var why =
            string.IsNullOrWhiteSpace(id) ? "no model is chosen"
            : catalogue.Find(id) is { } known ? WhyNot(known, catalogue, today)
            : $"{Shown(id)} is not in the catalogue";
        return why is null ? null : $"{why}. Take one of {Others(models, catalogue, today)}.";
    }

    private static string? WhyNot(CatalogueModel model, IModelCatalogue catalogue, DateOnly today) =>
        model.Formats.Count == 0 ? $"{model.Id} takes neither a JSON schema nor a JSON object, so that nothing could be made of its answers"
        : model.Batch == BatchAccess.No ? $"{model.Id} is not taken in batches"
        : StandIn(model, catalogue, today) is null
            ? $"{model.Id} was shut down on {model.RetiresOn:yyyy-MM-dd} and has no successor that is still there"
        : null;

    // Those that are still there themselves come to mind first; one that is stood in for is no advice.
    private static string Others(IReadOnlyList<string> models, IModelCatalogue catalogue, DateOnly today)
    {
        var others = Usable(catalogue, today)
            .Where(model => !model.IsRetiredOn(today) && !models.Contains(model.Id, StringComparer.Ordinal))
            .Select(model => model.Id)
            .ToList();
        return others.Count == 0 ? "the models that are added to Models:Catalogue" : string.Join(", ", others);
    }

    private static string Shown(string id) => id.Length <= 80 ? id : id[..80] + "…";
}
