using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Text;

namespace GroqBatch.Groq.Answers;

/// <summary>
/// Reads one line of an output or error file and says what it means for its request. Which file a line stands in does not matter: providers put
/// failures into output files and successes into error files.
/// </summary>
/// <remarks>
/// The three forms, keys beyond <c>custom_id</c> and the deciding one being optional in each:
/// <code>
/// {"id":"batch_req_out_…","custom_id":"pr-1","response":{"status_code":200,"request_id":"req_…","body":{"choices":[{"message":{"content":"{…}"},"finish_reason":"stop"}],"usage":{…}}},"error":null}
/// {"id":"batch_req_out_…","custom_id":"pr-2","response":{"status_code":400,"body":{"error":{"message":"Failed to validate JSON…","code":"json_validate_failed","failed_generation":""}}}}
/// {"id":"batch_req_out_…","custom_id":"pr-3","response":null,"error":{"code":"batch_expired","message":"…"}}
/// </code>
/// </remarks>
internal static partial class AnswerReader
{
    /// <summary>A message is for people; the whole reply is in the raw line.</summary>
    private const int MessageLength = 2_000;

    /// <summary>The limit's own text is short; a longer one is what the model wrote and may say anything.</summary>
    private const int LimitTextLength = 200;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>Reads a line; gives null for a blank one.</summary>
    public static Answer? Read(ReadOnlyMemory<byte> line)
    {
        line = Trim(line);
        if (line.IsEmpty)
        {
            return null;
        }

        var utf8 = line;
        var raw = Encoding.UTF8.GetString(line.Span); // bytes that are no UTF-8 become U+FFFD
        var isValid = Utf8.IsValid(line.Span);
        if (!isValid || line.Span.IndexOf("\\u"u8) >= 0)
        {
            raw = StorableText.CleanJson(raw, out var replaced);
            if (!isValid || replaced > 0)
            {
                utf8 = Encoding.UTF8.GetBytes(raw); // what is parsed is what is stored, and gives no string that can't be
            }
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Classify(document.RootElement, raw)
                : Unreadable(raw, "The line is JSON, but no object.");
        }
        catch (JsonException)
        {
            return Unreadable(raw, "The line is not valid JSON.");
        }
    }

    /// <summary>A line that can't be read, or only in part, with whatever custom id can be found in it.</summary>
    /// <param name="raw">The line, or its beginning.</param>
    /// <param name="message">Why not.</param>
    public static Answer Unreadable(string raw, string message) =>
        new()
        {
            CustomId = SalvageCustomId(raw),
            Kind = AnswerKind.Failed,
            Code = FailureCode.ApiError,
            Message = message,
            RawLine = StorableText.CleanJson(raw, out _),
        };

    private static Answer Classify(JsonElement line, string raw)
    {
        var customId = TextOf(line, "custom_id"u8);
        var response = ObjectOf(line, "response"u8);
        var status = response is null ? null : NumberOf(response.Value, "status_code"u8);
        var body = response is null ? null : ObjectOf(response.Value, "body"u8);
        var answer = new Answer
        {
            CustomId = customId,
            Kind = AnswerKind.Failed,
            HttpStatus = status,
            Usage = body is null ? null : UsageOf(body.Value),
            ProviderRequestId = RequestIdOf(response, body),
            RawLine = raw,
        };

        // Whether it succeeded comes first; only then the reasons, from the outermost inwards.
        var bodyError = body is null ? null : ErrorOf(body.Value);
        if (status is >= 200 and < 300 && (bodyError is null || HasChoice(body!.Value)))
        {
            return ReadContent(answer, body);
        }

        return (ErrorOf(line) ?? bodyError) is { } error ? Fail(answer, error)
            : status is 401 or 403 ? Refuse(answer, $"HTTP {status} without an explanation.")
            : Fail(
                answer,
                FailureCode.ApiError,
                status is null ? "The line has neither an answer nor an error." : $"HTTP {status} without an explanation."
            );
    }

    private static Answer ReadContent(Answer answer, JsonElement? body)
    {
        if (body is null || FirstChoiceOf(body.Value) is not { } choice)
        {
            return Fail(answer, FailureCode.InvalidJson, "Answered with success, but without any choice.");
        }

        var ranOut = TextOf(choice, "finish_reason"u8) == "length";
        if (
            ObjectOf(choice, "message"u8) is not { } message
            || !message.TryGetProperty("content"u8, out var content)
            || content.ValueKind != JsonValueKind.String
        )
        {
            return ranOut
                ? Fail(answer, FailureCode.MaxTokens, "The token limit was reached before the answer began.")
                : Fail(answer, FailureCode.InvalidJson, "The answer has no content.");
        }

        var reading = ReadSummary(content);
        return reading.IsValid ? answer with { Kind = AnswerKind.Succeeded, Summary = reading.Document }
            : ranOut
                ? Fail(answer, FailureCode.MaxTokens, $"The token limit was reached before the document was complete: {reading.Message}")
            : Fail(answer, reading.Code.Value, reading.Message);
    }

