using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Reconciliation;

/// <summary>A reconciliation as JSON, within the JSON of a run: scripts read it, so no member of it is ever renamed.</summary>
public sealed record ReconciliationJson
{
    public required bool AddsUp { get; init; }
    public required int Planned { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }

    /// <summary>Final failures by code.</summary>
    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }

    public required int Open { get; init; }

    /// <summary>In words; empty when all adds up.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    public required IReadOnlyList<BatchReconciliationJson> Batches { get; init; }

    /// <summary>The form of a reconciliation.</summary>
    public static ReconciliationJson Of(RunReconciliation run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new()
        {
            AddsUp = run.AddsUp,
            Planned = run.Planned,
            Succeeded = run.Succeeded,
            Failed = run.Failed,
            FailuresByCode = RunJson.CodesOf(run.FailuresByCode),
            Open = run.Open,
            Differences = run.Differences,
            Batches =
            [
                .. run.Batches.Select(batch => new BatchReconciliationJson
                {
                    BatchId = batch.ProviderBatchId,
                    Pass = batch.Pass,
                    Ordinal = batch.Ordinal,
                    State = batch.State.ToString(),
                    Planned = batch.Planned,
                    Succeeded = batch.Succeeded,
                    Failed = batch.Failed,
                    FailuresByCode = RunJson.CodesOf(batch.FailuresByCode),
                    NotRun = batch.NotRun,
                    Open = batch.Open,
                    Theirs = new(batch.Theirs?.Total, batch.Theirs?.Completed, batch.Theirs?.Failed),
                    Difference = batch.Difference,
                    OffendingIds = batch.OffendingIds,
                }),
            ],
        };
    }
}

/// <summary>A batch in <see cref="ReconciliationJson"/>.</summary>
public sealed record BatchReconciliationJson
{
    /// <summary>The provider's id; null before it is submitted.</summary>
    public string? BatchId { get; init; }

    public required int Pass { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>As <see cref="BatchState"/> is written.</summary>
    public required string State { get; init; }

    public required int Planned { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }
    public required int NotRun { get; init; }
    public required int Open { get; init; }

    /// <summary>The provider's own; each null when it gave none.</summary>
    public required RequestCountsJson Theirs { get; init; }

    /// <summary>In words; null: nothing differs.</summary>
    public string? Difference { get; init; }

    public required IReadOnlyList<string> OffendingIds { get; init; }
}
