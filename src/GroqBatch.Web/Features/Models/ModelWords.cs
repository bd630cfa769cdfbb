using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Models;

/// <summary>How models and ladders are written for people.</summary>
internal static class ModelWords
{
    /// <summary>As the provider writes a response format; null when it is not known.</summary>
    public static string? Format(ResponseFormat? format) =>
        format switch
        {
            ResponseFormat.JsonSchema => "json_schema",
            ResponseFormat.JsonObject => "json_object",
            _ => null,
        };

    /// <summary>Whether a model is taken in batches.</summary>
    public static string Access(BatchAccess access) =>
        access switch
        {
            BatchAccess.Yes => "yes",
            BatchAccess.No => "no",
            _ => "unconfirmed",
        };

    /// <summary>What is done.</summary>
    public static string Way(PlanKind kind) =>
        kind switch
        {
            PlanKind.WithoutFallback => "No fallback",
            PlanKind.WithFallback => "With fallback",
            PlanKind.StartOnFallback => "Start on the stronger one",
            PlanKind.JsonMode => "With fallback, first rung in JSON mode",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown way."),
        };

    /// <summary>Prompt and completion tokens of everything answered, per summary.</summary>
    public static string Tokens(ModelFigures model) =>
        model is { PromptTokensPerSummary: { } prompt, CompletionTokensPerSummary: { } completion }
            ? $"{Figures.Count((long)Math.Round(prompt))} + {Figures.Count((long)Math.Round(completion))}"
            : "unknown";

    /// <summary>Dollars booked per thousand summaries; a lower bound where some attempts' cost is unknown.</summary>
    public static string Cost(ModelFigures model) =>
        model.CostPerSummary is not { } cost ? "unknown"
        : model.UnknownRequests == 0 ? Figures.Dollars(cost * 1_000)
        : $"at least {Figures.Dollars(cost * 1_000)}";
}
