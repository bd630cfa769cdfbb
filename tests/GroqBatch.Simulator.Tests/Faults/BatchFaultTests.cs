using System.Net;
using System.Text.Json.Nodes;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Simulator.Tests.Faults;

/// <summary>Each fault of whole batches: what the batch object and its files show.</summary>
public sealed class BatchFaultTests
{
    [Theory]
    [InlineData("list")]
    [InlineData("array")]
    [InlineData("null")]
    public async Task Validation_fails_and_names_lines_in_every_known_shape(string shape)
    {
        await using var simulation = await StartAsync($"validation_failed,lines=2;5,shape={shape}");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal("failed", (string)batch["status"]!);
        Assert.NotNull(batch["failed_at"]);
        Assert.Null(batch["output_file_id"]);
        var errors = shape == "list" ? batch["errors"]!["data"] : batch["errors"];
        Assert.Equal(shape == "null" ? null : [2, 5], errors?.AsArray().Select(error => (int)error!["line"]!));
    }

    [Fact]
    public async Task Lines_are_dropped_and_named_while_the_others_run()
    {
        await using var simulation = await StartAsync("lines_dropped,lines=3;4");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal("completed", (string)batch["status"]!);
        Assert.Equal([3, 4], batch["errors"]!["data"]!.AsArray().Select(error => (int)error!["line"]!));
        Assert.Equal(8, (int)batch["request_counts"]!["total"]!);
        Assert.Equal(Ids(1, 2, 5, 6, 7, 8, 9, 10), await AnsweredAsync(simulation, batch));
    }

    [Theory]
    [InlineData("error_lines")]
    [InlineData("absent")]
    public async Task A_batch_expires_with_what_it_had_finished(string shape)
    {
        await using var simulation = await StartAsync($"expired,count=4,shape={shape}");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal("expired", (string)batch["status"]!);
        Assert.NotNull(batch["expired_at"]);
        Assert.Equal((10, 4), ((int)batch["request_counts"]!["total"]!, (int)batch["request_counts"]!["completed"]!));
        Assert.Equal(
            Ids(1, 2, 3, 4),
            (await simulation.OutputAsync(batch)).Select(line => (string)line["custom_id"]!).Order(StringComparer.Ordinal)
        );
        var errors = await simulation.ErrorsAsync(batch);
        Assert.Equal(shape == "absent" ? 0 : 6, errors.Count);
        Assert.All(errors, line => Assert.Equal((null, "batch_expired"), (line["response"], (string)line["error"]!["code"]!)));
        Assert.Equal(6, simulation.Server.ReadLedger().Batches.Single().Answers![SimulatedAnswer.BatchExpired]);
    }

    [Fact]
    public async Task Somebody_cancels_a_batch_in_the_console()
    {
        await using var simulation = await StartAsync("cancelled_elsewhere,share=0.3");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal("cancelled", (string)batch["status"]!);
        Assert.Equal(3, (await simulation.OutputAsync(batch)).Count);
        Assert.DoesNotContain(simulation.Server.ReadLedger().Calls, call => call.Call == "cancel");
    }

    [Fact]
    public async Task The_control_endpoint_cancels_as_the_console_would()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.CreateAsync(Simulation.Lines(1000));
        clock.Advance(TimeSpan.FromSeconds(3));

