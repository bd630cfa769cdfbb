using System.Text.Json.Nodes;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Summaries;
using GroqBatch.Simulator.Answers;

namespace GroqBatch.Simulator.Tests.Answers;

/// <summary>What becomes of single requests.</summary>
public sealed class AnswerRuleTests
{
    public static TheoryData<string, Action<JsonObject>, int, string?, string> Refusals =>
        new()
        {
            { "unknown model", body => body["model"] = "gpt-9", 404, "model_not_found", "does not exist or you do not have access" },
            { "retired model", body => body["model"] = "llama-3.3-70b-versatile", 404, "model_not_found", "`llama-3.3-70b-versatile`" },
            { "several answers", body => body["n"] = 2, 400, null, "'n'" },
            { "stream", body => body["stream"] = true, 400, null, "stream" },
            { "tier", body => body["service_tier"] = "flex", 400, null, "service_tier" },
            { "effort none", body => body["reasoning_effort"] = "none", 400, null, "reasoning_effort" },
            { "reasoning format", body => body["reasoning_format"] = "hidden", 400, null, "reasoning_format" },
            { "over the cap", body => body["max_completion_tokens"] = 70_000, 400, null, "`65536`" },
            { "logprobs", body => body["logprobs"] = true, 400, null, "logprobs" },
            { "no messages", body => body["messages"] = new JsonArray(), 400, null, "messages" },
            { "no word json", body => body["messages"] = Messages("Answer."), 400, null, "'json'" },
            {
                "not strict enough",
                body => body["response_format"] = Format("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"""),
                400,
                null,
                "additionalProperties:false"
            },
            {
                "property not required",
                body =>
                    body["response_format"] = Format(
                        """{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}"""
                    ),
                400,
                null,
                "required"
            },
            {
                "foreign keyword",
                body =>
                    body["response_format"] = Format(
                        """{"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"],"additionalProperties":false}"""
                    ),
                400,
                null,
                "'maxLength'"
            },
            {
                "too long",
                body => body["messages"] = Messages("json " + new string('x', 600_000)),
                400,
                "context_length_exceeded",
                "reduce the length"
            },
        };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task What_a_model_does_not_take_is_an_error_line(
        string why,
        Action<JsonObject> body,
        int status,
        string? code,
        string words
    )
    {
        await using var simulation = await Simulation.StartAsync(NoFailures);

        var id = await simulation.CreateAsync([Simulation.Line("pr-1", body: body)]);
        var batch = await simulation.EndedAsync(id);
        var line = (await simulation.ErrorsAsync(batch)).Single();

        Assert.Equal((why, status), (why, (int)line["response"]!["status_code"]!));
        var error = line["response"]!["body"]!["error"]!;
        Assert.Equal(code, (string?)error["code"]);
        Assert.Contains(words, (string)error["message"]!);
        Assert.Null((string?)batch["output_file_id"]);
    }

    [Fact]
    public async Task Content_may_come_in_parts_and_what_is_no_message_is_passed_over()
    {
        await using var simulation = await Simulation.StartAsync(NoFailures);

        var id = await simulation.CreateAsync([
            """{"method":"POST","url":"/v1/chat/completions","body":{"messages":["x",{"content":[7,{"type":"text","text":"Title: docs: explain JSON"}],"role":"user"}],"model":"openai/gpt-oss-20b","reasoning_effort":"low","max_tokens":4096,"response_format":{"type":"json_object"}},"custom_id":"pr-1"}""",
        ]);
        var line = (await simulation.OutputAsync(await simulation.EndedAsync(id))).Single();

        Assert.Equal("pr-1", (string)line["custom_id"]!);
        var summary = SummaryReader.Read((string)line["response"]!["body"]!["choices"]![0]!["message"]!["content"]!).Document!.Summary;
        Assert.Equal(("Explain JSON", ChangeType.Docs), (summary.Title, summary.Type));
    }

