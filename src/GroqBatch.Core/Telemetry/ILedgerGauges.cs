using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Telemetry;

/// <summary>Levels that are the ledger's to tell, not any process's: every instance of an installation reads the same.</summary>
public interface ILedgerGauges
{
    /// <summary>Reads them, from indexes and small tables.</summary>
    Task<LedgerLevels> ReadAsync(string provider, CancellationToken cancellationToken);
}

/// <summary>Levels of one provider's work.</summary>
/// <param name="RunsByState">Every state, also those without a run.</param>
/// <param name="LiveBatches">Batches that the provider has or may have, and has not ended.</param>
/// <param name="LastGoodPoll">How long ago the provider last answered a question about any batch under way; null when none is.</param>
public sealed record LedgerLevels(IReadOnlyDictionary<RunState, int> RunsByState, int LiveBatches, TimeSpan? LastGoodPoll);
