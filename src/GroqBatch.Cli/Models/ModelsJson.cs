using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Cli.Models;

/// <summary>What models have shown, as JSON: the form that scripts read, so no member of it is ever renamed.</summary>
internal sealed record ModelsJson(string Provider, IReadOnlyList<ModelJson> Models)
{
    /// <summary>The form of a provider's models.</summary>
    public static ModelsJson Of(string provider, IReadOnlyList<ModelFigures> models) =>
        new(
            provider,
            [
                .. models.Select(model => new ModelJson
                {
                    Model = model.Model,
                    Rung = model.Rung,
                    Format = model.Format is { } format ? WireOf(format) : null,
                    Runs = model.Runs,
                    Requests = model.Requests,
                    Attempts = model.Attempts,
                    Succeeded = model.Succeeded,
                    SuccessRate = model.SuccessRate,
                    SuccessInterval = model.SuccessInterval,
                    FailuresByCode = model
                        .FailuresByCode.OrderBy(pair => pair.Key)
                        .ToDictionary(pair => pair.Key.ToWire(), pair => pair.Value, StringComparer.Ordinal),
                    Tokens = new(
                        model.PromptTokens,
                        model.CompletionTokens,
                        model.PromptTokensPerSummary,
                        model.CompletionTokensPerSummary
                    ),
                    Cost = new(model.Cost, model.UnknownRequests, model.CostPerSummary, "USD"),
                    NextLimits = model.NextLimits,
                    RunsOutside = model.Chart.Count(run => run.IsOutside),
                    Chart = model.Chart,
                }),
            ]
        );

    /// <summary>A response format as the provider writes it.</summary>
    public static string WireOf(ResponseFormat format) =>
        format switch
        {
            ResponseFormat.JsonSchema => "json_schema",
            ResponseFormat.JsonObject => "json_object",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
        };

    /// <summary>One line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, ModelsJsonContext.Default.ModelsJson);
}

/// <summary>A model on a rung in <see cref="ModelsJson"/>; see <see cref="ModelFigures"/>.</summary>
internal sealed record ModelJson
{
    public required string Model { get; init; }
    public required int Rung { get; init; }

    /// <summary><c>json_schema</c> or <c>json_object</c>; null when the runs do not say.</summary>
    public string? Format { get; init; }

    public required int Runs { get; init; }
    public required int Requests { get; init; }
    public required int Attempts { get; init; }
    public required int Succeeded { get; init; }
    public double? SuccessRate { get; init; }

    /// <summary>Wilson, 95 %.</summary>
    public required Interval SuccessInterval { get; init; }

    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }
    public required ModelTokensJson Tokens { get; init; }
    public required ModelCostJson Cost { get; init; }

    /// <summary>Of failures, for a next run of a thousand requests; null while there are too few runs.</summary>
    public ControlLimits? NextLimits { get; init; }

    public required int RunsOutside { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<ModelRun> Chart { get; init; }
}

/// <summary>Of what was answered.</summary>
internal sealed record ModelTokensJson(long Prompt, long Completion, double? PromptPerSummary, double? CompletionPerSummary);

/// <summary>A lower bound where the cost of some attempts is unknown.</summary>
internal sealed record ModelCostJson(decimal Booked, int UnknownRequests, decimal? PerSummary, string Currency);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelsJson))]
internal sealed partial class ModelsJsonContext : JsonSerializerContext;