    /// <summary>Reads the document within the content, a JSON text within a JSON string, without making a string of it.</summary>
    private static SummaryReading ReadSummary(JsonElement content)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(content));
        reader.Read();
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, reader.ValueSpan.Length)); // unescaping only shortens
        try
        {
            var length = reader.CopyString(buffer);
            return SummaryReader.Read(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Answer Fail(Answer answer, LineError error)
    {
        var said = error.Message ?? error.Code ?? $"HTTP {answer.HttpStatus} without an explanation.";
        return error.Code switch
        {
            "batch_expired" => Fail(answer, FailureCode.Expired, said),
            "batch_cancelled" => Fail(answer, FailureCode.Cancelled, said),
            "json_validate_failed" => FailValidation(answer, error, said),
            "context_length_exceeded" => Fail(answer, FailureCode.ContextLength, said),
            "model_not_found"
            or "model_decommissioned"
            or "invalid_api_key"
            or "not_available_for_plan"
            or "model_permission_blocked_org"
            or "model_permission_blocked_project" => Refuse(answer, said),
            _ when answer.HttpStatus is 401 or 403 => Refuse(answer, said),
            null when answer.HttpStatus == 400 && IsValidationText(said) => FailValidation(answer, error, said),
            null when answer.HttpStatus == 400 && ContextText().IsMatch(said) => Fail(answer, FailureCode.ContextLength, said),
            null when answer.HttpStatus == 404 && said.Contains("does not exist or you do not have access", StringComparison.Ordinal) =>
                Refuse(answer, said),
            _ => Fail(answer, FailureCode.ApiError, said),
        };
    }

    /// <summary>The provider could not make JSON of what the model wrote: because the tokens ran out, or for any other reason.</summary>
    private static Answer FailValidation(Answer answer, LineError error, string said)
    {
        var ranOut =
            LimitText().IsMatch(said)
            || (error.FailedGeneration is { Length: <= LimitTextLength } generation && LimitText().IsMatch(generation));
        return Fail(answer, ranOut ? FailureCode.MaxTokens : FailureCode.JsonValidateFailed, said);
    }

    private static bool IsValidationText(string message) =>
        message.StartsWith("Failed to validate JSON", StringComparison.Ordinal)
        || message.StartsWith("Failed to generate JSON", StringComparison.Ordinal)
        || message.StartsWith("Generated JSON does not match the expected schema", StringComparison.Ordinal);

    private static Answer Fail(Answer answer, FailureCode code, string message) =>
        answer with
        {
            Code = code,
            Message = StorableText.Cut(message, MessageLength),
        };

    private static Answer Refuse(Answer answer, string message) =>
        answer with
        {
            Kind = AnswerKind.Refused,
            Message = StorableText.Cut(message, MessageLength),
        };

    private static bool HasChoice(JsonElement body) => FirstChoiceOf(body) is not null;

    private static JsonElement? FirstChoiceOf(JsonElement body)
    {
        if (
            body.TryGetProperty("choices"u8, out var choices)
            && choices.ValueKind == JsonValueKind.Array
            && choices.GetArrayLength() > 0
            && choices[0].ValueKind == JsonValueKind.Object
        )
        {
            return choices[0];
        }

        return null;
    }

    private static TokenUsage? UsageOf(JsonElement body)
    {
        if (
            ObjectOf(body, "usage"u8) is not { } usage
            || NumberOf(usage, "prompt_tokens"u8) is not { } prompt
            || (NumberOf(usage, "completion_tokens"u8) ?? NumberOf(usage, "total_tokens"u8) - prompt) is not { } completion
            || prompt < 0
            || completion < 0
        )
        {
            return null; // unknown, never zero
        }

        return new TokenUsage(prompt, completion);
    }

    private static string? RequestIdOf(JsonElement? response, JsonElement? body)
    {
        if (response is not null && TextOf(response.Value, "request_id"u8) is { Length: > 0 } id)
        {
            return StorableText.Cut(id, ProviderBatch.LongestWord);
        }

        return body is not null && ObjectOf(body.Value, "x_groq"u8) is { } groq && TextOf(groq, "id"u8) is { Length: > 0 } same
            ? StorableText.Cut(same, ProviderBatch.LongestWord)
            : null;
    }

    /// <summary>The <c>error</c> of the line or of the body; null when it is absent, null, or says nothing.</summary>
    private static LineError? ErrorOf(JsonElement json)
    {
        if (!json.TryGetProperty("error"u8, out var error))
        {
            return null;
        }

        if (error.ValueKind == JsonValueKind.String && error.GetString() is { Length: > 0 } text)
        {
            return new LineError(text, Code: null, FailedGeneration: null);
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var found = new LineError(Named("message"u8), Named("code"u8), Named("failed_generation"u8));
        return found.Message is null && found.Code is null ? null : found;

        string? Named(ReadOnlySpan<byte> name) => TextOf(error, name) is { Length: > 0 } value ? value : null;
    }

    private static JsonElement? ObjectOf(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? TextOf(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

    private static int? NumberOf(JsonElement json, ReadOnlySpan<byte> name)
    {
        if (!json.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var whole) => whole,
            JsonValueKind.Number when value.TryGetDouble(out var real) && real is > -2e9 and < 2e9 => (int)real,
            JsonValueKind.String when int.TryParse(value.GetString(), out var written) => written,
            _ => null,
        };
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        var start = 0;
        var end = span.Length;
        while (start < end && span[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            start++;
        }

        while (end > start && span[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            end--;
        }

        return line[start..end];
    }

    private static string? SalvageCustomId(string raw)
    {
        if (CustomIdPattern().Match(raw) is not { Success: true } match)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<string>($"\"{StorableText.CleanJson(match.Groups["id"].Value, out _)}\"");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Within a content string the quotes are escaped, so that a custom_id that a pull request talks about doesn't match.
    [GeneratedRegex(
        """
            "custom_id"\s*:\s*"(?<id>([^"\\]|\\.){1,256})"
            """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 2_000
    )]
    private static partial Regex CustomIdPattern();

    [GeneratedRegex(
        "max[_ ](completion[_ ])?tokens reached",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 2_000
    )]
    private static partial Regex LimitText();

    [GeneratedRegex(
        "context (length|window)|reduce the length of the (messages|prompt)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 2_000
    )]
    private static partial Regex ContextText();

    private readonly record struct LineError(string? Message, string? Code, string? FailedGeneration);
}
