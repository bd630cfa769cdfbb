using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Models;
using GroqBatch.Simulator.Storage;
using GroqBatch.Simulator.Summaries;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// Answers single requests of one batch. What comes out follows from seed, model, <c>custom_id</c> and how many earlier batches of the folder held
/// the same <c>custom_id</c> for the same model: a second sending rolls the dice anew, and a rerun with the same seed in a fresh folder rolls
/// the same. How requests are spread over files, and in which order, changes nothing.
/// </summary>
internal sealed class AnswerWriter : IDisposable
{
    private const string LimitText = "max completion tokens reached before generating a valid document";

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Quotes and letters as Groq writes them; what reads the file is no browser.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly BatchRecord _batch;
    private readonly bool _unknownFields;
    private readonly Dictionary<string, (SimulatedModel Model, IReadOnlyList<(SimulatedAnswer Kind, double Share)> Shares)> _models;
    private readonly SummaryComposer _composer = new();
    private readonly SchemaCheck _schemas = new();
    private readonly PooledBuffer _content = new(4096);
    private readonly Utf8JsonWriter _contentJson;
    private readonly Utf8JsonWriter _json;
    private readonly PooledBuffer _nowhere = new(256);

    public AnswerWriter(BatchRecord batch)
    {
        _batch = batch;
        _unknownFields = batch.Fault(Faults.FaultKind.UnknownFields) is not null;
        _models = batch.Models.ToDictionary(model => model.Id, model => (model, model.Shares()), StringComparer.Ordinal);
        _contentJson = new Utf8JsonWriter(_content, WriterOptions);
        _json = new Utf8JsonWriter(_nowhere, WriterOptions);
    }

    public void Dispose()
    {
        _contentJson.Dispose();
        _json.Dispose();
        _content.Dispose();
        _nowhere.Dispose();
    }

    /// <summary>Writes the answer to one request, without a line end.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="request">The request.</param>
    /// <param name="index">Its place in the input, from 0.</param>
    /// <param name="attempt">How many earlier batches held it.</param>
    /// <param name="forced">What a fault switch wants; null: by the rules.</param>
    /// <returns>What was answered.</returns>
    public SimulatedAnswer Write(PooledBuffer target, RequestLine request, int index, int attempt, SimulatedAnswer? forced)
    {
        Span<byte> dice = stackalloc byte[SHA256.HashSizeInBytes];
        Roll(dice, request, attempt);
        var promptTokens = 4 + (request.MessageCharacters / 4);
        var (kind, detail) = Decide(request, dice, promptTokens, forced);
        Span<byte> ids = stackalloc byte[SHA256.HashSizeInBytes];
        Identify(ids, request.CustomId, index);
        if (kind.GoesToOutput())
        {
            WriteSuccess(target, request, index, ref kind, dice, ids, promptTokens);
        }
        else
        {
            WriteError(target, request.CustomId, request, index, kind, detail, dice, ids);
        }

        return kind;
    }

    /// <summary>Writes the line of a request that was never run.</summary>
    public void WriteNeverRun(PooledBuffer target, string customId, int index, SimulatedAnswer kind)
    {
        Span<byte> ids = stackalloc byte[SHA256.HashSizeInBytes];
        Identify(ids, customId, index);
        WriteError(target, customId, null, index, kind, null, default, ids);
    }

