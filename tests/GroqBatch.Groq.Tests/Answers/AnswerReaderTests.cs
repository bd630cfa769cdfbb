using System.Text;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Summaries;
using GroqBatch.Groq.Answers;

namespace GroqBatch.Groq.Tests.Answers;

public sealed class AnswerReaderTests
{
    [Fact]
    public void A_valid_summary_succeeds_with_its_tokens_and_request_id()
    {
        var line = Samples.Output(Samples.Summary);

        var answer = Read(line);

        Assert.Equal(AnswerKind.Succeeded, answer.Kind);
        Assert.Equal(SummaryReader.Read(Samples.Summary).Document!.Summary, answer.Summary!.Summary);
        Assert.Equal("pr-26313", answer.CustomId);
        Assert.Equal(200, answer.HttpStatus);
        Assert.Equal(new TokenUsage(177, 77), answer.Usage);
        Assert.Equal("req_01m7e79w79ef38d6j5p56t9yfw", answer.ProviderRequestId);
        Assert.Equal(line, answer.RawLine);
        Assert.Null(answer.Code);
        Assert.Null(answer.Message);
    }

    [Fact]
    public void The_captured_output_line_is_json_of_another_shape_and_keeps_its_tokens()
    {
        var answer = Read(Samples.OutputLine);

        Assert.Equal((AnswerKind.Failed, FailureCode.SchemaViolation), (answer.Kind, answer.Code));
        Assert.Equal(new TokenUsage(177, 77), answer.Usage);
        Assert.NotNull(answer.Message);
    }

    [Fact]
    public void The_captured_error_lines_are_failures_although_their_error_is_absent()
    {
        var captured = Read(Samples.ErrorLine);
        var trimmed = Read(Samples.TrimmedErrorLine);

        Assert.Equal(("pr-9953", FailureCode.JsonValidateFailed, 400), (captured.CustomId, captured.Code, captured.HttpStatus));
        Assert.Equal("Failed to validate JSON. Please adjust your prompt.", captured.Message);
        Assert.Null(captured.Usage);
        Assert.Equal(("pr-26313", FailureCode.JsonValidateFailed), (trimmed.CustomId, trimmed.Code));
    }

    [Theory]
    [InlineData(Samples.TokenLimitBody)]
    [InlineData(
        """{"error":{"message":"max completion tokens reached before generating a valid document","code":"json_validate_failed"}}"""
    )]
    [InlineData(
        """{"error":{"message":"Failed to generate JSON: Max_Completion_Tokens reached","code":"json_validate_failed","failed_generation":""}}"""
    )]
    public void The_token_limit_is_told_by_either_text(string body) =>
        Assert.Equal(FailureCode.MaxTokens, Read(Samples.Error(400, body)).Code);

    [Fact]
    public void A_pull_request_that_talks_about_the_token_limit_does_not_reach_it()
    {
        var generation = $"{{\\\"title\\\":\\\"max completion tokens reached is now an error\\\",{new string('x', 300)}";

        var answer = Read(
            Samples.Error(
                400,
                $$$"""{"error":{"message":"Failed to validate JSON","code":"json_validate_failed","failed_generation":"{{{generation}}}"}}"""
            )
        );

        Assert.Equal(FailureCode.JsonValidateFailed, answer.Code);
    }

