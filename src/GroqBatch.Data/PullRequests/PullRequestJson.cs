using System.Text.Json.Serialization;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Data.PullRequests;

/// <summary>The form of files, commits, reviews and comments in their jsonb columns.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IReadOnlyList<ChangedFile>))]
[JsonSerializable(typeof(IReadOnlyList<Commit>))]
[JsonSerializable(typeof(IReadOnlyList<Review>))]
[JsonSerializable(typeof(IReadOnlyList<Comment>))]
public sealed partial class PullRequestJson : JsonSerializerContext;