    private static double Fraction(ReadOnlySpan<byte> dice, int which) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(dice[(which * 8)..]) >> 11) * (1.0 / (1UL << 53));

    private void Roll(Span<byte> dice, RequestLine request, int attempt)
    {
        Span<byte> input = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(input, _batch.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(input[4..], attempt);
        // The key stands for custom_id and model.
        BinaryPrimitives.WriteUInt64LittleEndian(input[8..], request.Key);
        SHA256.HashData(input, dice);
    }

    /// <summary>Thirty-two bytes for the ids on a line, unlike those of any other line or batch.</summary>
    private void Identify(Span<byte> ids, string customId, int index)
    {
        Span<byte> input = stackalloc byte[256];
        BinaryPrimitives.WriteInt32LittleEndian(input, index);
        var length = 4 + Encoding.UTF8.GetBytes(_batch.Id, input[4..]);
        // Index and batch alone are unique; as much of the id as fits only makes it look less regular.
        Encoding.UTF8.TryGetBytes(customId.AsSpan(0, Math.Min(customId.Length, 48)), input[length..], out var written);
        SHA256.HashData(input[..(length + written)], ids);
    }

    private (SimulatedAnswer Kind, string? Detail) Decide(
        RequestLine request,
        ReadOnlySpan<byte> dice,
        int promptTokens,
        SimulatedAnswer? forced
    )
    {
        if (forced is { } wanted)
        {
            return (wanted, wanted == SimulatedAnswer.InvalidRequest ? "Invalid request." : null);
        }

        if (!_models.TryGetValue(request.Model, out var served) || served.Model.IsRetired)
        {
            return (SimulatedAnswer.ModelNotFound, null);
        }

        var model = served.Model;
        if (MistakeIn(request, model) is { } mistake)
        {
            return (SimulatedAnswer.InvalidRequest, mistake);
        }

        var limit = request.MaxCompletionTokens ?? (model.IsGptOss ? 1024 : model.MaxOutput);
        if (promptTokens > model.Context)
        {
            return (SimulatedAnswer.ContextLength, null);
        }

        var roll = Fraction(dice, 0);
        var isJson = request.ResponseFormat is "json_object" or "json_schema";
        // Reasoning shares the limit with the answer: the main cause of failures that has been measured.
        if (model.IsGptOss && limit < 2048 && request.ReasoningEffort != "low" && Fraction(dice, 2) < 0.4)
        {
            return (isJson ? SimulatedAnswer.TokenLimit : SimulatedAnswer.FinishLength, null);
        }

        foreach (var (kind, share) in served.Shares)
        {
            if (roll < share)
            {
                return (isJson ? kind : WithoutJsonMode(kind), null);
            }

            roll -= share;
        }

        return (SimulatedAnswer.Succeeded, null);
    }

    /// <summary>Where no JSON was asked for, nothing validates it.</summary>
    private static SimulatedAnswer WithoutJsonMode(SimulatedAnswer kind) =>
        kind switch
        {
            SimulatedAnswer.JsonValidateFailed or SimulatedAnswer.SchemaMismatch => SimulatedAnswer.NotJson,
            SimulatedAnswer.TokenLimit or SimulatedAnswer.TokenLimitInMessage => SimulatedAnswer.FinishLength,
            _ => kind,
        };

    private string? MistakeIn(RequestLine request, SimulatedModel model)
    {
        if (request.Unsupported is { } unsupported)
        {
            return $"{unsupported.Message}\n{unsupported.Param}";
        }

        if (!request.HasMessages)
        {
            return "'messages' : minimum number of items is 1\nmessages";
        }

        if (request.MaxCompletionTokens > model.MaxOutput)
        {
            return $"`max_completion_tokens` must be less than or equal to `{model.MaxOutput}`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model\nmax_completion_tokens";
        }

        if (request.ReasoningEffort is { } effort)
        {
            if (!model.IsGptOss)
            {
                return "`reasoning_effort` is not supported with this model\nreasoning_effort";
            }

            if (effort is not ("low" or "medium" or "high"))
            {
                return "`reasoning_effort` must be one of `low`, `medium`, or `high`\nreasoning_effort";
            }
        }

        switch (request.ResponseFormat)
        {
            case null or "text":
                return null;
            case "json_object":
                return request.SaysJson
                    ? null
                    : "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.\nmessages";
            case "json_schema":
                if (!model.JsonSchemaAllowed)
                {
                    return "This model does not support response format `json_schema`.\nresponse_format";
                }

                if (request.Schema.Length == 0 || request.SchemaName is not { Length: > 0 and <= 64 })
                {
                    return "response_format of type json_schema needs json_schema.name (at most 64 characters) and json_schema.schema\nresponse_format";
                }

                return request.SchemaIsStrict && _schemas.MistakeIn(request.Schema) is { } mistake ? mistake + "\nresponse_format" : null;
            default:
                return "response_format.type must be one of `text`, `json_object`, `json_schema`\nresponse_format";
        }
    }

    private void WriteSuccess(
        PooledBuffer target,
        RequestLine request,
        int index,
        ref SimulatedAnswer kind,
        ReadOnlySpan<byte> dice,
        ReadOnlySpan<byte> ids,
        int promptTokens
    )
    {
        _content.Clear();
        switch (kind)
        {
            case SimulatedAnswer.NullContent or SimulatedAnswer.EmptyContent:
                break;
            case SimulatedAnswer.NotJson:
                "I'm sorry, but this is a summary in prose: the pull request changes a few files."u8.CopyTo(_content.GetSpan(128));
                _content.Advance(80);
                break;
            case SimulatedAnswer.Hostile:
                _contentJson.Reset();
                HostileSummary.Write(_contentJson);
                _contentJson.Flush();
                break;
            default:
                _contentJson.Reset();
                _composer.Write(
                    _contentJson,
                    request.Prompt,
                    kind switch
                    {
                        SimulatedAnswer.OverLong => SummaryFlaw.OverLong,
                        SimulatedAnswer.SchemaViolation => SummaryFlaw.OtherShape,
                        SimulatedAnswer.Contradiction => SummaryFlaw.Contradiction,
                        _ => SummaryFlaw.None,
                    }
                );
                _contentJson.Flush();
                if (kind == SimulatedAnswer.FinishLength)
                {
                    TruncateContent(_content.Length / 2);
                }

                break;
        }

        var gptOss = request.Model.StartsWith("openai/gpt-oss", StringComparison.Ordinal);
        var effort = request.ReasoningEffort switch
        {
            "low" => (Least: 40, Spread: 120),
            "high" => (Least: 600, Spread: 1800),
            _ => (Least: 150, Spread: 500),
        };
        var reasoning = gptOss ? effort.Least + (int)(Fraction(dice, 2) * effort.Spread) : 0;
        var completion = reasoning + Math.Max(1, _content.Length / 4);
        var limit = request.MaxCompletionTokens ?? int.MaxValue;
        if (completion > limit && kind is SimulatedAnswer.Succeeded or SimulatedAnswer.OverLong)
        {
            if (request.ResponseFormat is "json_object" or "json_schema")
            {
                kind = SimulatedAnswer.TokenLimit;
                WriteError(target, request.CustomId, request, index, kind, null, dice, ids);
                return;
            }

            kind = SimulatedAnswer.FinishLength;
            TruncateContent(Math.Min(_content.Length / 2, Math.Max(0, (limit - reasoning) * 4)));
        }

        if (
            kind is SimulatedAnswer.FinishLength or SimulatedAnswer.NullContent or SimulatedAnswer.EmptyContent
            && request.MaxCompletionTokens is not null
        )
        {
            completion = limit;
        }

        var answered = BatchTimeline.AnsweredWhen(_batch, index);
        Span<byte> requestId = stackalloc byte[4 + TypeId.SuffixLength];
        "req_"u8.CopyTo(requestId);
        TypeId.WriteSuffix(requestId[4..], answered, ids[16..]);

        _json.Reset(target);
        WriteHead(request.CustomId, answered, ids);
        _json.WriteStartObject("response"u8);
        _json.WriteNumber("status_code"u8, 200);
        _json.WriteString("request_id"u8, requestId);
        _json.WriteStartObject("body"u8);
        Span<byte> chatId = stackalloc byte[45];
        "chatcmpl-"u8.CopyTo(chatId);
        WriteUuid4(chatId[9..], ids, dice);
        _json.WriteString("id"u8, chatId);
        _json.WriteString("object"u8, "chat.completion"u8);
        _json.WriteNumber("created"u8, answered / 1000);
        _json.WriteString("model"u8, request.Model);
        _json.WriteStartArray("choices"u8);
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, 0);
        _json.WriteStartObject("message"u8);
        _json.WriteString("role"u8, "assistant"u8);
        if (kind == SimulatedAnswer.NullContent)
        {
            _json.WriteNull("content"u8);
        }
        else
        {
            _json.WriteString("content"u8, _content.Span);
        }

        if (gptOss && request.IncludeReasoning)
        {
            _json.WriteString(
                "reasoning"u8,
                "We need to describe the pull request as JSON. Languages follow from the files, the type from the title."u8
            );
        }

        _json.WriteEndObject();
        _json.WriteNull("logprobs"u8);
        _json.WriteString("finish_reason"u8, kind == SimulatedAnswer.FinishLength ? "length"u8 : "stop"u8);
        _json.WriteEndObject();
        _json.WriteEndArray();
        WriteUsage(promptTokens, completion, gptOss ? Math.Min(reasoning, completion) : null, dice);
        _json.WriteNull("usage_breakdown"u8);
        Span<byte> fingerprint = stackalloc byte[13];
        "fp_"u8.CopyTo(fingerprint);
        Span<byte> modelDigest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(request.Model.AsSpan()), modelDigest);
        Convert.TryToHexStringLower(modelDigest[..5], fingerprint[3..], out _);
        _json.WriteString("system_fingerprint"u8, fingerprint);
        _json.WriteStartObject("x_groq"u8);
        _json.WriteString("id"u8, requestId);
        _json.WriteNumber("seed"u8, _batch.Seed);
        _json.WriteEndObject();
        _json.WriteString("service_tier"u8, "batch"u8);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteNull("error"u8);
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteUsage(int promptTokens, int completion, int? reasoning, ReadOnlySpan<byte> dice)
    {
        // About a thousand tokens a second out and twenty thousand in, as measured on this kind of model.
        var promptTime = Math.Round(promptTokens / 20_000.0, 6);
        var completionTime = Math.Round(completion / 1_000.0, 6);
        _json.WriteStartObject("usage"u8);
        _json.WriteNumber("queue_time"u8, Math.Round(0.02 + (Fraction(dice, 1) * 0.1), 6));
        _json.WriteNumber("prompt_tokens"u8, promptTokens);
        _json.WriteNumber("prompt_time"u8, promptTime);
        _json.WriteNumber("completion_tokens"u8, completion);
        _json.WriteNumber("completion_time"u8, completionTime);
        _json.WriteNumber("total_tokens"u8, promptTokens + completion);
        _json.WriteNumber("total_time"u8, Math.Round(promptTime + completionTime, 6));
        if (reasoning is { } tokens)
        {
            _json.WriteStartObject("completion_tokens_details"u8);
            _json.WriteNumber("reasoning_tokens"u8, tokens);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteError(
        PooledBuffer target,
        string customId,
        RequestLine? request,
        int index,
        SimulatedAnswer kind,
        string? detail,
        ReadOnlySpan<byte> dice,
        ReadOnlySpan<byte> ids
    )
    {
        _json.Reset(target);
        WriteHead(customId, BatchTimeline.AnsweredWhen(_batch, index), ids);
        if (kind.HttpStatus() == 0)
        {
            _json.WriteNull("response"u8);
            _json.WriteStartObject("error"u8);
            var (code, message) = kind switch
            {
                SimulatedAnswer.BatchExpired => (
                    "batch_expired",
                    "This request could not be executed before the completion window expired."
                ),
                SimulatedAnswer.BatchCancelled => ("batch_cancelled", "This request was not executed, since the batch was cancelled."),
                _ => ("internal_error", "The request could not be executed."),
            };
            _json.WriteString("code"u8, code);
            _json.WriteString("message"u8, message);
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteStartObject("response"u8);
            _json.WriteNumber("status_code"u8, kind.HttpStatus());
            _json.WriteStartObject("body"u8);
            _json.WriteStartObject("error"u8);
            WriteErrorBody(request!, kind, detail, dice);
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteErrorBody(RequestLine request, SimulatedAnswer kind, string? detail, ReadOnlySpan<byte> dice)
    {
        switch (kind)
        {
            case SimulatedAnswer.JsonValidateFailed:
                WriteError("Failed to validate JSON. Please adjust your prompt.", "json_validate_failed");
                // Half of what was seen had nothing in it: the reasoning had eaten the budget.
                _json.WriteString(
                    "failed_generation"u8,
                    Fraction(dice, 1) < 0.5 ? "" : "{\"ai\": {\"is_assisted\": false, \"tools\": [}, \"tech\""
                );
                break;
            case SimulatedAnswer.HostileFailure:
                WriteError("Failed to validate JSON. " + HostileSummary.Traps, "json_validate_failed");
                _json.WriteString("failed_generation"u8, "{\"ai\": " + HostileSummary.Traps + HostileSummary.Endless);
                break;
            case SimulatedAnswer.TokenLimit:
                WriteError(
                    "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
                    "json_validate_failed"
                );
                _json.WriteString("failed_generation"u8, LimitText);
                break;
            case SimulatedAnswer.TokenLimitInMessage:
                WriteError("Failed to generate JSON: " + LimitText, "json_validate_failed");
                break;
            case SimulatedAnswer.SchemaMismatch:
                WriteError(
                    "Generated JSON does not match the expected schema. Please adjust your prompt. See 'failed_generation' for more details.",
                    "json_validate_failed"
                );
                _json.WriteString("failed_generation"u8, "{\"ai\": {\"is_assisted\": \"maybe\"}}");
                break;
            case SimulatedAnswer.ContextLength:
                WriteError("Please reduce the length of the messages or completion.", "context_length_exceeded");
                _json.WriteString("param"u8, "messages"u8);
                break;
            case SimulatedAnswer.RateLimited:
                _json.WriteString(
                    "message"u8,
                    $"Rate limit reached for model `{request.Model}` in organization `org_simulated` service tier `batch` on tokens per minute (TPM): Limit 8000, Used 7313, Requested 1024. Please try again in 2.5s."
                );
                _json.WriteString("type"u8, "tokens"u8);
                _json.WriteString("code"u8, "rate_limit_exceeded"u8);
                break;
            case SimulatedAnswer.ServerError:
                _json.WriteString("message"u8, "Internal Server Error"u8);
                _json.WriteString("type"u8, "internal_server_error"u8);
                break;
            case SimulatedAnswer.Unavailable:
                _json.WriteString("message"u8, "Service Unavailable"u8);
                _json.WriteString("type"u8, "internal_server_error"u8);
                _json.WriteString("code"u8, "service_unavailable"u8);
                break;
            case SimulatedAnswer.Unauthorized:
                WriteError("Invalid API Key", "invalid_api_key");
                break;
            case SimulatedAnswer.Forbidden:
                WriteError($"The model `{request.Model}` is blocked at the organization level.", "model_permission_blocked_org");
                break;
            case SimulatedAnswer.ModelNotFound:
                WriteError($"The model `{request.Model}` does not exist or you do not have access to it.", "model_not_found");
                break;
            case SimulatedAnswer.ModelDecommissioned:
                WriteError($"The model `{request.Model}` has been decommissioned and is no longer supported.", "model_decommissioned");
                break;
            default:
                var parts = (detail ?? "Invalid request.").Split('\n');
                _json.WriteString("message"u8, parts[0]);
                _json.WriteString("type"u8, "invalid_request_error"u8);
                if (parts.Length > 1)
                {
                    _json.WriteString("param"u8, parts[1]);
                }

                break;
        }

        void WriteError(string message, string code)
        {
            _json.WriteString("message"u8, message);
            _json.WriteString("type"u8, "invalid_request_error"u8);
            _json.WriteString("code"u8, code);
        }
    }

    private void WriteHead(string customId, long answered, ReadOnlySpan<byte> ids)
    {
        Span<byte> id = stackalloc byte[14 + TypeId.SuffixLength];
        "batch_req_out_"u8.CopyTo(id);
        TypeId.WriteSuffix(id[14..], answered, ids[..16]);
        _json.WriteStartObject();
        _json.WriteString("id"u8, id);
        _json.WriteString("custom_id"u8, customId);
        if (_unknownFields)
        {
            _json.WriteStartObject("attempt_info"u8);
            _json.WriteNumber("attempts"u8, 1);
            _json.WriteEndObject();
        }
    }

    /// <summary>Cuts the content, but not inside a character.</summary>
    private void TruncateContent(int length)
    {
        while (length > 0 && (_content.Span[length] & 0xC0) == 0x80)
        {
            length--;
        }

        _content.Truncate(length);
    }

    private static void WriteUuid4(Span<byte> destination, ReadOnlySpan<byte> ids, ReadOnlySpan<byte> dice)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < 16; i++)
        {
            bytes[i] = (byte)(ids[i] ^ ids[31 - i] ^ dice[i + 8]);
        }

        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        new Guid(bytes, bigEndian: true).TryFormat(destination, out _);
    }
}