    // What came back, and what it is: the table of the ledger, row by row.
    public static TheoryData<string, FailureCode> Failures { get; } =
        new()
        {
            {
                Samples.Error(
                    400,
                    """{"error":{"message":"Generated JSON does not match the expected schema. Please adjust your prompt.","type":"invalid_request_error"}}"""
                ),
                FailureCode.JsonValidateFailed
            },
            { Samples.Output(Samples.Summary[..60], finishReason: "length"), FailureCode.MaxTokens },
            { Samples.Output(null, finishReason: "length"), FailureCode.MaxTokens },
            { Samples.Output(null), FailureCode.InvalidJson },
            { Samples.Output(""), FailureCode.InvalidJson },
            { Samples.Output("  \n"), FailureCode.InvalidJson },
            { Samples.Output("I can't do that."), FailureCode.InvalidJson },
            { Samples.Output(Samples.Summary[..^1]), FailureCode.InvalidJson },
            { Samples.Output(Samples.Summary + "}"), FailureCode.InvalidJson },
            { Samples.Output(Samples.Summary.Replace("\"small\"", "\"huge\"", StringComparison.Ordinal)), FailureCode.SchemaViolation },
            { Samples.Output(Samples.Summary.Replace("true", "false", StringComparison.Ordinal)), FailureCode.SchemaViolation },
            { Samples.Output(Samples.Summary.Replace("0.9", "1.5", StringComparison.Ordinal)), FailureCode.SchemaViolation },
            {
                """{"custom_id":"pr-1","response":{"status_code":200,"body":{"choices":[{"message":{"content":{"ai":1}}}]}}}""",
                FailureCode.InvalidJson
            },
            { """{"custom_id":"pr-1","response":{"status_code":200,"body":{"choices":[{"message":null}]}}}""", FailureCode.InvalidJson },
            { """{"custom_id":"pr-1","response":{"status_code":200,"body":{"choices":[]}}}""", FailureCode.InvalidJson },
            { """{"custom_id":"pr-1","response":{"status_code":200,"body":{}}}""", FailureCode.InvalidJson },
            { """{"custom_id":"pr-1","response":{"status_code":200}}""", FailureCode.InvalidJson },
            {
                Samples.Error(400, """{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}"""),
                FailureCode.ContextLength
            },
            {
                Samples.Error(
                    400,
                    """{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error"}}"""
                ),
                FailureCode.ContextLength
            },
            {
                Samples.Error(
                    400,
                    """{"error":{"message":"'max_completion_tokens' must be less than or equal to `16384`","param":"max_completion_tokens"}}"""
                ),
                FailureCode.ApiError
            },
            {
                Samples.Error(
                    413,
                    """{"error":{"message":"Request too large for model `m` (TPM): Limit 8000, Requested 11240","code":"rate_limit_exceeded"}}"""
                ),
                FailureCode.ApiError
            },
            { Samples.Error(429, Samples.RateLimitBody), FailureCode.ApiError },
            { Samples.Error(200, """{"error":{"message":"Internal error","code":"internal"}}"""), FailureCode.ApiError },
            {
                Samples.Error(500, """{"error":{"message":"Internal Server Error","type":"internal_server_error"}}"""),
                FailureCode.ApiError
            },
            { Samples.Error(503, "null"), FailureCode.ApiError },
            { Samples.Error(502, "\"<html>Bad gateway</html>\""), FailureCode.ApiError },
            { Samples.Error(400, """{"error":"something"}"""), FailureCode.ApiError },
            { """{"custom_id":"pr-1","response":{"status_code":408},"error":null}""", FailureCode.ApiError },
            {
                """{"custom_id":"pr-1","response":null,"error":{"code":"request_timeout","message":"The request timed out"}}""",
                FailureCode.ApiError
            },
            {
                """{"custom_id":"pr-1","response":null,"error":{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}}""",
                FailureCode.Expired
            },
            { """{"custom_id":"pr-1","error":{"code":"batch_expired"}}""", FailureCode.Expired },
            { """{"custom_id":"pr-1","response":null,"error":{"code":"batch_cancelled","message":"cancelled"}}""", FailureCode.Cancelled },
            { """{"custom_id":"pr-1","response":null,"error":null}""", FailureCode.ApiError },
            { """{"custom_id":"pr-1"}""", FailureCode.ApiError },
            { """{"custom_id":"pr-1","response":"nonsense","error":[]}""", FailureCode.ApiError },
            { """{"custom_id":"pr-1","response":{"status_code":"503"}}""", FailureCode.ApiError },
        };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Every_failure_has_its_code_and_a_reason(string line, FailureCode code)
    {
        var answer = Read(line);

        Assert.Equal((AnswerKind.Failed, code), (answer.Kind, answer.Code));
        Assert.False(string.IsNullOrWhiteSpace(answer.Message));
        Assert.NotNull(answer.CustomId);
        Assert.Null(answer.Summary);
    }