        await simulation.PostAsync($"{simulation.Server.Origin}/_simulator/batches/{id}/cancel");
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("cancelled", (string)(await simulation.EndedAsync(id))["status"]!);
        Assert.Equal("console", simulation.Server.ReadLedger().Batches.Single().CancelledBy);
    }

    [Fact]
    public async Task All_lines_fail_and_there_is_no_output_file()
    {
        await using var simulation = await StartAsync("all_fail");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal("completed", (string)batch["status"]!);
        Assert.Null(batch["output_file_id"]);
        Assert.True(batch.ContainsKey("output_file_id"));
        Assert.Equal((0, 10), ((int)batch["request_counts"]!["completed"]!, (int)batch["request_counts"]!["failed"]!));
        Assert.Equal(10, (await simulation.ErrorsAsync(batch)).Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("absent")]
    [InlineData("empty")]
    [InlineData("object")]
    public async Task No_file_is_shown_in_every_known_shape(string shape)
    {
        await using var simulation = await StartAsync("all_fail", $"file_ids,shape={shape}");

        var batch = await RunAsync(simulation, 3);

        Assert.Equal(shape != "absent", batch.ContainsKey("output_file_id"));
        var expected = shape switch
        {
            "empty" => "\"\"",
            "object" => "{}",
            _ => null,
        };
        Assert.Equal(expected, batch["output_file_id"]?.ToJsonString());
        Assert.Equal(3, (await simulation.ErrorsAsync(batch)).Count);
    }

    [Fact]
    public async Task Lines_are_missing()
    {
        await using var simulation = await StartAsync("missing_lines,count=3");

        var batch = await RunAsync(simulation, 10);

        Assert.Equal(7, (await AnsweredAsync(simulation, batch)).Count);
        Assert.Equal(10, (int)batch["request_counts"]!["completed"]!);
        Assert.Equal(3, simulation.Server.ReadLedger().Batches.Single().Answers![SimulatedAnswer.Unanswered]);
    }

    [Fact]
    public async Task Lines_are_duplicated()
    {
        await using var simulation = await StartAsync("duplicated_lines,count=3");

        var batch = await RunAsync(simulation, 10);

        var answered = await AnsweredAsync(simulation, batch);
        Assert.Equal((13, 10), (answered.Count, answered.Distinct(StringComparer.Ordinal).Count()));
    }

    [Fact]
    public async Task Lines_are_no_JSON_but_still_show_whose_they_are()
    {
        await using var simulation = await StartAsync("invalid_json_lines,count=2");

        var batch = await RunAsync(simulation, 10);

        var lines = (await simulation.DownloadAsync((string)batch["output_file_id"]!)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var broken = lines.Where(line => !IsJson(line)).ToList();
        Assert.Equal((10, 2), (lines.Length, broken.Count));
        Assert.All(broken, line => Assert.Contains("\"custom_id\":\"pr-", line));
    }

    [Fact]
    public async Task Blank_lines_and_CRLF_come_between()
    {
        await using var simulation = await StartAsync("blank_lines,count=4", "crlf");

        var batch = await RunAsync(simulation, 10);

        var lines = (await simulation.DownloadAsync((string)batch["output_file_id"]!)).Split("\r\n");
        Assert.Equal(15, lines.Length);
        Assert.Equal(5, lines.Count(line => line.Length == 0));
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public async Task Lines_have_no_response()
    {
        await using var simulation = await StartAsync("null_response_lines,count=2");

        var batch = await RunAsync(simulation, 10);

        var errors = await simulation.ErrorsAsync(batch);
        Assert.Equal(2, errors.Count);
        Assert.All(errors, line => Assert.True(line.ContainsKey("response") && line["response"] is null && line["error"] is not null));
    }

    [Fact]
    public async Task Ids_come_back_that_were_never_submitted()
    {
        await using var simulation = await StartAsync("unknown_custom_ids,count=2");

        var batch = await RunAsync(simulation, 10);

        var strangers = (await AnsweredAsync(simulation, batch))
            .Except(Ids(Enumerable.Range(1, 10).ToArray()), StringComparer.Ordinal)
            .ToList();
        Assert.Equal(2, strangers.Count);
        Assert.Equal(10, (int)batch["request_counts"]!["total"]!);
    }

    [Fact]
    public async Task Lines_come_shuffled_unless_told_otherwise()
    {
        await using var shuffled = await StartAsync();
        await using var inOrder = await StartAsync("unshuffled");

        var order = Ids(Enumerable.Range(1, 50).ToArray(), sorted: false);
        var one = (await shuffled.OutputAsync(await RunAsync(shuffled, 50))).Select(line => (string)line["custom_id"]!).ToList();
        var other = (await inOrder.OutputAsync(await RunAsync(inOrder, 50))).Select(line => (string)line["custom_id"]!).ToList();

        Assert.NotEqual(order, one);
        Assert.Equal(order.Order(StringComparer.Ordinal), one.Order(StringComparer.Ordinal));
        Assert.Equal(order, other);
    }

    [Fact]
    public async Task Successes_stand_in_the_error_file_and_failures_in_the_output_file()
    {
        await using var simulation = await StartAsync("swapped_files", "answer_as,answer=server_error,custom_ids=pr-3");

        var batch = await RunAsync(simulation, 5);

        Assert.Equal(["pr-3"], (await simulation.OutputAsync(batch)).Select(line => (string)line["custom_id"]!));
        Assert.Equal(4, (await simulation.ErrorsAsync(batch)).Count(line => (int)line["response"]!["status_code"]! == 200));
    }

    [Fact]
    public async Task Single_requests_are_answered_as_told()
    {
        await using var simulation = await StartAsync(
            "answer_as,answer=finish_length,count=2",
            "answer_as,answer=contradiction,custom_ids=pr-9"
        );

        await RunAsync(simulation, 10);

        var answers = simulation.Server.ReadLedger().Batches.Single().Answers!;
        Assert.InRange(answers[SimulatedAnswer.FinishLength], 1, 2);
        Assert.InRange(answers.GetValueOrDefault(SimulatedAnswer.Contradiction), 3 - answers[SimulatedAnswer.FinishLength] - 1, 1);
    }

    [Fact]
    public async Task A_batch_is_404_for_a_moment_after_its_creation()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await StartAsync(clock, "not_found_grace,seconds=5");
        var id = await simulation.CreateAsync(Simulation.Lines(1));

        using var early = await simulation.Http.GetAsync("batches/" + id);
        var listed = await simulation.GetAsync("batches");
        var named = await simulation.GetAsync("batches?id=" + id);
        clock.Advance(TimeSpan.FromSeconds(5));

        await Simulation.RefusalAsync(early, HttpStatusCode.NotFound);
        Assert.Single(listed["data"]!.AsArray());
        Assert.Empty(named["data"]!.AsArray());
        Assert.Equal(id, (string)(await simulation.BatchAsync(id))["id"]!);
    }

    [Fact]
    public async Task A_batch_vanishes_with_its_files()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.CreateAsync(Simulation.Lines(5));
        clock.Advance(TimeSpan.FromMinutes(1));
        var batch = await simulation.EndedAsync(id);

        simulation.Server.AddFault(new() { Kind = FaultKind.Vanished, BatchId = id });

        using var gone = await simulation.Http.GetAsync("batches/" + id);
        using var file = await simulation.Http.GetAsync($"files/{(string)batch["output_file_id"]!}/content");
        await Simulation.RefusalAsync(gone, HttpStatusCode.NotFound);
        await Simulation.RefusalAsync(file, HttpStatusCode.NotFound);
        Assert.Empty((await simulation.GetAsync("batches"))["data"]!.AsArray());
        Assert.Single(simulation.Server.ReadLedger().Batches);
    }

    [Fact]
    public async Task A_stuck_batch_never_ends()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await StartAsync(clock, "stuck,share=0.5");
        var id = await simulation.CreateAsync(Simulation.Lines(100));
        await simulation.BatchAsync(id);

        clock.Advance(TimeSpan.FromDays(3));

        // What a line is answered with is made beside the clock: until it is, none is counted.
        var batch = await simulation.BatchAsync(id);
        for (var tries = 0; tries < 400 && (int)batch["request_counts"]!["completed"]! == 0; tries++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            batch = await simulation.BatchAsync(id);
        }

        Assert.Equal(("in_progress", 50), ((string)batch["status"]!, (int)batch["request_counts"]!["completed"]!));
        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(batch.ToJsonString(), (await simulation.BatchAsync(id)).ToJsonString());
    }

    [Fact]
    public async Task States_are_skipped()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await StartAsync(clock, "skipped_states");
        var id = await simulation.CreateAsync(Simulation.Lines(400));

        clock.Advance(TimeSpan.FromSeconds(2.5));
        var running = await simulation.BatchAsync(id);
        clock.Advance(TimeSpan.FromSeconds(2));
        var ended = await simulation.BatchAsync(id);

        Assert.Equal("validating", (string)running["status"]!);
        Assert.Equal("completed", (string)ended["status"]!);
        Assert.Null(ended["in_progress_at"]);
        Assert.Null(ended["finalizing_at"]);
        Assert.NotNull(ended["completed_at"]);
    }

    [Fact]
    public async Task A_status_comes_that_nobody_knows()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await StartAsync(clock, "unknown_status,value=paused");
        var id = await simulation.CreateAsync(Simulation.Lines(400));

        clock.Advance(TimeSpan.FromSeconds(2.5));
        var running = await simulation.BatchAsync(id);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("paused", (string)running["status"]!);
        Assert.Equal("completed", (string)(await simulation.EndedAsync(id))["status"]!);
    }

    [Fact]
    public async Task Fields_come_that_nobody_knows()
    {
        await using var simulation = await StartAsync("unknown_fields");

        var batch = await RunAsync(simulation, 3);

        Assert.True(batch.ContainsKey("queue"));
        Assert.All(await simulation.OutputAsync(batch), line => Assert.True(line.ContainsKey("attempt_info")));
    }

    [Fact]
    public async Task Counts_are_absent()
    {
        await using var simulation = await StartAsync("counts_absent");

        Assert.False((await RunAsync(simulation, 3)).ContainsKey("request_counts"));
    }

    [Fact]
    public async Task Faults_hit_only_the_batches_they_are_meant_for()
    {
        await using var simulation = await StartAsync(
            "all_fail,metadata.run=42",
            "validation_failed,batch_number=3",
            "expired,model=openai/gpt-oss-120b,count=0",
            "crlf,times=1"
        );

        var first = await RunAsync(simulation, 4);
        var marked = await RunAsync(simulation, 4, new { run = "42", other = "x" });
        var third = await RunAsync(simulation, 4);
        var strong = await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(4, "openai/gpt-oss-120b")));

        Assert.Equal((4, 0), ((int)first["request_counts"]!["completed"]!, (int)first["request_counts"]!["failed"]!));
        Assert.Contains("\r\n", await simulation.DownloadAsync((string)first["output_file_id"]!));
        Assert.Equal(4, (int)marked["request_counts"]!["failed"]!);
        Assert.DoesNotContain("\r\n", await simulation.DownloadAsync((string)marked["error_file_id"]!));
        Assert.Equal("failed", (string)third["status"]!);
        Assert.Equal("expired", (string)strong["status"]!);
    }

    private static Task<Simulation> StartAsync(params string[] faults) => StartAsync(null, faults);

    private static Task<Simulation> StartAsync(Microsoft.Extensions.Time.Testing.FakeTimeProvider? clock, params string[] faults) =>
        Simulation.StartAsync(
            options =>
            {
                options.Models.Add(new() { Id = "openai/gpt-oss-20b", FailureRate = 0 });
                options.Faults.AddRange(faults.Select(Fault.Parse));
            },
            clock
        );

    private static async Task<JsonObject> RunAsync(Simulation simulation, int requests, object? metadata = null) =>
        await simulation.EndedAsync(await simulation.CreateAsync(Simulation.Lines(requests), metadata));

    private static async Task<List<string>> AnsweredAsync(Simulation simulation, JsonObject batch) =>
        [
            .. (await simulation.OutputAsync(batch))
                .Concat(await simulation.ErrorsAsync(batch))
                .Select(line => (string)line["custom_id"]!)
                .Order(StringComparer.Ordinal),
        ];

    private static List<string> Ids(params int[] numbers) => Ids(numbers, sorted: true);

    private static List<string> Ids(int[] numbers, bool sorted)
    {
        var ids = numbers.Select(number => $"pr-{number}");
        return [.. sorted ? ids.Order(StringComparer.Ordinal) : ids];
    }

    private static bool IsJson(string line)
    {
        try
        {
            JsonNode.Parse(line);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
