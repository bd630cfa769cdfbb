using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Models;

/// <summary>Finds every mistake in the catalogue at once, each named by its key.</summary>
internal sealed class ModelsOptionsValidator : IValidateOptions<ModelsOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelsOptions options)
    {
        var mistakes = new List<string>();
        if (options.Discount is < 0 or >= 1)
        {
            mistakes.Add($"Models:Discount: {options.Discount} isn't a share from 0 to below 1 (0.5 is half price).");
        }

        var known = options.Catalogue.Select(pair => pair.Value.Id ?? pair.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, model) in options.Catalogue)
        {
            CheckModel($"Models:Catalogue:{key}", model.Id ?? key, model, known, mistakes);
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void CheckModel(string key, string id, ModelEntry model, HashSet<string> known, List<string> mistakes)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            mistakes.Add($"{key}:Id: the model has no name.");
        }

        if (model.ContextTokens < 1)
        {
            mistakes.Add($"{key}:ContextTokens: {model.ContextTokens} isn't a number of tokens.");
        }

        if (model.MaxCompletionTokens < 1)
        {
            mistakes.Add($"{key}:MaxCompletionTokens: {model.MaxCompletionTokens} isn't a number of tokens.");
        }

        if (model.CompletionTokens < 1)
        {
            mistakes.Add($"{key}:CompletionTokens: {model.CompletionTokens} isn't a number of tokens.");
        }

        if (model.Formats.Count == 0)
        {
            mistakes.Add($"{key}:Formats: name at least one of JsonSchema and JsonObject.");
        }

        if (model.ReasoningEffort is { } effort && !model.ReasoningEfforts.Contains(effort, StringComparer.Ordinal))
        {
            mistakes.Add($"{key}:ReasoningEffort: '{effort}' is none of ReasoningEfforts ({string.Join(", ", model.ReasoningEfforts)}).");
        }

        if (model.Successor is { } successor && !known.Contains(successor))
        {
            mistakes.Add($"{key}:Successor: '{successor}' is not in Models:Catalogue.");
        }

        DateOnly? before = null;
        foreach (var (position, price) in model.Prices.Index())
        {
            CheckPrice($"{key}:Prices:{position}", price, before, mistakes);
            before = price.ValidFrom ?? before;
        }
    }

    private static void CheckPrice(string key, PriceEntry price, DateOnly? before, List<string> mistakes)
    {
        if (price.ValidFrom is null)
        {
            mistakes.Add($"{key}:ValidFrom: a price needs the first day it holds.");
        }
        else if (price.ValidFrom <= before)
        {
            mistakes.Add($"{key}:ValidFrom: {price.ValidFrom:yyyy-MM-dd} isn't after the price before it; list prices oldest first.");
        }

        if (price.ReadOn is null)
        {
            mistakes.Add($"{key}:ReadOn: a price needs the day it was read.");
        }

        if (price.Prompt is null or < 0)
        {
            mistakes.Add($"{key}:Prompt: dollars per million prompt tokens are missing or negative.");
        }

        if (price.Completion is null or < 0)
        {
            mistakes.Add($"{key}:Completion: dollars per million completion tokens are missing or negative.");
        }
    }
}

/// <summary>Finds every mistake in the ladder at once, each named by its key.</summary>
internal sealed class LadderOptionsValidator(IOptions<ModelsOptions> models) : IValidateOptions<LadderOptions>
{
    public ValidateOptionsResult Validate(string? name, LadderOptions options)
    {
        Dictionary<string, ModelEntry> catalogue;
        try
        {
            catalogue = models.Value.Catalogue.ToDictionary(pair => pair.Value.Id ?? pair.Key, pair => pair.Value, StringComparer.Ordinal);
        }
        catch (OptionsValidationException)
        {
            return ValidateOptionsResult.Success; // the catalogue's mistakes are reported as its own; a ladder can't be judged without it
        }

        var mistakes = new List<string>();
        if (!options.Configured.Any())
        {
            mistakes.Add("Ladder:Rungs: name at least one model.");
        }

        foreach (var (position, rung) in options.Rungs.Index())
        {
            CheckRung($"Ladder:Rungs:{position}", rung, catalogue, mistakes);
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void CheckRung(string key, RungEntry rung, Dictionary<string, ModelEntry> catalogue, List<string> mistakes)
    {
        if (rung.MaxCompletionTokens < 1)
        {
            mistakes.Add($"{key}:MaxCompletionTokens: {rung.MaxCompletionTokens} isn't a number of tokens.");
        }

        if (string.IsNullOrEmpty(rung.Model))
        {
            if (rung.Model is null)
            {
                mistakes.Add($"{key}:Model: the rung names no model (set it to nothing to leave the rung out).");
            }

            return;
        }

        if (!catalogue.TryGetValue(rung.Model, out var model))
        {
            mistakes.Add($"{key}:Model: '{rung.Model}' is not in Models:Catalogue.");
            return;
        }

        if (rung.Format is { } format && !model.Formats.Contains(format))
        {
            mistakes.Add($"{key}:Format: {rung.Model} takes {string.Join(", ", model.Formats)}, not {format}.");
        }

        if (rung.ReasoningEffort is { } effort && !model.ReasoningEfforts.Contains(effort, StringComparer.Ordinal))
        {
            mistakes.Add(
                model.ReasoningEfforts.Count == 0
                    ? $"{key}:ReasoningEffort: {rung.Model} takes none."
                    : $"{key}:ReasoningEffort: {rung.Model} takes {string.Join(", ", model.ReasoningEfforts)}, not '{effort}'."
            );
        }
    }
}