    [Theory]
    [InlineData(401, Samples.WrongKeyBody)]
    [InlineData(404, Samples.ModelNotFoundBody)]
    [InlineData(404, """{"error":{"message":"The model `m` does not exist or you do not have access to it."}}""")]
    [InlineData(400, """{"error":{"message":"The model `m` has been decommissioned","code":"model_decommissioned"}}""")]
    [InlineData(403, """{"error":{"message":"Not available","code":"not_available_for_plan"}}""")]
    [InlineData(403, """{"error":{"message":"Blocked","code":"model_permission_blocked_org"}}""")]
    [InlineData(403, "{}")]
    [InlineData(401, "null")]
    public void A_refused_key_plan_or_model_says_nothing_about_the_request(int status, string body)
    {
        var answer = Read(Samples.Error(status, body));

        Assert.Equal(AnswerKind.Refused, answer.Kind);
        Assert.Null(answer.Code);
        Assert.False(string.IsNullOrWhiteSpace(answer.Message));
    }

    [Fact]
    public void A_refused_model_may_also_stand_in_the_lines_own_error() =>
        Assert.Equal(
            AnswerKind.Refused,
            Read("""{"custom_id":"pr-1","response":null,"error":{"code":"model_not_found","message":"gone"}}""").Kind
        );

    [Fact]
    public void The_lines_own_error_comes_before_the_answers()
    {
        var answer = Read(
            """{"custom_id":"pr-1","response":{"status_code":500,"body":{"error":{"message":"inner"}}},"error":{"code":"batch_expired","message":"outer"}}"""
        );

        Assert.Equal((FailureCode.Expired, "outer"), (answer.Code, answer.Message));
    }

    [Fact]
    public void Success_comes_before_everything_else_that_a_line_says()
    {
        var cut = Read(Samples.Output(Samples.Summary, finishReason: "length"));
        var contradicting = Read(
            Samples.Output(Samples.Summary).Replace("\"error\":null}", "\"error\":{\"code\":\"batch_expired\"}}", StringComparison.Ordinal)
        );

        Assert.Equal(AnswerKind.Succeeded, cut.Kind);
        Assert.Equal(AnswerKind.Succeeded, contradicting.Kind);
    }

    [Theory]
    [InlineData("""{"custom_id":"pr-7","response":{"status_code":200,"body":{"choices":[{"mess""", "pr-7")]
    [InlineData("""{"id":"x", "custom_id" : "pr-8","response":{]}""", "pr-8")]
    [InlineData("""{"custom_id":"pr-9"} {"custom_id":"pr-10"}""", "pr-9")]
    [InlineData("""{"custom_id":"pr-\u0031","x":}""", "pr-1")]
    [InlineData("""{"x":"a \"custom_id\":\"pr-666\" in a text","custom_id":"pr-11","y":}""", "pr-11")]
    [InlineData("""{"custom_id":"pr-1""", null)]
    [InlineData("no json at all", null)]
    [InlineData("""["custom_id","pr-1"]""", null)]
    [InlineData("null", null)]
    public void A_line_that_is_no_json_gives_what_can_be_salvaged(string line, string? customId)
    {
        var answer = Read(line);

        Assert.Equal((AnswerKind.Failed, FailureCode.ApiError), (answer.Kind, answer.Code));
        Assert.Equal(customId, answer.CustomId);
        Assert.Equal(line, answer.RawLine);
    }

