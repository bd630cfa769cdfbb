using System.Text.Json.Serialization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
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
[JsonSerializable(typeof(StoredFailureFilter))]
internal sealed partial class RunJson : JsonSerializerContext;

/// <summary>A <see cref="FailureFilter"/> without its codes, which have a column of their own.</summary>
internal sealed record StoredFailureFilter(Guid? Message, int? Pass, string? Model, DateTimeOffset? Since)
{
    public static StoredFailureFilter Of(FailureFilter filter) => new(filter.Message, filter.Pass, filter.Model, filter.Since);

    public FailureFilter With(IReadOnlyList<FailureCode> codes) =>
        new()
        {
            Codes = codes,
            Message = Message,
            Pass = Pass,
            Model = Model,
            Since = Since,
        };
}
