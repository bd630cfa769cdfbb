using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Sources.Export;

/// <summary>One JSON object a line, the properties in the order they are documented in.</summary>
internal sealed class JsonlSummaryWriter : ISummaryWriter
{
    private const int FlushBytes = 64 * 1024;

    // Text that is not ASCII stays readable; the lines are no HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PipeWriter _pipe;
    private readonly Utf8JsonWriter _json;
    private bool _isCompleted;

    public JsonlSummaryWriter(Stream output)
    {
        _pipe = PipeWriter.Create(output, new StreamPipeWriterOptions(minimumBufferSize: FlushBytes, leaveOpen: true));
        _json = new Utf8JsonWriter(_pipe, Options);
    }

    public async ValueTask WriteAsync(ExportedSummary summary, CancellationToken cancellationToken)
    {
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("team", summary.Team);
        _json.WriteString("repository", summary.Repository);
        _json.WriteNumber("number", summary.Number);
        _json.WriteString("title", summary.Title);
        _json.WriteString("url", summary.Url);
        _json.WritePropertyName("summary");
        SummaryJson.Write(_json, summary.Summary);
        _json.WriteBoolean("stale", summary.IsStale);
        _json.WriteString("provider", summary.Provider);
        _json.WriteString("model", summary.Model);
        _json.WriteNumber("pass", summary.Pass);
        _json.WriteString("promptVersion", summary.PromptVersion);
        _json.WriteString("runId", summary.RunId);
        _json.WriteString("summarisedAt", summary.SummarisedAt.UtcDateTime);
        _json.WriteEndObject();
        await _json.FlushAsync(cancellationToken);
        _pipe.GetSpan(1)[0] = (byte)'\n';
        _pipe.Advance(1);
        if (_pipe.UnflushedBytes >= FlushBytes)
        {
            await _pipe.FlushAsync(cancellationToken);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await _pipe.FlushAsync(cancellationToken);
        _isCompleted = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync();

        // Without a cause it would write what is left, also after a failure or a cancellation.
        await _pipe.CompleteAsync(_isCompleted ? null : new OperationCanceledException());
    }
}
