using System.Globalization;
using System.Text.Json;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Text;

namespace GroqBatch.Groq.Client;

/// <summary>Reads a batch object. Only its id is needed; whatever else is absent, null, of another type or new is no reason to lose a batch.</summary>
/// <remarks>
/// <code>
/// {"id":"batch_01m7e79rtyfx5vsa9mkvef9ews","object":"batch","endpoint":"/v1/chat/completions","errors":null,
///  "input_file_id":"file_01m7e79evve8kbcf2tpy8vep2a","completion_window":"24h","status":"completed",
///  "output_file_id":"file_01m7e7bm4zef7a5n56tabvem4j","error_file_id":"file_01m7e7bm5cf1tr6k0s3gqy4w2n","created_at":1794700010,
///  "completed_at":1794700071,"expires_at":1794786410,"request_counts":{"total":1000,"completed":958,"failed":42},"metadata":null}
/// </code>
/// </remarks>
internal static class BatchReader
{
    /// <summary>Reads a batch, or gives null when it has no id and so is none.</summary>
    public static ProviderBatch? Read(WireBatch? wire)
    {
        if (wire is null)
        {
            return null;
        }

        var json = wire.Json;
        var raw = StorableText.CleanJson(json.GetRawText(), out var replaced);
        if (replaced > 0)
        {
            // The framework gives no string for a lone surrogate, and the ledger takes none.
            json = JsonElement.Parse(raw);
        }

        if (json.ValueKind != JsonValueKind.Object || Text(json, "id") is not { } id)
        {
            return null;
        }

        var statusText = Text(json, "status") ?? "";
        var status = StatusOf(statusText);
        return new ProviderBatch
        {
            Id = id,
            Status = status,
            // Known words as Groq writes them, for whoever compares them; others as they are, as far as there is room for them.
            StatusText =
                status == ProviderBatchStatus.Unknown
                    ? StorableText.Cut(statusText, ProviderBatch.LongestWord)
                    : statusText.ToLowerInvariant(),
            InputFileId = Text(json, "input_file_id") ?? "",
            OutputFileId = Text(json, "output_file_id"),
            ErrorFileId = Text(json, "error_file_id"),
            Counts = Counts(json),
            Errors = Errors(json),
            Metadata = Metadata(json),
            CreatedAt = Time(json, "created_at"),
            ExpiresAt = Time(json, "expires_at"),
            EndedAt = EndedAt(json, status),
            RawJson = raw,
        };
    }

    /// <summary>The status of a word; case does not matter, since providers with the same API write it in capitals.</summary>
    public static ProviderBatchStatus StatusOf(string word) =>
        word.ToLowerInvariant() switch
        {
            "validating" => ProviderBatchStatus.Validating,
            "failed" => ProviderBatchStatus.Failed,
            "in_progress" => ProviderBatchStatus.InProgress,
            "finalizing" => ProviderBatchStatus.Finalizing,
            "completed" => ProviderBatchStatus.Completed,
            "expired" => ProviderBatchStatus.Expired,
            "cancelling" => ProviderBatchStatus.Cancelling,
            "cancelled" => ProviderBatchStatus.Cancelled,
            _ => ProviderBatchStatus.Unknown,
        };

    private static DateTimeOffset? EndedAt(JsonElement json, ProviderBatchStatus status) =>
        status switch
        {
            ProviderBatchStatus.Completed => Time(json, "completed_at"),
            ProviderBatchStatus.Failed => Time(json, "failed_at"),
            ProviderBatchStatus.Expired => Time(json, "expired_at"),
            ProviderBatchStatus.Cancelled => Time(json, "cancelled_at"),
            _ => null,
        };

    private static RequestCounts? Counts(JsonElement json) =>
        json.TryGetProperty("request_counts", out var counts) && counts.ValueKind == JsonValueKind.Object
            ? new RequestCounts(Number(counts, "total") ?? 0, Number(counts, "completed") ?? 0, Number(counts, "failed") ?? 0)
            : null;

    /// <summary>Null, <c>{"object":"list","data":[…]}</c> (the API's description), or the bare list (the guide's sample).</summary>
    private static List<ProviderBatchError> Errors(JsonElement json)
    {
        var faults = new List<ProviderBatchError>();
        if (!json.TryGetProperty("errors", out var errors))
        {
            return faults;
        }

        if (errors.ValueKind == JsonValueKind.Object && errors.TryGetProperty("data", out var data))
        {
            errors = data;
        }

        var list = errors.ValueKind switch
        {
            JsonValueKind.Array => errors.EnumerateArray(),
            JsonValueKind.Object or JsonValueKind.String => Enumerable.Repeat(errors, 1),
            _ => (IEnumerable<JsonElement>)[],
        };
        foreach (var error in list)
        {
            if (error.ValueKind == JsonValueKind.Object)
            {
                faults.Add(
                    new ProviderBatchError(
                        Text(error, "code"),
                        Text(error, "message") ?? Text(error, "code") ?? "",
                        Text(error, "param"),
                        Number(error, "line")
                    )
                );
            }
            else if (AsText(error) is { } message)
            {
                faults.Add(new ProviderBatchError(Code: null, message, Param: null, Line: null));
            }
        }

        return faults;
    }

    private static Dictionary<string, string> Metadata(JsonElement json)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.TryGetProperty("metadata", out var pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in pairs.EnumerateObject())
            {
                metadata[pair.Name] = AsText(pair.Value) ?? pair.Value.GetRawText();
            }
        }

        return metadata;
    }

    /// <summary>Non-empty text, or null: providers say "none" by null, by absence, by <c>""</c> and (as recorded) by <c>{}</c>.</summary>
    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && AsText(value) is { Length: > 0 } text ? text : null;

    private static string? AsText(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement json, string name) =>
        Integer(json, name) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

    private static DateTimeOffset? Time(JsonElement json, string name) =>
        Integer(json, name) is { } seconds and > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static long? Integer(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
            JsonValueKind.Number when value.TryGetDouble(out var real) && Math.Abs(real) < 1e15 => (long)real,
            JsonValueKind.String
                when long.TryParse(AsText(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) => written,
            _ => null,
        };
    }
}
