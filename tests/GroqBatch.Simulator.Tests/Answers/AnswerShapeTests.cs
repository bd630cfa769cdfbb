using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GroqBatch.Simulator.Tests.Answers;

/// <summary>The literal lines and objects that were captured at Groq, against what the simulator emits: same names, same order, same kinds of value.</summary>
public sealed partial class AnswerShapeTests
{
    private const string OutputSample =
        """{"id":"batch_req_out_01m7e7a2daf7vtyybg4s0p9p1s","custom_id":"pr-26313","response":{"status_code":200,"request_id":"req_01m7e79w79ef38d6j5p56t9yfw","body":{"id":"chatcmpl-3f0c2a51-9b7e-4d16-8a44-5e2d71c09b6f","object":"chat.completion","created":1794700013,"model":"openai/gpt-oss-20b","choices":[{"index":0,"message":{"role":"assistant","content":"{\"ai\":{}}","reasoning":"..."},"logprobs":null,"finish_reason":"stop"}],"usage":{"queue_time":0.0716,"prompt_tokens":177,"prompt_time":0.009,"completion_tokens":77,"completion_time":0.0824,"total_tokens":254,"total_time":0.0914,"completion_tokens_details":{"reasoning_tokens":58}},"usage_breakdown":null,"system_fingerprint":"fp_1a2b3c4d5e","x_groq":{"id":"req_01m7e79w79ef38d6j5p56t9yfw","seed":1014},"service_tier":"batch"}},"error":null}""";

    private const string ErrorSample =
        """{"id":"batch_req_out_01kd9xbwxjfsvrz95mc0dh0mph","custom_id":"pr-9953","response":{"status_code":400,"body":{"error":{"message":"Failed to validate JSON. Please adjust your prompt.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":""}}}}""";

    private const string BatchSample = """
        {"id":"batch_01m7e79rtyfx5vsa9mkvef9ews","object":"batch","endpoint":"/v1/chat/completions",
         "errors":null,"input_file_id":"file_01m7e79evve8kbcf2tpy8vep2a","completion_window":"24h","status":"completed",
         "output_file_id":"file_01m7e7bm4zef7a5n56tabvem4j","error_file_id":"file_01m7e7bm5cf1tr6k0s3gqy4w2n",
         "created_at":1794700010,"in_progress_at":1794700012,"finalizing_at":1794700070,"completed_at":1794700071,
         "failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"expires_at":1794786410,
         "request_counts":{"total":1000,"completed":958,"failed":42},"metadata":null,
         "project_id":"project_01ksr49200fjrv96q54p9ebqz8"}
        """;

    private const string FileSample =
        """{"id":"file_01m7e79evve8kbcf2tpy8vep2a","object":"file","bytes":966,"created_at":1794700000,"filename":"batch_input.jsonl","purpose":"batch"}""";

    private const string InvalidKeySample =
        """{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}""";

    [Fact]
    public async Task Result_lines_batches_and_files_have_the_captured_shape()
    {
        await using var simulation = await Simulation.StartAsync(options =>
            options.Models.Add(new() { Id = "openai/gpt-oss-20b", FailureRate = 0.5 })
        );
        var file = await simulation.UploadAsync(
            Enumerable.Range(1, 60).Select(i => Simulation.Line($"pr-{i}", body: body => body["include_reasoning"] = true))
        );
        using var created = await simulation.TryCreateAsync(file);
        var batch = await simulation.EndedAsync((string)(await Simulation.ReadAsync(created))["id"]!);
        var output = (await simulation.OutputAsync(batch))[0];
        var error = (await simulation.ErrorsAsync(batch)).First(line =>
            (string?)line["response"]!["body"]!["error"]!["failed_generation"] == ""
        );

        AssertSameShape(OutputSample, output);
        AssertSameShape(ErrorSample, error);
        AssertSameShape(BatchSample, batch);
        AssertSameShape(FileSample, await simulation.GetAsync("files/" + file));
        Assert.Matches(BatchId(), (string)batch["id"]!);
        Assert.Matches(RequestId(), (string)output["response"]!["request_id"]!);
        Assert.Equal((string)output["response"]!["request_id"]!, (string)output["response"]!["body"]!["x_groq"]!["id"]!);
        Assert.Matches(ChatId(), (string)output["response"]!["body"]!["id"]!);
        Assert.Equal(86_400, (long)batch["expires_at"]! - (long)batch["created_at"]!);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_in_the_captured_words()
    {
        await using var simulation = await Simulation.StartAsync(options => options.ApiKey = "gsk_right");
        using var request = new HttpRequestMessage(HttpMethod.Get, "models");
        request.Headers.Authorization = new("Bearer", "gsk_wrong");

        using var reply = await simulation.Http.SendAsync(request);

        Assert.Equal(401, (int)reply.StatusCode);
        Assert.Equal(InvalidKeySample, await reply.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Identifiers_hold_the_moment_of_creation()
    {
        var clock = Simulation.ClockAt(1_794_700_010);
        await using var simulation = await Simulation.StartAsync(clock: clock);

        var id = await simulation.CreateAsync(Simulation.Lines(1));

        // Taken from the captured object: same second, same beginning.
        Assert.Equal("batch_01m7e79", id[..13]);
    }

    /// <summary>Same members in the same order, and values of the same JSON kind; null stands for anything.</summary>
    private static void AssertSameShape(string sample, JsonNode actual)
    {
        Assert.Equal(ShapeOf(JsonNode.Parse(sample)!, "$", actual), ShapeOf(actual, "$", JsonNode.Parse(sample)!));

        static string ShapeOf(JsonNode? node, string path, JsonNode? other) =>
            node switch
            {
                JsonObject members => string.Concat(
                    members.Select(member =>
                        $"{path}.{member.Key}\n" + ShapeOf(member.Value, $"{path}.{member.Key}", (other as JsonObject)?[member.Key])
                    )
                ),
                JsonArray items => string.Concat(
                    items.Take(1).Select(item => ShapeOf(item, path + "[]", (other as JsonArray)?.FirstOrDefault()))
                ),
                null => "",
                _ when other is null => "",
                _ => $"{path}: {node.GetValueKind()}\n",
            };
    }

    [GeneratedRegex("^batch_[0-9a-hjkmnp-tv-z]{26}$", RegexOptions.NonBacktracking)]
    private static partial Regex BatchId();

    [GeneratedRegex("^req_[0-9a-hjkmnp-tv-z]{26}$", RegexOptions.NonBacktracking)]
    private static partial Regex RequestId();

    [GeneratedRegex("^chatcmpl-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", RegexOptions.NonBacktracking)]
    private static partial Regex ChatId();
}
