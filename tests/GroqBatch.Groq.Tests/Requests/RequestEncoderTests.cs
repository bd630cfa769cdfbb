using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;
using GroqBatch.Groq.Requests;
using GroqBatch.Groq.Tokens;

namespace GroqBatch.Groq.Tests.Requests;

public sealed class RequestEncoderTests
{
    private static readonly TiktokenCounter Counter = new();

    private static readonly Rung Primary = new()
    {
        Ordinal = 1,
        Model = "openai/gpt-oss-20b",
        ResponseFormat = ResponseFormat.JsonSchema,
        MaxCompletionTokens = 4096,
        ReasoningEffort = "low",
        ContextTokens = 131_072,
    };

    private static readonly Rung Fallback = new()
    {
        Ordinal = 2,
        Model = "llama-3.3-70b-versatile",
        ResponseFormat = ResponseFormat.JsonObject,
        MaxCompletionTokens = 2048,
        ContextTokens = 131_072,
    };

    public static TheoryData<string> Names => [.. GoldenPullRequests.All.Keys];

    [Fact]
    public void A_line_with_a_schema_is_the_checked_in_one()
    {
        GoldenFile.Matches("request-json_schema.jsonl", Encode(Primary, GoldenPullRequests.All["ordinary-feature"]));
    }

    [Fact]
    public void A_line_in_JSON_mode_is_the_checked_in_one()
    {
        GoldenFile.Matches("request-json_object.jsonl", Encode(Fallback, GoldenPullRequests.All["ordinary-feature"]));
    }

