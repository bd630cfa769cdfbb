using System.Text.Json.Serialization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;

namespace GroqBatch.Data.Runs;

/// <summary>The form in which a run's frozen settings lie in their jsonb columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Ladder))]
[JsonSerializable(typeof(Rung))]
[JsonSerializable(typeof(RunSettings))]
[JsonSerializable(typeof(Estimate))]
[JsonSerializable(typeof(PullRequestFilter))]
internal sealed partial class RunJson : JsonSerializerContext;
