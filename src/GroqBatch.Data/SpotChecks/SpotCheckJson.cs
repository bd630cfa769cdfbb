using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.SpotChecks;

namespace GroqBatch.Data.SpotChecks;

/// <summary>A draw as the audit log has it.</summary>
internal sealed record SampleDrawn(
    string Scope,
    int? TeamId,
    Guid? RunId,
    string? Model,
    double Target,
    double Confidence,
    long Seed,
    int Population,
    int Drawn
);

/// <summary>The form of strata in their column, and of draws in the audit log.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<SampleStratum>))]
[JsonSerializable(typeof(SampleDrawn))]
internal sealed partial class SpotCheckJson : JsonSerializerContext;