    [Fact]
    public async Task The_products_own_strict_schema_is_taken()
    {
        await using var simulation = await Simulation.StartAsync(NoFailures);

        var id = await simulation.CreateAsync([
            Simulation.Line("pr-1", body: body => body["response_format"] = Format(SummarySchema.Text)),
        ]);

        Assert.Single(await simulation.OutputAsync(await simulation.EndedAsync(id)));
    }

    [Fact]
    public async Task Llama_takes_json_mode_but_no_schema_where_an_account_still_has_it()
    {
        await using var simulation = await Simulation.StartAsync(options =>
            options.Models.Add(
                new()
                {
                    Id = "llama-3.3-70b-versatile",
                    Retired = false,
                    FailureRate = 0,
                }
            )
        );

        var id = await simulation.CreateAsync([
            Simulation.Line("pr-1", "llama-3.3-70b-versatile"),
            Simulation.Line("pr-2", "llama-3.3-70b-versatile", body: body => body["response_format"] = Format(SummarySchema.Text)),
        ]);
        var batch = await simulation.EndedAsync(id);

        Assert.Equal("pr-1", (string)(await simulation.OutputAsync(batch)).Single()["custom_id"]!);
        var error = (await simulation.ErrorsAsync(batch)).Single();
        Assert.Contains("json_schema", (string)error["response"]!["body"]!["error"]!["message"]!);
    }

