using System.Text.Json;
using System.Text.Json.Nodes;

namespace GroqBatch.Groq.Tests.Answers;

/// <summary>Lines as they were captured from the real API or are documented for it, literally, with only ids and figures made up.</summary>
internal static class Samples
{
    /// <summary>An output line as captured, but for its content, which was no summary of ours.</summary>
    public const string OutputLine =
        """{"id":"batch_req_out_01m7e7a2daf7vtyybg4s0p9p1s","custom_id":"pr-26313","response":{"status_code":200,"request_id":"req_01m7e79w79ef38d6j5p56t9yfw","body":{"id":"chatcmpl-3f0c2a51-9b7e-4d16-8a44-5e2d71c09b6f","object":"chat.completion","created":1794700013,"model":"openai/gpt-oss-20b","choices":[{"index":0,"message":{"role":"assistant","content":"{\"ai\":{}}","reasoning":"..."},"logprobs":null,"finish_reason":"stop"}],"usage":{"queue_time":0.0716,"prompt_tokens":177,"prompt_time":0.009,"completion_tokens":77,"completion_time":0.0824,"total_tokens":254,"total_time":0.0914,"completion_tokens_details":{"reasoning_tokens":58}},"usage_breakdown":null,"system_fingerprint":"fp_1a2b3c4d5e","x_groq":{"id":"req_01m7e79w79ef38d6j5p56t9yfw","seed":1014},"service_tier":"batch"}},"error":null}""";

    public const string ErrorLine =
        """{"id":"batch_req_out_01kd9xbwxjfsvrz95mc0dh0mph","custom_id":"pr-9953","response":{"status_code":400,"body":{"error":{"message":"Failed to validate JSON. Please adjust your prompt.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":""}}}}""";

    /// <summary>The same with keys trimmed, as older notes show it.</summary>
    public const string TrimmedErrorLine =
        """{"custom_id":"pr-26313","response":{"status_code":400,"body":{"error":{"message":"Failed to validate JSON","code":"json_validate_failed"}}}}""";

    public const string WrongKeyBody =
        """{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}""";

    public const string ModelNotFoundBody =
        """{"error":{"message":"The model `llama-3.3-70b-versatile` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}""";

    public const string RateLimitBody =
        """{"error":{"message":"Rate limit reached for model `openai/gpt-oss-20b` in organization `org_x` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Used 7313, Requested 1024. Please try again in 2.5s.","type":"tokens","code":"rate_limit_exceeded"}}""";

    public const string TokenLimitBody =
        """{"error":{"message":"Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":"max completion tokens reached before generating a valid document"}}""";

    public const string Summary =
        """{"ai":{"is_assisted":true,"tools":["Copilot"],"usage_type":"assisted","confidence":0.9},"tech":{"languages":["TypeScript"],"frameworks":["React"],"categories":["frontend"]},"summary":{"title":"Cache the team page","description":"Keeps the team page for a minute.","type":"feature"},"health":{"review_friction":"low","scope":"small","risk_level":"low","insights":["Small and tested."]}}""";

    /// <summary>The captured output line with a content of ours; null gives a JSON null.</summary>
    public static string Output(string? content, string customId = "pr-26313", string finishReason = "stop")
    {
        var line = JsonNode.Parse(OutputLine)!;
        line["custom_id"] = customId;
        var choice = line["response"]!["body"]!["choices"]![0]!;
        choice["finish_reason"] = finishReason;
        choice["message"]!["content"] = content;
        return line.ToJsonString();
    }

    /// <summary>An error line whose call was answered with a status and a body.</summary>
    public static string Error(int status, string body, string customId = "pr-9953") =>
        $$"""{"id":"batch_req_out_1","custom_id":{{JsonSerializer.Serialize(customId)}},"response":{"status_code":{{status}},"body":{{body}}},"error":null}""";
}
