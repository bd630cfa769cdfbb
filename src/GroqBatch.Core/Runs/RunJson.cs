using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Reconciliation;

namespace GroqBatch.Core.Runs;

/// <summary>A run as JSON: the form that scripts read, so no member of it is ever renamed.</summary>
public sealed record RunJson
{
    public required Guid RunId { get; init; }
    public Guid? ParentRunId { get; init; }

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    public required string Provider { get; init; }

    /// <summary>As <see cref="RunState"/> is written.</summary>
    public required string State { get; init; }

    /// <summary><c>full</c>, or <c>limit N</c>.</summary>
    public required string Scope { get; init; }

    public required bool WithFallback { get; init; }

    public required int Selected { get; init; }
    public required int Succeeded { get; init; }
    public required int FirstPassFailures { get; init; }
    public required int Recovered { get; init; }
    public required int FinalFailures { get; init; }

    /// <summary>Final failures by code.</summary>
    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }

    public required RunTokensJson Tokens { get; init; }
    public required RunCostJson Cost { get; init; }
    public required IReadOnlyList<PassJson> Passes { get; init; }

    /// <summary>It is held once this pass is over; absent: not asked for, or it has been held for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? HoldAfterPass { get; init; }

    /// <summary>Whether its figures add up; absent where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReconciliationJson? Reconciliation { get; init; }

    /// <summary>The form of a run.</summary>
    public static RunJson Of(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new()
        {
            RunId = run.Id,
            ParentRunId = run.ParentRunId,
            Team = run.Team,
            Provider = run.Provider,
            State = run.State.ToString(),
            Scope = ScopeOf(run),
            WithFallback = run.WithFallback,
            HoldAfterPass = run.HoldAfterPass,
            Selected = run.Selected,
            Succeeded = run.Succeeded,
            FirstPassFailures = run.FirstPassFailures,
            Recovered = run.Recovered,
            FinalFailures = run.FinalFailures,
            FailuresByCode = CodesOf(run.FailuresByCode),
            Tokens = new(run.PromptTokens, run.CompletionTokens),
            Cost = new(
                run.Estimate?.Cost is { } cost ? new(cost.Low, cost.Expected, cost.High) : null,
                run.Booked,
                run.UnknownRequests,
                "USD"
            ),
            Passes =
            [
                .. run.Passes.Select(pass => new PassJson
                {
                    Ordinal = pass.Ordinal,
                    Model = pass.Model,
                    Replaced = pass.Replaced,
                    EarlierModels = pass.EarlierModels is { Count: > 0 } earlier ? earlier : null,
                    Requests = pass.Requests,
                    Succeeded = pass.Succeeded,
                    Failed = pass.Failed,
                    FailuresByCode = CodesOf(pass.FailuresByCode),
                    Batches = [.. pass.Batches.Select(BatchJson.Of)],
                }),
            ],
        };
    }

    /// <summary><c>full</c>, or <c>limit N</c>.</summary>
    public static string ScopeOf(int? limit) => limit is null ? "full" : $"limit {limit}";

    /// <summary>As <see cref="ScopeOf(int?)"/>, <c>failures</c>, <c>one</c>, or <c>chosen: …</c> with what was chosen in words.</summary>
    public static string ScopeOf(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.IsOfFailures ? "failures"
            : run.IsOfOne ? "one"
            : run.Filter is { } filter ? $"chosen: {filter.InWords()}"
            : ScopeOf(run.Limit);
    }

    /// <summary>Several as a list, on one line.</summary>
    public static string ToText(IEnumerable<RunOverview> runs) => $"[{string.Join(",", runs.Select(Of))}]";

    /// <summary>One line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, RunJsonContext.Default.RunJson);

    internal static Dictionary<string, int> CodesOf(IReadOnlyDictionary<FailureCode, int> counts) =>
        counts.OrderBy(pair => pair.Key).ToDictionary(pair => pair.Key.ToWire(), pair => pair.Value, StringComparer.Ordinal);
}

/// <param name="Prompt">Of the requests that were answered.</param>
/// <param name="Completion">Of the answers, reasoning included.</param>
public sealed record RunTokensJson(long Prompt, long Completion);

/// <param name="Estimated">Null when a price was unknown.</param>
/// <param name="Booked">Once per attempt.</param>
/// <param name="UnknownRequests">Attempts whose cost is unknown.</param>
/// <param name="Currency"><c>USD</c>.</param>
public sealed record RunCostJson(RangeJson? Estimated, decimal Booked, int UnknownRequests, string Currency);

/// <summary>See <see cref="Estimates.Range"/>.</summary>
public sealed record RangeJson(double Low, double Expected, double High);

/// <summary>A pass in <see cref="RunJson"/>.</summary>
public sealed record PassJson
{
    public required int Ordinal { get; init; }
    public required string Model { get; init; }

    /// <summary>The configured model that <see cref="Model"/> stands in for; null when it is the configured one.</summary>
    public string? Replaced { get; init; }

    /// <summary>Models that some of its batches were sent to before <see cref="Model"/>; absent when it never changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? EarlierModels { get; init; }

    public required int Requests { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }
    public required IReadOnlyList<BatchJson> Batches { get; init; }
}

/// <summary>A batch in <see cref="RunJson"/>.</summary>
public sealed record BatchJson
{
    /// <summary>The provider's id; null before it is submitted.</summary>
    public string? BatchId { get; init; }

    /// <summary>What its lines were written for; absent where it was not noted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Ours, as <see cref="BatchState"/> is written.</summary>
    public required string State { get; init; }

    /// <summary>The provider's word; null before its first answer.</summary>
    public string? Status { get; init; }

    public string? InputFileId { get; init; }
    public string? OutputFileId { get; init; }
    public string? ErrorFileId { get; init; }

    /// <summary>The provider's own; each null before its first answer.</summary>
    public required RequestCountsJson RequestCounts { get; init; }

    internal static BatchJson Of(BatchOverview batch) =>
        new()
        {
            BatchId = batch.ProviderBatchId,
            Model = batch.Model,
            State = batch.State.ToString(),
            Status = batch.Status,
            InputFileId = batch.InputFileId,
            OutputFileId = batch.OutputFileId,
            ErrorFileId = batch.ErrorFileId,
            RequestCounts = new(batch.ProviderTotal, batch.ProviderCompleted, batch.ProviderFailed),
        };
}

/// <summary>The provider's counts of a batch; null: not said yet.</summary>
public sealed record RequestCountsJson(int? Total, int? Completed, int? Failed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunJson))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
