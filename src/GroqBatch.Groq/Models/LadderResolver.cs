using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Models;

/// <summary>Resolves the installation's ladder, or a team's own, against the models that this key has today.</summary>
internal sealed partial class LadderResolver(
    IBatchProvider provider,
    IModelCatalogue catalogue,
    IOptions<LadderOptions> ladder,
    TimeProvider time,
    ILogger<LadderResolver> logger
) : ILadderResolver
{
    public async Task<Ladder> ResolveAsync(TeamLadder? own, CancellationToken cancellationToken)
    {
        var listed = new Dictionary<string, ProviderModel>(StringComparer.Ordinal);
        foreach (var model in await provider.ListModelsAsync(cancellationToken))
        {
            if (model.IsActive)
            {
                listed[model.Id] = model;
            }
        }

        var rungs = new List<Rung>();
        foreach (var (position, wanted) in RungsOf(own))
        {
            var rung = Resolve(rungs.Count + 1, position, wanted, own, listed);
            if (rung.Replaced is not null)
            {
                Log.Replaced(logger, rung.Ordinal, rung.Replaced, rung.Model);
            }

            if (rungs.Find(earlier => earlier.Model == rung.Model) is { } twin)
            {
                Log.SameModelTwice(logger, rung.Ordinal, twin.Ordinal, rung.Model);
            }

            rungs.Add(rung);
        }

        return new Ladder(rungs) { Owner = own?.Team };
    }

    /// <summary>What is asked of a model otherwise than the catalogue says is meant for that model, on whichever ladder it stands.</summary>
    private IEnumerable<(int Position, RungEntry Rung)> RungsOf(TeamLadder? own) =>
        own is null
            ? ladder.Value.Configured
            : own
                .Models.Index()
                .Select(rung =>
                    (
                        rung.Index,
                        ladder.Value.Configured.Select(configured => configured.Rung).FirstOrDefault(entry => entry.Model == rung.Item)
                            ?? new RungEntry { Model = rung.Item }
                    )
                );

    private Rung Resolve(int ordinal, int position, RungEntry configured, TeamLadder? own, Dictionary<string, ProviderModel> listed)
    {
        var wanted = configured.Model!;
        var tried = new List<string>();
        for (var id = wanted; id is not null && !tried.Contains(id, StringComparer.Ordinal); )
        {
            tried.Add(id);
            var known = catalogue.Find(id);
            if (known is not null && known.Batch != BatchAccess.No && listed.TryGetValue(id, out var model))
            {
                return MakeRung(ordinal, configured, known, model);
            }

            id = known?.Successor;
        }

        throw new LadderUnavailableException(Explain(ordinal, position, wanted, own, tried, listed));
    }

    private Rung MakeRung(int ordinal, RungEntry configured, CatalogueModel known, ProviderModel listed)
    {
        // Overrides are meant for the model they stand beside; a successor runs on its own profile.
        var overrides = known.Id == configured.Model ? configured : new RungEntry();
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var price = known.PriceOn(today);
        var batchShare = 1 - catalogue.BatchDiscount;
        return new Rung
        {
            Ordinal = ordinal,
            Model = known.Id,
            Replaced = known.Id == configured.Model ? null : configured.Model,
            ResponseFormat = overrides.Format ?? (known.HasStrictSchema ? ResponseFormat.JsonSchema : ResponseFormat.JsonObject),

            // Asking for more than a model can give is refused with 400 on every line.
            MaxCompletionTokens = Smallest(
                overrides.MaxCompletionTokens ?? known.CompletionTokens,
                known.MaxCompletionTokens,
                listed.MaxCompletionTokens
            ),
            ReasoningEffort = overrides.ReasoningEffort ?? known.ReasoningEffort,
            ContextTokens = Smallest(known.ContextTokens, known.ContextTokens, listed.ContextTokens),
            PromptPrice = price?.Prompt * batchShare,
            CompletionPrice = price?.Completion * batchShare,
            PricesReadOn = price?.ReadOn,
        };
    }

    private static int Smallest(int wanted, int known, int? listed)
    {
        var smallest = Math.Min(wanted, known);

        // A provider that lists 0 does not say.
        return listed > 0 ? Math.Min(smallest, listed.Value) : smallest;
    }

    private string Explain(
        int ordinal,
        int position,
        string wanted,
        TeamLadder? own,
        List<string> tried,
        Dictionary<string, ProviderModel> listed
    )
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var reasons = tried.Select(id =>
            catalogue.Find(id) switch
            {
                { Batch: BatchAccess.No } when listed.ContainsKey(id) => $"{id} is not taken in batches",
                null => $"{id} is no longer in the catalogue",
                { } known when known.IsRetiredOn(today) => $"{id} was shut down on {known.RetiresOn:yyyy-MM-dd}",
                _ => $"{provider.Name} does not list {id} for this key",
            }
        );
        var usable = catalogue
            .Models.Where(model => model.Batch != BatchAccess.No && listed.ContainsKey(model.Id))
            .Select(model => model.Id)
            .ToList();
        var advice =
            usable.Count > 0 && own is not null
                ? $"Give the rung a model that this key has ({string.Join(", ", usable)}) in the settings of {own.Team}, or use the installation's ladder."
            : usable.Count > 0 ? $"Set Ladder:Rungs:{position}:Model to a model that this key has: {string.Join(", ", usable)}."
            : "This key has no model of the catalogue: check the account's plan and the key's permissions, or add a model to Models:Catalogue.";
        var whose = own is null ? "" : $" of {own.Team}'s own ladder";
        return $"Rung {ordinal}{whose} ({wanted}) has no model: {string.Join("; its successor ", reasons)}. {advice}";
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Rung {Ordinal}: {Wanted} is not to be had with this key, its successor {Model} stands in"
        )]
        public static partial void Replaced(ILogger logger, int ordinal, string wanted, string model);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Rung {Ordinal} and rung {Earlier} both run on {Model}: what fails on the one will often fail on the other"
        )]
        public static partial void SameModelTwice(ILogger logger, int ordinal, int earlier, string model);
    }
}
