namespace GroqBatch.Core.Telemetry;

/// <summary>What traces and metrics are called, for whoever listens. <c>docs/telemetry.md</c> says what each means.</summary>
public static class TelemetryNames
{
    /// <summary>The meter and the activity source.</summary>
    public const string Source = "GroqBatch";

    /// <summary>Attribute of spans, never of metrics: there is one value for each run.</summary>
    public const string RunId = "groqbatch.run.id";

    /// <summary>Attribute of spans, never of metrics: ours.</summary>
    public const string BatchId = "groqbatch.batch.id";

    /// <summary>Attribute of spans, never of metrics: the provider's.</summary>
    public const string ProviderBatchId = "groqbatch.provider.batch.id";

    /// <summary>Attribute of spans and metrics: <c>groq</c> or <c>simulator</c>.</summary>
    public const string Provider = "groqbatch.provider";

    /// <summary>Attribute of spans and metrics: a model of the catalogue.</summary>
    public const string Model = "groqbatch.model";

    /// <summary>Attribute of spans: counted from 1.</summary>
    public const string Pass = "groqbatch.pass";

    /// <summary>Attribute of metrics: <c>succeeded</c> or a failure code.</summary>
    public const string Outcome = "groqbatch.outcome";

    /// <summary>Attribute of metrics: a run's state.</summary>
    public const string State = "groqbatch.run.state";
}
