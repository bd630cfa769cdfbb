using GroqBatch.Core.Models;

namespace GroqBatch.Groq.Models;

/// <summary>Section <c>Ladder</c>: the models of a run in their order.</summary>
public sealed class LadderOptions
{
    public const string SectionName = "Ladder";

    /// <summary>
    /// Rung 1 first. The list is merged by position over configuration sources, which can't shorten it: a rung whose model is set to nothing is
    /// left out.
    /// </summary>
    public List<RungEntry> Rungs { get; set; } = [];

    /// <summary>The rungs that count, each with its position in the list, from 0.</summary>
    internal IEnumerable<(int Position, RungEntry Rung)> Configured => Rungs.Index().Where(rung => !string.IsNullOrEmpty(rung.Item.Model));
}

/// <summary>One rung as configured: a model, and what to ask of it otherwise than the catalogue says.</summary>
/// <remarks>What differs is meant for this model. A successor that stands in for it runs on its own profile.</remarks>
public sealed class RungEntry
{
    /// <summary>A model of the catalogue.</summary>
    public string? Model { get; set; }

    /// <summary>Null: a strict schema where the model keeps to one, otherwise a JSON object.</summary>
    public ResponseFormat? Format { get; set; }

    /// <summary>Tokens an answer may have, reasoning included; null: the catalogue's. Cut to what the model can give.</summary>
    public int? MaxCompletionTokens { get; set; }

    /// <summary>Null: the catalogue's.</summary>
    public string? ReasoningEffort { get; set; }
}