    [Theory]
    [InlineData(SimulatedAnswer.JsonValidateFailed, FailureCode.JsonValidateFailed)]
    [InlineData(SimulatedAnswer.SchemaMismatch, FailureCode.JsonValidateFailed)]
    [InlineData(SimulatedAnswer.TokenLimit, FailureCode.MaxTokens)]
    [InlineData(SimulatedAnswer.TokenLimitInMessage, FailureCode.MaxTokens)]
    [InlineData(SimulatedAnswer.FinishLength, FailureCode.MaxTokens)]
    [InlineData(SimulatedAnswer.NullContent, FailureCode.InvalidJson)]
    [InlineData(SimulatedAnswer.EmptyContent, FailureCode.InvalidJson)]
    [InlineData(SimulatedAnswer.NotJson, FailureCode.InvalidJson)]
    [InlineData(SimulatedAnswer.SchemaViolation, FailureCode.SchemaViolation)]
    [InlineData(SimulatedAnswer.Contradiction, FailureCode.SchemaViolation)]
    [InlineData(SimulatedAnswer.ContextLength, FailureCode.ContextLength)]
    [InlineData(SimulatedAnswer.RateLimited, FailureCode.ApiError)]
    [InlineData(SimulatedAnswer.ServerError, FailureCode.ApiError)]
    [InlineData(SimulatedAnswer.Unavailable, FailureCode.ApiError)]
    [InlineData(SimulatedAnswer.NeverRun, FailureCode.ApiError)]
    [InlineData(SimulatedAnswer.Unauthorized, null)]
    [InlineData(SimulatedAnswer.Forbidden, null)]
    [InlineData(SimulatedAnswer.ModelNotFound, null)]
    [InlineData(SimulatedAnswer.ModelDecommissioned, null)]
    [InlineData(SimulatedAnswer.OverLong, null)]
    public async Task Every_kind_of_answer_can_be_made_the_rule(SimulatedAnswer kind, FailureCode? code)
    {
        await using var simulation = await Simulation.StartAsync(options =>
            options.Models.Add(new() { Id = "openai/gpt-oss-20b", Failures = { [kind] = 1 } })
        );

        var id = await simulation.CreateAsync(Simulation.Lines(3));
        var batch = await simulation.EndedAsync(id);
        List<JsonObject> lines = [.. await simulation.OutputAsync(batch), .. await simulation.ErrorsAsync(batch)];

        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => AssertShows(kind, line));
        var ledger = simulation.Server.ReadLedger().Batches.Single();
        Assert.Equal(new Dictionary<SimulatedAnswer, int> { [kind] = 3 }, ledger.Answers);
        Assert.Equal(code is { } failure ? new Dictionary<FailureCode, int> { [failure] = 3 } : [], ledger.FailuresByCode);
    }

    [Fact]
    public async Task Failures_come_at_the_measured_rate_and_in_the_measured_proportions()
    {
        await using var simulation = await Simulation.StartAsync();

        var weak = await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(5000)));
        var strong = await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(5000, "openai/gpt-oss-120b")));

        // Four standard deviations around 4 % and 0.5 % of 5,000.
        Assert.InRange((int)weak["request_counts"]!["failed"]!, 145, 255);
        Assert.InRange((int)strong["request_counts"]!["failed"]!, 6, 45);
        var answers = simulation.Server.ReadLedger().Batches[0].Answers!;
        Assert.InRange(answers[SimulatedAnswer.TokenLimit], 1, 35);
        Assert.InRange(answers[SimulatedAnswer.JsonValidateFailed], 130, 250);
        var empty = (await simulation.ErrorsAsync(weak)).Count(line =>
            (string?)line["response"]!["body"]!["error"]!["failed_generation"] == ""
        );
        Assert.InRange(empty, 60, 140);
    }

    [Fact]
    public async Task A_small_budget_without_low_effort_runs_out_four_times_in_ten()
    {
        await using var simulation = await Simulation.StartAsync(NoFailures);

        var id = await simulation.CreateAsync(
            Enumerable
                .Range(1, 1000)
                .Select(i =>
                    Simulation.Line(
                        $"pr-{i}",
                        body: body =>
                        {
                            body["max_completion_tokens"] = 1500;
                            body["reasoning_effort"] = "medium";
                        }
                    )
                )
        );
        var batch = await simulation.EndedAsync(id);

        Assert.InRange((int)batch["request_counts"]!["failed"]!, 338, 462);
        Assert.Equal(
            "max completion tokens reached before generating a valid document",
            (string)(await simulation.ErrorsAsync(batch))[0]["response"]!["body"]!["error"]!["failed_generation"]!
        );
    }

    [Fact]
    public async Task Same_seed_and_requests_give_the_same_answers_however_they_are_spread_over_files()
    {
        await using var one = await Simulation.StartAsync();
        await using var other = await Simulation.StartAsync();
        var lines = Simulation.Lines(800).ToList();

        await one.EndedAsync(await one.CreateAsync(lines));
        await other.EndedAsync(await other.CreateAsync(lines.Skip(300).Reverse()));
        await other.EndedAsync(await other.CreateAsync(lines.Take(300)));

        Assert.Equal(
            await FailedAsync(one, 0),
            [.. (await FailedAsync(other, 0)).Union(await FailedAsync(other, 1)).Order(StringComparer.Ordinal)]
        );
    }

    [Fact]
    public async Task A_second_sending_rolls_the_dice_anew()
    {
        await using var simulation = await Simulation.StartAsync();
        var lines = Simulation.Lines(2000).ToList();
        await simulation.EndedAsync(await simulation.CreateAsync(lines));
        var failed = await FailedAsync(simulation, 0);

        await simulation.EndedAsync(
            await simulation.CreateAsync(lines.Where(line => failed.Contains((string)JsonNode.Parse(line)!["custom_id"]!)))
        );

        Assert.InRange(failed.Count, 40, 120);
        Assert.InRange((await FailedAsync(simulation, 1)).Count, 0, failed.Count / 3);
    }

    [Fact]
    public async Task Another_seed_fails_others()
    {
        await using var one = await Simulation.StartAsync();
        await using var other = await Simulation.StartAsync(options => options.Seed = 7);

        await one.EndedAsync(await one.CreateAsync(Simulation.Lines(500)));
        await other.EndedAsync(await other.CreateAsync(Simulation.Lines(500)));

        Assert.NotEqual(await FailedAsync(one, 0), await FailedAsync(other, 0));
    }

    [Fact]
    public async Task Tokens_are_about_a_quarter_of_the_characters()
    {
        await using var simulation = await Simulation.StartAsync(NoFailures);
        var id = await simulation.CreateAsync([Simulation.Line("pr-1", prompt: "Title: Fix json\n" + new string('x', 4000))]);

        var usage = (await simulation.OutputAsync(await simulation.EndedAsync(id))).Single()["response"]!["body"]!["usage"]!;

        Assert.InRange((int)usage["prompt_tokens"]!, 1000, 1020);
        Assert.InRange((int)usage["completion_tokens"]!, (int)usage["completion_tokens_details"]!["reasoning_tokens"]! + 60, 600);
        Assert.Equal((int)usage["total_tokens"]!, (int)usage["prompt_tokens"]! + (int)usage["completion_tokens"]!);
    }

    private static void AssertShows(SimulatedAnswer kind, JsonObject line)
    {
        var response = line["response"]?.AsObject();
        var error = response?["body"]?["error"];
        var choice = response?["body"]?["choices"]?[0];
        var content = (string?)choice?["message"]?["content"];
        var shown = kind switch
        {
            SimulatedAnswer.JsonValidateFailed => (string)error!["message"]! == "Failed to validate JSON. Please adjust your prompt.",
            SimulatedAnswer.SchemaMismatch => ((string)error!["message"]!).StartsWith(
                "Generated JSON does not match the expected schema.",
                StringComparison.Ordinal
            ),
            SimulatedAnswer.TokenLimit => ((string)error!["failed_generation"]!).StartsWith(
                "max completion tokens",
                StringComparison.Ordinal
            ),
            SimulatedAnswer.TokenLimitInMessage => ((string)error!["message"]!).Contains(
                "max completion tokens reached",
                StringComparison.Ordinal
            ),
            SimulatedAnswer.FinishLength => (string)choice!["finish_reason"]! == "length" && !SummaryReader.Read(content).IsValid,
            SimulatedAnswer.NullContent => choice is not null && content is null,
            SimulatedAnswer.EmptyContent => content == "",
            SimulatedAnswer.NotJson => SummaryReader.Read(content).Code == FailureCode.InvalidJson,
            SimulatedAnswer.SchemaViolation or SimulatedAnswer.Contradiction => SummaryReader.Read(content).Code
                == FailureCode.SchemaViolation,
            SimulatedAnswer.OverLong => SummaryReader.Read(content).IsValid && content!.Length > 900,
            SimulatedAnswer.ContextLength => (string)error!["code"]! == "context_length_exceeded",
            SimulatedAnswer.RateLimited => (int)response!["status_code"]! == 429 && (string)error!["code"]! == "rate_limit_exceeded",
            SimulatedAnswer.ServerError => (int)response!["status_code"]! == 500,
            SimulatedAnswer.Unavailable => (int)response!["status_code"]! == 503,
            SimulatedAnswer.NeverRun => response is null && line["error"] is not null,
            SimulatedAnswer.Unauthorized => (int)response!["status_code"]! == 401,
            SimulatedAnswer.Forbidden => (int)response!["status_code"]! == 403,
            SimulatedAnswer.ModelNotFound => (int)response!["status_code"]! == 404,
            SimulatedAnswer.ModelDecommissioned => (string)error!["code"]! == "model_decommissioned",
            _ => false,
        };
        Assert.True(shown, $"{kind} does not show in {line}");
    }

    private static async Task<List<string>> FailedAsync(Simulation simulation, int batch)
    {
        var ledger = simulation.Server.ReadLedger();
        var failed = new List<string>();
        await foreach (var outcome in ledger.OutcomesAsync(ledger.Batches[batch].Id))
        {
            if (outcome.Kind != SimulatedAnswer.Succeeded)
            {
                failed.Add(outcome.CustomId);
            }
        }

        failed.Sort(StringComparer.Ordinal);
        return failed;
    }

    private static void NoFailures(SimulatorOptions options) => options.Models.Add(new() { Id = "openai/gpt-oss-20b", FailureRate = 0 });

    private static JsonArray Messages(string user) => [new JsonObject { ["role"] = "user", ["content"] = user }];

    private static JsonObject Format(string schema) =>
        new()
        {
            ["type"] = "json_schema",
            ["json_schema"] = new JsonObject
            {
                ["name"] = "pr_analysis",
                ["strict"] = true,
                ["schema"] = JsonNode.Parse(schema),
            },
        };
}
