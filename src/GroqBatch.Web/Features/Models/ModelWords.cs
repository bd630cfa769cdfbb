using System.Globalization;
using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Web.Shared;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Web.Features.Models;

/// <summary>How models, ladders and ranges are written for people.</summary>
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

    /// <summary>Two shares as percentages, rounded down: <c>96.1 to 97.8 %</c>.</summary>
    public static string Percents(double low, double high)
    {
        var (from, to) = (Down(low), Down(high));
        return from == to ? $"{to} %" : $"{from} to {to} %";
    }

    /// <summary><c>4,147 to 4,310</c>.</summary>
    public static string Counts(Range range)
    {
        var (low, high) = (Figures.Count((long)Math.Floor(range.Low)), Figures.Count((long)Math.Ceiling(range.High)));
        return low == high ? low : $"{low} to {high}";
    }

    /// <summary><c>$0.97 to $1.36</c>.</summary>
    public static string Dollars(Range range)
    {
        var (low, high) = (Figures.Dollars((decimal)range.Low), Figures.Dollars((decimal)range.High));
        return low == high ? low : $"{low} to {high}";
    }

    /// <summary><c>11 min to 32 min</c>, from seconds.</summary>
    public static string Times(Range seconds)
    {
        var (low, high) = (
            Figures.Duration(TimeSpan.FromSeconds(seconds.Low)),
            Figures.Duration(TimeSpan.FromSeconds(Math.Ceiling(seconds.High)))
        );
        return low == high ? low : $"{low} to {high}";
    }

    /// <summary>A chance that was found by drawing: never said to be certain.</summary>
    public static string Chance(double chance) =>
        chance > 0.99 ? "over 99 %"
        : chance < 0.01 ? "under 1 %"
        : string.Create(CultureInfo.InvariantCulture, $"{chance * 100:0} %");

    private static string Down(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((share * 1_000) + 1e-9) / 10:0.#}");
}
