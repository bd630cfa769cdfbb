using GroqBatch.Core.Batches;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Reconciliation;

/// <summary>Whether the figures of a run add up, counted from its rows: what was planned, what became of it, and what the provider says.</summary>
public interface IReconciliationReader
{
    /// <summary>Counts a run's requests and attempts at one instant; for looking at one run, not for lists.</summary>
    /// <returns>Null when there is no such run.</returns>
    Task<RunReconciliation?> FindAsync(Guid runId, CancellationToken cancellationToken);
}

/// <summary>The sums of a run: planned = succeeded + failed + open, by rows, beside what differs.</summary>
public sealed record RunReconciliation
{
    public required Guid RunId { get; init; }

    /// <summary>Pull requests that the run selected.</summary>
    public required int Planned { get; init; }

    /// <summary>Pull requests with a summary of this run.</summary>
    public required int Succeeded { get; init; }

    /// <summary>Final failures by code; codes without one are absent.</summary>
    public required IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; }

    /// <summary>Pull requests without their final outcome.</summary>
    public required int Open { get; init; }

    /// <summary>In the order of passes and ordinals.</summary>
    public required IReadOnlyList<BatchReconciliation> Batches { get; init; }

    /// <summary>What does not add up in the run's own figures, in words; empty when all does.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <summary>Final failures.</summary>
    public int Failed => FailuresByCode.Values.Sum();

    /// <summary>Whether nothing differs anywhere.</summary>
    public bool AddsUp => Differences.Count == 0 && Batches.All(batch => batch.Difference is null);
}

/// <summary>The sums of a batch: planned = succeeded + failed + not run + open, by its attempts, beside the provider's counts.</summary>
public sealed record BatchReconciliation
{
    /// <summary>Ours.</summary>
    public required Guid BatchId { get; init; }

    public required int Pass { get; init; }

    /// <summary>Counted from 1 within its pass.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The provider's; null before it is submitted.</summary>
    public string? ProviderBatchId { get; init; }

    public required BatchState State { get; init; }

    /// <summary>Lines of its file.</summary>
    public required int Planned { get; init; }

    public required int Succeeded { get; init; }

    /// <summary>Attempts that failed, by code; codes without one are absent.</summary>
    public required IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; }

    /// <summary>Attempts that were given back or refused before they ran.</summary>
    public required int NotRun { get; init; }

    /// <summary>Attempts without outcome.</summary>
    public required int Open { get; init; }

    /// <summary>The provider's own counts, by HTTP status; null when it gave none.</summary>
    public RequestCounts? Theirs { get; init; }

    /// <summary>What differs between sent, answered, counted here and counted there, in words; null: nothing.</summary>
    public string? Difference { get; init; }

    /// <summary>The custom ids behind <see cref="Difference"/>, the first of each kind.</summary>
    public IReadOnlyList<string> OffendingIds { get; init; } = [];

    /// <summary>Attempts that failed.</summary>
    public int Failed => FailuresByCode.Values.Sum();
}
