using System.Text.Json;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Files;

namespace GroqBatch.Simulator.Batches;

/// <summary>Writes the batch object exactly as Groq does, and as the fault switches want it.</summary>
internal static class BatchJson
{
    public static void Write(Utf8JsonWriter json, BatchView view, IReadOnlyList<InputError> inputErrors)
    {
        var (record, moment) = (view.Record, view.Moment);
        json.WriteStartObject();
        json.WriteString("id"u8, record.Id);
        json.WriteString("object"u8, "batch"u8);
        json.WriteString("endpoint"u8, record.Endpoint);
        WriteErrors(json, view, inputErrors);
        json.WriteString("input_file_id"u8, record.InputFileId);
        json.WriteString("completion_window"u8, record.CompletionWindow);
        json.WriteString("status"u8, StatusOf(view));
        var noFile = view.Fault(FaultKind.FileIds)?.Shape ?? "null";
        WriteFileId(json, "output_file_id", view.OutputFileId, noFile);
        WriteFileId(json, "error_file_id", view.ErrorFileId, noFile);
        json.WriteNumber("created_at"u8, record.CreatedAt / 1000);
        WriteTime(json, "in_progress_at"u8, moment.InProgressAt);
        WriteTime(json, "finalizing_at"u8, moment.FinalizingAt);
        WriteTime(json, "completed_at"u8, moment.CompletedAt);
        WriteTime(json, "failed_at"u8, moment.FailedAt);
        WriteTime(json, "expired_at"u8, moment.ExpiredAt);
        WriteTime(json, "cancelling_at"u8, moment.CancellingAt);
        WriteTime(json, "cancelled_at"u8, moment.CancelledAt);
        json.WriteNumber("expires_at"u8, (record.CreatedAt / 1000) + record.WindowSeconds);
        WriteCounts(json, view);
        WriteMetadata(json, record.Metadata);
        json.WriteString("project_id"u8, record.ProjectId);
        if (view.Fault(FaultKind.UnknownFields) is not null)
        {
            json.WriteString("queue"u8, "batch-eu-1"u8);
            json.WriteStartObject("usage_estimate"u8);
            json.WriteNumber("requests"u8, record.Requests);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string StatusOf(BatchView view) =>
        view.Moment.Status == "in_progress" && view.Fault(FaultKind.UnknownStatus) is { } unknown
            ? unknown.Value ?? "paused"
            : view.Moment.Status;

    private static void WriteErrors(Utf8JsonWriter json, BatchView view, IReadOnlyList<InputError> inputErrors)
    {
        var fault = view.Record.Fault(FaultKind.ValidationFailed) ?? view.Record.Fault(FaultKind.LinesDropped);
        IReadOnlyList<InputError> errors =
            view.Moment.Status == "validating" ? []
            : fault is null ? inputErrors
            :
            [
                .. (fault.Lines ?? [1]).Select(line =>
                    fault.Kind == FaultKind.LinesDropped
                        ? new InputError("invalid_method", "Invalid method: GET. Supported methods: POST.", "method", line)
                        : new InputError("invalid_json_line", "This line is not parseable as valid JSON.", null, line)
                ),
                .. inputErrors,
            ];
        if (errors.Count == 0 || fault?.Shape == "null")
        {
            json.WriteNull("errors"u8);
            return;
        }

        var bare = fault?.Shape == "array";
        if (bare)
        {
            json.WriteStartArray("errors"u8);
        }
        else
        {
            json.WriteStartObject("errors"u8);
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
        }

        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteString("param"u8, error.Param);
            if (error.Line is { } line)
            {
                json.WriteNumber("line"u8, line);
            }
            else
            {
                json.WriteNull("line"u8);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!bare)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteFileId(Utf8JsonWriter json, string name, string? id, string noFile)
    {
        if (id is not null)
        {
            json.WriteString(name, id);
            return;
        }

        switch (noFile)
        {
            case "absent":
                break;
            case "empty":
                json.WriteString(name, "");
                break;
            case "object":
                json.WriteStartObject(name);
                json.WriteEndObject();
                break;
            default:
                json.WriteNull(name);
                break;
        }
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? milliseconds)
    {
        if (milliseconds is { } time)
        {
            json.WriteNumber(name, time / 1000);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteCounts(Utf8JsonWriter json, BatchView view)
    {
        if (view.Fault(FaultKind.CountsAbsent) is not null)
        {
            return;
        }

        var (moment, result) = (view.Moment, view.Result);
        int total = 0,
            completed = 0,
            failed = 0;
        if (moment.Status is not ("validating" or "failed"))
        {
            total = view.Record.Requests - view.Record.Dropped.Count;
            if (result is not null)
            {
                var run = result.Completed + result.Failed;
                var over = moment.IsOver || moment.Status is "finalizing";
                failed = over ? result.Failed : result.FailedAmong(moment.Answered, run);
                completed = over ? result.Completed : Math.Max(0, Math.Min(moment.Answered, run) - failed);
            }
        }

        json.WriteStartObject("request_counts"u8);
        json.WriteNumber("total"u8, total);
        json.WriteNumber("completed"u8, completed);
        json.WriteNumber("failed"u8, failed);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            json.WriteNull("metadata"u8);
            return;
        }

        json.WriteStartObject("metadata"u8);
        foreach (var (key, value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
