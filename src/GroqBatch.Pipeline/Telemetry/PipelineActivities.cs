using System.Diagnostics;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Telemetry;

namespace GroqBatch.Pipeline.Telemetry;

/// <summary>The spans of the pipeline: one for each step that may take a while, with the ids of what it works on and nothing of its content.</summary>
internal static class PipelineActivities
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    /// <summary>Moving a run as far as it can go now.</summary>
    public static Activity? StartRun(string name, Guid runId) => Source.StartActivity(name)?.SetTag(TelemetryNames.RunId, runId.ToString());

    /// <summary>A step on a batch.</summary>
    public static Activity? StartBatch(string name, Batch batch) =>
        Source
            .StartActivity(name)
            ?.SetTag(TelemetryNames.RunId, batch.RunId.ToString())
            .SetTag(TelemetryNames.BatchId, batch.Id.ToString())
            .SetTag(TelemetryNames.ProviderBatchId, batch.ProviderBatchId)
            .SetTag(TelemetryNames.Provider, batch.Provider)
            .SetTag(TelemetryNames.Pass, batch.Pass);

    /// <summary>Asking a provider.</summary>
    public static Activity? StartPoll(string provider, int batches) =>
        Source
            .StartActivity("provider.poll", ActivityKind.Client)
            ?.SetTag(TelemetryNames.Provider, provider)
            .SetTag("groqbatch.batches", batches);
}