    [Fact]
    public void What_cannot_be_stored_is_replaced_and_the_line_is_read_all_the_same()
    {
        var line = Samples
            .Output(Samples.Summary, customId: "pr-5")
            .Replace("\"reasoning\":\"...\"", """ "reasoning":"nul \u0000, half \ud83d, plain \\u0000" """, StringComparison.Ordinal);

        var answer = Read(line);

        Assert.Equal((AnswerKind.Succeeded, "pr-5"), (answer.Kind, answer.CustomId));
        Assert.Contains("""nul \ufffd, half \ufffd, plain \\u0000""", answer.RawLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Unstorable_text_inside_the_document_is_replaced()
    {
        var summary = Samples.Summary.Replace("Cache the", "Cache\\u0000the\\ud800", StringComparison.Ordinal);

        var answer = Read(Samples.Output(summary));

        Assert.Equal("Cache\uFFFDthe\uFFFD team page", answer.Summary!.Summary.Title);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_replaced_and_the_line_is_read_all_the_same()
    {
        byte[] line =
        [
            .. "{\"custom_id\":\"pr-5\",\"x\":\""u8,
            0xC3,
            0x28,
            0xFF,
            .. "\",\"response\":null,\"error\":{\"code\":\"batch_expired\"}}"u8,
        ];

        var answer = AnswerReader.Read(line)!;

        Assert.Equal(("pr-5", FailureCode.Expired), (answer.CustomId, answer.Code));
        Assert.Contains("\uFFFD(\uFFFD", answer.RawLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_a_failure_are_kept_wherever_they_stand_and_are_unknown_otherwise()
    {
        var failed = Read(
            Samples.Error(
                400,
                """{"error":{"message":"m","code":"json_validate_failed"},"usage":{"prompt_tokens":5,"completion_tokens":7}}"""
            )
        );
        var total = Read(Samples.Error(400, """{"error":{"message":"m"},"usage":{"prompt_tokens":5,"total_tokens":12}}"""));
        var half = Read(Samples.Error(400, """{"error":{"message":"m"},"usage":{"prompt_tokens":5}}"""));
        var nonsense = Read(Samples.Error(400, """{"error":{"message":"m"},"usage":{"prompt_tokens":-5,"completion_tokens":{}}}"""));

        Assert.Equal(new TokenUsage(5, 7), failed.Usage);
        Assert.Equal(new TokenUsage(5, 7), total.Usage);
        Assert.Null(half.Usage);
        Assert.Null(nonsense.Usage);
    }

    [Fact]
    public void A_request_id_longer_than_the_ledger_keeps_is_cut_and_the_line_taken()
    {
        var answer = Read(
            Samples.OutputLine.Replace("\"request_id\":\"req_", $"\"request_id\":\"req_{new string('7', 5_000)}", StringComparison.Ordinal)
        );

        Assert.Equal(200, answer.ProviderRequestId!.Length);
        Assert.StartsWith("req_777", answer.ProviderRequestId, StringComparison.Ordinal);
    }

    [Fact]
    public void The_request_id_is_found_in_the_body_when_the_response_has_none()
    {
        var line = Samples
            .Output(Samples.Summary)
            .Replace("\"request_id\":\"req_01m7e79w79ef38d6j5p56t9yfw\",", "", StringComparison.Ordinal);

        Assert.Equal("req_01m7e79w79ef38d6j5p56t9yfw", Read(line).ProviderRequestId);
    }

    [Fact]
    public void A_long_reason_is_cut_and_the_raw_line_is_not()
    {
        var line = Samples.Error(500, $$$"""{"error":{"message":"{{{new string('m', 5_000)}}}"}}""");

        var answer = Read(line);

        Assert.Equal(2_000, answer.Message!.Length);
        Assert.Equal(line, answer.RawLine);
    }

    private static Answer Read(string line) => AnswerReader.Read(Encoding.UTF8.GetBytes(line))!;
}