    [Fact]
    public void Says_what_the_rung_says_and_nothing_that_batches_refuse()
    {
        using var line = JsonDocument.Parse(Encode(Primary, GoldenPullRequests.All["ordinary-feature"]));
        var body = line.RootElement.GetProperty("body");

        Assert.Equal(["custom_id", "method", "url", "body"], line.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("pr-26313", line.RootElement.GetProperty("custom_id").GetString());
        Assert.Equal("POST", line.RootElement.GetProperty("method").GetString());
        Assert.Equal("/v1/chat/completions", line.RootElement.GetProperty("url").GetString());
        Assert.Equal(
            ["model", "messages", "temperature", "max_completion_tokens", "reasoning_effort", "include_reasoning", "response_format"],
            body.EnumerateObject().Select(property => property.Name)
        );
        Assert.Equal("openai/gpt-oss-20b", body.GetProperty("model").GetString());
        Assert.Equal(0, body.GetProperty("temperature").GetInt32());
        Assert.Equal(4096, body.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal("low", body.GetProperty("reasoning_effort").GetString());
        Assert.False(body.GetProperty("include_reasoning").GetBoolean());
        var format = body.GetProperty("response_format");
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        Assert.Equal("pull_request_summary", format.GetProperty("json_schema").GetProperty("name").GetString());
        Assert.True(format.GetProperty("json_schema").GetProperty("strict").GetBoolean());
        Assert.Equal(SummarySchema.Text, format.GetProperty("json_schema").GetProperty("schema").GetRawText());
        Assert.Equal(
            [("system", SystemPrompt.ForSchema), ("user", new PromptBuilder(Counter).Build(GoldenPullRequests.All["ordinary-feature"]))],
            body.GetProperty("messages")
                .EnumerateArray()
                .Select(message => (message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))
        );
    }

    [Fact]
    public void A_model_without_schema_and_effort_gets_JSON_mode_and_no_word_of_reasoning()
    {
        using var line = JsonDocument.Parse(Encode(Fallback, GoldenPullRequests.All["ordinary-feature"]));
        var body = line.RootElement.GetProperty("body");

        Assert.Equal("""{"type":"json_object"}""", body.GetProperty("response_format").GetRawText());
        Assert.False(body.TryGetProperty("reasoning_effort", out _));
        Assert.False(body.TryGetProperty("include_reasoning", out _));
        Assert.Contains("JSON", body.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_line_is_one_line_of_strict_UTF_8_that_gives_back_the_prompt(string name)
    {
        var pullRequest = GoldenPullRequests.All[name];
        var buffer = new ArrayBufferWriter<byte>();

        Assert.True(new RequestEncoder(Primary, Counter).TryEncode(7, pullRequest, buffer));

        Assert.NotEqual(0xEF, buffer.WrittenSpan[0]);
        Assert.Equal(buffer.WrittenCount - 1, buffer.WrittenSpan.IndexOf((byte)'\n'));
        var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(buffer.WrittenSpan);
        using var line = JsonDocument.Parse(text);
        Assert.Equal(
            new PromptBuilder(Counter).Build(pullRequest),
            line.RootElement.GetProperty("body").GetProperty("messages")[1].GetProperty("content").GetString()
        );
    }

    [Fact]
    public void Lines_follow_each_other_in_one_buffer()
    {
        var encoder = new RequestEncoder(Fallback, Counter);
        var buffer = new ArrayBufferWriter<byte>();

        foreach (var id in (long[])[1, 22, long.MaxValue])
        {
            Assert.True(encoder.TryEncode(id, GoldenPullRequests.All["no-ai-was-used"], buffer));
        }

        var lines = Encoding.UTF8.GetString(buffer.WrittenSpan).Split('\n');
        Assert.Equal("", lines[3]);
        Assert.Equal(
            [CustomId.Format(1), CustomId.Format(22), CustomId.Format(long.MaxValue)],
            lines[..3].Select(line => JsonDocument.Parse(line).RootElement.GetProperty("custom_id").GetString()!)
        );
    }

    [Fact]
    public void A_small_context_cuts_further_and_stays_inside()
    {
        var small = Fallback with { ContextTokens = 6000 };

        Assert.All(
            GoldenPullRequests.All,
            pullRequest =>
            {
                using var line = JsonDocument.Parse(Encode(small, pullRequest.Value));
                var messages = line.RootElement.GetProperty("body").GetProperty("messages").EnumerateArray();
                var tokens = messages.Sum(message => Counter.Count(message.GetProperty("content").GetString()));
                Assert.True(tokens + small.MaxCompletionTokens <= small.ContextTokens, $"{pullRequest.Key}: {tokens}");
            }
        );
    }

    [Fact]
    public void Nothing_is_written_for_a_context_that_holds_no_prompt_beside_the_answer()
    {
        var buffer = new ArrayBufferWriter<byte>();

        Assert.False(
            new RequestEncoder(Fallback with { ContextTokens = 4096 }, Counter).TryEncode(
                1,
                GoldenPullRequests.All["ordinary-feature"],
                buffer
            )
        );
        Assert.Equal(0, buffer.WrittenCount);
    }

    [Fact]
    public void Any_text_comes_back_as_it_went_in()
    {
        var encoder = new RequestEncoder(Primary, Counter);
        var prompts = new PromptBuilder(Counter);
        Gen.Select(
                Gen.Char.Array[0, 200],
                Gen.OneOf("\"", "\\", "\\u0041", "\u2028", "😀", "\ud800", "</script>", "\u0000", "é").Array[0, 30]
            )
            .Sample(
                (characters, pieces) =>
                {
                    var pullRequest = new PullRequest
                    {
                        Repository = "a/b",
                        Number = 1,
                        Title = string.Concat(pieces),
                        Body = new string(characters) + string.Concat(pieces),
                    };
                    var buffer = new ArrayBufferWriter<byte>();
                    Assert.True(encoder.TryEncode(1, pullRequest, buffer));
                    Assert.Equal(buffer.WrittenCount - 1, buffer.WrittenSpan.IndexOf((byte)'\n'));
                    using var line = JsonDocument.Parse(buffer.WrittenMemory);
                    Assert.Equal(
                        prompts.Build(pullRequest),
                        line.RootElement.GetProperty("body").GetProperty("messages")[1].GetProperty("content").GetString()
                    );
                },
                iter: 1000
            );
    }

    [Fact]
    public async Task Several_threads_may_share_an_encoder()
    {
        var encoder = new RequestEncoder(Primary, Counter);
        var expected = GoldenPullRequests.All.Values.Select(pullRequest => Encode(Primary, pullRequest)).ToArray();

        var rounds = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                        GoldenPullRequests
                            .All.Values.Select(pullRequest =>
                            {
                                var buffer = new ArrayBufferWriter<byte>();
                                encoder.TryEncode(26313, pullRequest, buffer);
                                return Encoding.UTF8.GetString(buffer.WrittenSpan);
                            })
                            .ToArray()
                    )
                )
        );

        Assert.All(rounds, lines => Assert.Equal(expected, lines));
    }

    private static string Encode(Rung rung, PullRequest pullRequest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.True(new RequestEncoder(rung, Counter).TryEncode(26313, pullRequest, buffer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
