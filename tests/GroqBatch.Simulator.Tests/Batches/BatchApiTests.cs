using System.Net;
using System.Net.Http.Json;

namespace GroqBatch.Simulator.Tests.Batches;

public sealed class BatchApiTests
{
    [Fact]
    public async Task The_list_walks_all_batches_by_cursor_newest_first()
    {
        await using var simulation = await Simulation.StartAsync(options => options.PageSize = 2);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await simulation.CreateAsync(Simulation.Lines(1)));
            await Task.Delay(2);
        }

        var walked = new List<string>();
        var page = await simulation.GetAsync("batches");
        while (true)
        {
            walked.AddRange(page["data"]!.AsArray().Select(batch => (string)batch!["id"]!));
            if ((string?)page["paging"]!["next_cursor"] is not { } cursor)
            {
                break;
            }

            Assert.StartsWith("cursor_", cursor);
            page = await simulation.GetAsync("batches?cursor=" + cursor);
        }

        Assert.Equal(Enumerable.Reverse(ids), walked);
    }

    [Fact]
    public async Task Up_to_200_batches_are_asked_for_by_name()
    {
        await using var simulation = await Simulation.StartAsync();
        var one = await simulation.CreateAsync(Simulation.Lines(1));
        var other = await simulation.CreateAsync(Simulation.Lines(1));
        await simulation.CreateAsync(Simulation.Lines(1));

        var named = await simulation.GetAsync($"batches?id={other}&id={one}&id=batch_01m7e79rtyfx5vsa9mkvef9ews");
        using var tooMany = await simulation.Http.GetAsync("batches?" + string.Join('&', Enumerable.Repeat("id=" + one, 201)));

        Assert.Equal([other, one], named["data"]!.AsArray().Select(batch => (string)batch!["id"]!));
        await Simulation.RefusalAsync(tooMany, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("endpoint", """{"input_file_id":"FILE","endpoint":"/v1/embeddings","completion_window":"24h"}""")]
    [InlineData("completion_window", """{"input_file_id":"FILE","endpoint":"/v1/chat/completions","completion_window":"1h"}""")]
    [InlineData("completion_window", """{"input_file_id":"FILE","endpoint":"/v1/chat/completions","completion_window":"8d"}""")]
    [InlineData("completion_window", """{"input_file_id":"FILE","endpoint":"/v1/chat/completions"}""")]
    [InlineData("input_file_id", """{"endpoint":"/v1/chat/completions","completion_window":"24h"}""")]
    [InlineData("metadata", """{"input_file_id":"FILE","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":1}}""")]
    public async Task A_wrong_creation_is_refused_by_its_field(string param, string body)
    {
        await using var simulation = await Simulation.StartAsync();
        var file = await simulation.UploadAsync(Simulation.Lines(1));

        using var reply = await simulation.Http.PostAsync(
            "batches",
            new StringContent(body.Replace("FILE", file, StringComparison.Ordinal))
        );

        var error = await Simulation.RefusalAsync(reply, HttpStatusCode.BadRequest);
        Assert.Equal(param, (string)error["param"]!);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Empty(simulation.Server.ReadLedger().Batches);
    }

    [Theory]
    [InlineData("24h", 86_400)]
    [InlineData("3d", 259_200)]
    [InlineData("7d", 604_800)]
    public async Task The_window_runs_from_creation(string window, long seconds)
    {
        await using var simulation = await Simulation.StartAsync(clock: Simulation.ClockAt());

        var batch = await simulation.BatchAsync(await simulation.CreateAsync(Simulation.Lines(1), window: window));

        Assert.Equal(seconds, (long)batch["expires_at"]! - (long)batch["created_at"]!);
        Assert.Equal(window, (string)batch["completion_window"]!);
    }

    [Fact]
    public async Task A_missing_file_or_batch_is_404_and_a_result_file_is_no_input()
    {
        await using var simulation = await Simulation.StartAsync();
        using var noFile = await simulation.TryCreateAsync("file_01m7e79evve8kbcf2tpy8vep2a");
        using var noBatch = await simulation.Http.GetAsync("batches/batch_01m7e79rtyfx5vsa9mkvef9ews");
        using var escape = await simulation.Http.GetAsync("batches/batch_..%2f..%2ffiles");
        var batch = await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(1)));
        using var result = await simulation.TryCreateAsync((string)(batch["output_file_id"] ?? batch["error_file_id"])!);

        await Simulation.RefusalAsync(noFile, HttpStatusCode.NotFound);
        await Simulation.RefusalAsync(noBatch, HttpStatusCode.NotFound);
        await Simulation.RefusalAsync(escape, HttpStatusCode.NotFound);
        await Simulation.RefusalAsync(result, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Cancelling_keeps_what_was_answered_and_names_the_rest()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.CreateAsync(Simulation.Lines(1000));
        clock.Advance(TimeSpan.FromSeconds(3));

        var cancelling = await simulation.PostAsync($"batches/{id}/cancel");
        var again = await simulation.PostAsync($"batches/{id}/cancel");
        clock.Advance(TimeSpan.FromSeconds(1));
        var cancelled = await simulation.EndedAsync(id);

        Assert.Equal("cancelling", (string)cancelling["status"]!);
        Assert.Equal("cancelling", (string)again["status"]!);
        Assert.Equal("cancelled", (string)cancelled["status"]!);
        var counts = cancelled["request_counts"]!;
        Assert.Equal((1000, 400), ((int)counts["total"]!, (int)counts["completed"]! + (int)counts["failed"]!));
        Assert.Equal((int)counts["completed"]!, (await simulation.OutputAsync(cancelled)).Count);
        var never = (await simulation.ErrorsAsync(cancelled)).Where(line => line["response"] is null).ToList();
        Assert.Equal(600, never.Count);
        Assert.All(never, line => Assert.Equal("batch_cancelled", (string)line["error"]!["code"]!));
        Assert.Single(simulation.Server.ReadLedger().Calls, call => call.Call == "cancel");
        using var late = await simulation.Http.PostAsync($"batches/{id}/cancel", null);
        await Simulation.RefusalAsync(late, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_batch_cancelled_before_its_bad_input_showed_ends_all_the_same()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.CreateAsync([Simulation.Line("pr-1"), "{\"custom_id\":", """{"custom_id":7,"body":[]}""", "null"]);

        await simulation.PostAsync($"batches/{id}/cancel");
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("cancelled", (string)(await simulation.EndedAsync(id))["status"]!);
    }

    [Fact]
    public async Task A_batch_expires_by_itself_when_its_window_is_too_short()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(options => options.LinesPerSecond = 0.001, clock);
        var id = await simulation.CreateAsync(Simulation.Lines(200));

        clock.Advance(TimeSpan.FromHours(24));
        var batch = await simulation.EndedAsync(id);

        Assert.Equal("expired", (string)batch["status"]!);
        Assert.Equal((long)batch["expires_at"]!, (long)batch["expired_at"]!);
        Assert.Equal(86, (int)batch["request_counts"]!["completed"]! + (int)batch["request_counts"]!["failed"]!);
    }

    [Fact]
    public async Task A_file_with_bad_lines_fails_the_batch_and_names_them()
    {
        await using var simulation = await Simulation.StartAsync();

        var id = await simulation.CreateAsync([
            Simulation.Line("pr-1"),
            "{\"custom_id\":",
            Simulation.Line("pr-1"),
            Simulation.Line("pr-2", line: line => line.Remove("body")),
            "{} {}",
        ]);
        var batch = await simulation.EndedAsync(id);

        Assert.Equal("failed", (string)batch["status"]!);
        Assert.NotNull(batch["failed_at"]);
        Assert.Equal("list", (string)batch["errors"]!["object"]!);
        Assert.Equal(
            [(2, "invalid_json_line"), (3, "duplicate_custom_id"), (4, "missing_required_parameter"), (5, "invalid_json_line")],
            batch["errors"]!["data"]!.AsArray().Select(error => ((int)error!["line"]!, (string)error["code"]!))
        );
        Assert.True(simulation.Server.ReadLedger().Batches.Single().Rejected);
    }

    [Fact]
    public async Task A_wrong_method_or_url_drops_the_line_and_the_others_run()
    {
        await using var simulation = await Simulation.StartAsync();

        var id = await simulation.CreateAsync([
            Simulation.Line("pr-1"),
            Simulation.Line("pr-2", line: line => line["method"] = "GET"),
            Simulation.Line("pr-3", line: line => line["url"] = "/v1/embeddings"),
            Simulation.Line("pr-4"),
        ]);
        var batch = await simulation.EndedAsync(id);

        Assert.Equal("completed", (string)batch["status"]!);
        Assert.Equal(2, (int)batch["request_counts"]!["total"]!);
        Assert.Equal(
            [(2, "invalid_method"), (3, "url_mismatch")],
            batch["errors"]!["data"]!.AsArray().Select(error => ((int)error!["line"]!, (string)error["code"]!))
        );
        List<string> answered =
        [
            .. (await simulation.OutputAsync(batch)).Concat(await simulation.ErrorsAsync(batch)).Select(line => (string)line["custom_id"]!),
        ];
        Assert.Equal(["pr-1", "pr-4"], answered.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "empty_file")]
    [InlineData("\n \n", "empty_file")]
    public async Task An_empty_file_fails_the_batch(string content, string code)
    {
        await using var simulation = await Simulation.StartAsync();
        using var upload = await simulation.TryUploadAsync(content);
        using var created = await simulation.TryCreateAsync((string)(await Simulation.ReadAsync(upload))["id"]!);

        var batch = await simulation.EndedAsync((string)(await Simulation.ReadAsync(created))["id"]!);

        Assert.Equal(code, (string)batch["errors"]!["data"]![0]!["code"]!);
    }

    [Fact]
    public async Task Too_many_lines_fail_the_batch()
    {
        await using var simulation = await Simulation.StartAsync(options => options.MaxLines = 10);

        var batch = await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(11)));

        Assert.Equal("too_many_tasks", (string)batch["errors"]!["data"]![0]!["code"]!);
    }

    [Fact]
    public async Task Byte_order_mark_CRLF_and_blank_lines_in_the_input_are_nothing_special()
    {
        await using var simulation = await Simulation.StartAsync();
        using var upload = await simulation.TryUploadAsync("\uFEFF" + string.Join("\r\n\r\n", Simulation.Lines(20)));
        using var created = await simulation.TryCreateAsync((string)(await Simulation.ReadAsync(upload))["id"]!);

        var batch = await simulation.EndedAsync((string)(await Simulation.ReadAsync(created))["id"]!);

        Assert.Equal(20, (int)batch["request_counts"]!["completed"]! + (int)batch["request_counts"]!["failed"]!);
    }

    [Fact]
    public async Task Metadata_comes_back_as_sent()
    {
        await using var simulation = await Simulation.StartAsync();

        var batch = await simulation.BatchAsync(
            await simulation.CreateAsync(Simulation.Lines(1), new { nonce = "n-1", installation = "ü\"" })
        );

        Assert.Equal("n-1", (string)batch["metadata"]!["nonce"]!);
        Assert.Equal("ü\"", (string)batch["metadata"]!["installation"]!);
    }

    [Fact]
    public async Task Calls_without_key_agent_or_plan_are_turned_away()
    {
        await using var simulation = await Simulation.StartAsync(options => options.Plan = SimulatedPlan.Free);
        using var bare = new HttpClient { BaseAddress = simulation.Http.BaseAddress };

        using var noAgent = await bare.GetAsync("models");
        bare.DefaultRequestHeaders.UserAgent.ParseAdd("x/1");
        using var noKey = await bare.GetAsync("models");
        using var models = await simulation.Http.GetAsync("models");
        using var freePlan = await simulation.Http.GetAsync("batches");

        Assert.Equal((HttpStatusCode.Forbidden, "error code: 1010"), (noAgent.StatusCode, await noAgent.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain", noAgent.Content.Headers.ContentType!.MediaType);
        Assert.Equal("invalid_api_key", (string)(await Simulation.RefusalAsync(noKey, HttpStatusCode.Unauthorized))["code"]!);
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);
        Assert.Equal("not_available_for_plan", (string)(await Simulation.RefusalAsync(freePlan, HttpStatusCode.Forbidden))["code"]!);
    }

    [Fact]
    public async Task An_unknown_path_is_answered_as_Groq_does()
    {
        await using var simulation = await Simulation.StartAsync();

        using var reply = await simulation.Http.PostAsJsonAsync("nonsense", new { });

        Assert.Contains(
            "Unknown request URL: POST /openai/v1/nonsense",
            (string)(await Simulation.RefusalAsync(reply, HttpStatusCode.NotFound))["message"]!
        );
    }

    [Fact]
    public async Task Models_are_listed_without_the_retired_ones()
    {
        await using var simulation = await Simulation.StartAsync();

        var list = await simulation.GetAsync("models");
        var one = await simulation.GetAsync("models/openai/gpt-oss-120b");
        using var retired = await simulation.Http.GetAsync("models/llama-3.3-70b-versatile");

        Assert.Equal(["openai/gpt-oss-20b", "openai/gpt-oss-120b"], list["data"]!.AsArray().Select(model => (string)model!["id"]!));
        Assert.Equal(131_072, (int)one["context_window"]!);
        Assert.Equal(65_536, (int)one["max_completion_tokens"]!);
        Assert.Equal("model_not_found", (string)(await Simulation.RefusalAsync(retired, HttpStatusCode.NotFound))["code"]!);
    }
}
