using System.Diagnostics;
using System.Diagnostics.Metrics;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Telemetry;

namespace GroqBatch.Pipeline.Telemetry;

/// <summary>
/// Every instrument of the product. Tags come from small sets (provider, model, outcome, state); ids of runs and batches are attributes of
/// spans. Counters tell what this process did, gauges what the ledger holds, whoever did it.
/// </summary>
internal sealed class GroqBatchMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _unknownCosts;
    private readonly Counter<long> _differences;
    private readonly Counter<long> _polls;
    private readonly Histogram<double> _ingestDuration;
    private readonly Histogram<double> _ingestRate;
    private readonly ObservableGauge<int> _runs;
    private Levels? _levels;

    public GroqBatchMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _requests = meter.CreateCounter<long>("groqbatch.requests", "{request}", "Attempts that got their outcome.");
        _tokens = meter.CreateCounter<long>("groqbatch.tokens", "{token}", "Tokens as the provider counted them.");
        _cost = meter.CreateCounter<double>("groqbatch.cost", "USD", "Dollars booked, once per attempt.");
        _unknownCosts = meter.CreateCounter<long>("groqbatch.cost.unknown", "{request}", "Attempts whose cost is unknown.");
        _differences = meter.CreateCounter<long>(
            "groqbatch.reconciliation.differences",
            "{difference}",
            "Ingests after which figures did not add up. Above zero is an alarm."
        );
        _polls = meter.CreateCounter<long>("groqbatch.polls", "{poll}", "Questions to the provider about batches under way.");
        _ingestDuration = meter.CreateHistogram<double>("groqbatch.ingest.duration", "s", "Taking what came back of one batch.");
        _ingestRate = meter.CreateHistogram<double>("groqbatch.ingest.rate", "{request}/s", "Requests taken in a second, per batch.");
        _runs = meter.CreateObservableGauge("groqbatch.runs", ObserveRuns, "{run}", "Runs by state.");
        meter.CreateObservableGauge("groqbatch.batches.live", ObserveLiveBatches, "{batch}", "Batches under way at the provider.");
        meter.CreateObservableGauge(
            "groqbatch.poll.age",
            ObservePollAge,
            "s",
            "Since the provider last answered a question about a batch under way; absent when none is."
        );
    }

    /// <summary>Whether anybody listens to what the ledger holds, so that it is worth reading.</summary>
    public bool AreGaugesRead => _runs.Enabled;

    /// <summary>What came back of a batch was taken.</summary>
    public void Ingested(Run run, Batch batch, IngestResult result, TimeSpan took)
    {
        var provider = Tag(TelemetryNames.Provider, run.Provider);
        var model = Tag(TelemetryNames.Model, (batch.Rung ?? run.Ladder.Find(batch.Pass))?.Model);
        if (result.Succeeded > 0)
        {
            _requests.Add(result.Succeeded, provider, model, Tag(TelemetryNames.Outcome, "succeeded"));
        }

        foreach (var (code, count) in result.FailuresByCode)
        {
            _requests.Add(count, provider, model, Tag(TelemetryNames.Outcome, code.ToWire()));
        }

        _tokens.Add(result.PromptTokens, provider, model, Tag("groqbatch.token.kind", "prompt"));
        _tokens.Add(result.CompletionTokens, provider, model, Tag("groqbatch.token.kind", "completion"));
        _cost.Add((double)result.Cost, provider, model);
        if (result.UnknownCosts > 0)
        {
            _unknownCosts.Add(result.UnknownCosts, provider, model);
        }

        _ingestDuration.Record(took.TotalSeconds, provider);
        if (took > TimeSpan.Zero)
        {
            _ingestRate.Record((result.Succeeded + result.Failed) / took.TotalSeconds, provider);
        }
    }

    /// <summary>Figures do not add up.</summary>
    /// <param name="subject"><c>batch</c>: against the provider's files and counts; <c>run</c>: our counters against our rows.</param>
    public void Differs(string provider, string subject) =>
        _differences.Add(1, Tag(TelemetryNames.Provider, provider), Tag("groqbatch.subject", subject));

    /// <summary>The provider was asked.</summary>
    public void Polled(string provider, bool isAnswered) =>
        _polls.Add(1, Tag(TelemetryNames.Provider, provider), Tag("groqbatch.result", isAnswered ? "answered" : "failed"));

    /// <summary>What the ledger holds now.</summary>
    public void Set(string provider, LedgerLevels levels) => _levels = new Levels(provider, levels, Stopwatch.GetTimestamp());

    private IEnumerable<Measurement<int>> ObserveRuns() =>
        _levels is not { } now
            ? []
            : now.Ledger.RunsByState.Select(state => new Measurement<int>(
                state.Value,
                Tag(TelemetryNames.Provider, now.Provider),
                Tag(TelemetryNames.State, state.Key.ToString())
            ));

    private IEnumerable<Measurement<int>> ObserveLiveBatches() =>
        _levels is { } now ? [new(now.Ledger.LiveBatches, Tag(TelemetryNames.Provider, now.Provider))] : [];

    private IEnumerable<Measurement<double>> ObservePollAge() =>
        _levels is { Ledger.LastGoodPoll: { } age } now
            ? [new((age + Stopwatch.GetElapsedTime(now.ReadAt)).TotalSeconds, Tag(TelemetryNames.Provider, now.Provider))]
            : [];

    private static KeyValuePair<string, object?> Tag(string name, string? value) => new(name, value);

    private sealed record Levels(string Provider, LedgerLevels Ledger, long ReadAt);
}
