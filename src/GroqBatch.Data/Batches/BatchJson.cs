using System.Text.Json.Serialization;
using GroqBatch.Core.Batches;

namespace GroqBatch.Data.Batches;

/// <summary>The form of a batch's validation faults in their jsonb column.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<ProviderBatchError>))]
internal sealed partial class BatchJson : JsonSerializerContext;
