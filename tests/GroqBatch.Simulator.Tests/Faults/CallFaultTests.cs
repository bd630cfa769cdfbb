using System.Net;
using System.Net.Http.Json;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Simulator.Tests.Faults;

/// <summary>Each fault of single calls: what the caller sees, how often, and what it leaves behind.</summary>
public sealed class CallFaultTests
{
    [Fact]
    public async Task Rate_limited_calls_say_when_to_come_back()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.RateLimited,
                Times = 2,
                Seconds = 7,
                Path = "/batches",
            }
        );

        using var elsewhere = await simulation.Http.GetAsync("models");
        using var first = await simulation.Http.GetAsync("batches");
        using var second = await simulation.Http.GetAsync("batches");
        using var third = await simulation.Http.GetAsync("batches");

        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        Assert.Equal("rate_limit_exceeded", (string)(await Simulation.RefusalAsync(first, HttpStatusCode.TooManyRequests))["code"]!);
        Assert.Equal(TimeSpan.FromSeconds(7), first.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_burst_of_server_errors_ends(int status)
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.ServerError,
                Status = status,
                Times = 3,
            }
        );

        var seen = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            using var reply = await simulation.Http.GetAsync("files");
            seen.Add((int)reply.StatusCode);
        }

        Assert.Equal([status, status, status, 200, 200], seen);
    }

    [Fact]
    public async Task The_plan_gate_closes_files_and_batches_but_not_models()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(new() { Kind = FaultKind.PlanGate });

        using var files = await simulation.Http.GetAsync("files");
        using var models = await simulation.Http.GetAsync("models");

        Assert.Equal("not_available_for_plan", (string)(await Simulation.RefusalAsync(files, HttpStatusCode.Forbidden))["code"]!);
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);
    }

    [Fact]
    public async Task The_content_network_blocks_in_plain_text()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(new() { Kind = FaultKind.CdnBlock, Times = 1 });

        using var reply = await simulation.Http.GetAsync("models");

        Assert.Equal((HttpStatusCode.Forbidden, "error code: 1010"), (reply.StatusCode, await reply.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_key_can_be_revoked()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(new() { Kind = FaultKind.Unauthorized, Times = 1 });

        using var reply = await simulation.Http.GetAsync("batches");

        Assert.Equal("invalid_api_key", (string)(await Simulation.RefusalAsync(reply, HttpStatusCode.Unauthorized))["code"]!);
    }

    [Fact]
    public async Task A_lost_reply_to_a_creation_leaves_the_batch()
    {
        await using var simulation = await Simulation.StartAsync();
        var file = await simulation.UploadAsync(Simulation.Lines(2));
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.ReplyLost,
                Method = "POST",
                Path = "/batches",
                Times = 1,
            }
        );

        await Assert.ThrowsAsync<HttpRequestException>(() => simulation.TryCreateAsync(file, new { nonce = "n-1" }));

        var listed = (await simulation.GetAsync("batches"))["data"]!.AsArray().Single()!;
        Assert.Equal("n-1", (string)listed["metadata"]!["nonce"]!);
        Assert.Equal(file, (string)listed["input_file_id"]!);
        Assert.True(simulation.Server.ReadLedger().Calls.Single(call => call.Call == "create").ReplyLost);
    }

    [Fact]
    public async Task A_lost_reply_to_an_upload_leaves_the_file()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.ReplyLost,
                Path = "/files",
                Times = 1,
            }
        );

        await Assert.ThrowsAsync<HttpRequestException>(() => simulation.TryUploadAsync("{}"));

        Assert.Single((await simulation.GetAsync("files"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_dropped_connection_leaves_nothing()
    {
        await using var simulation = await Simulation.StartAsync();
        var file = await simulation.UploadAsync(Simulation.Lines(2));
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.ConnectionDropped,
                Method = "POST",
                Times = 1,
            }
        );

        await Assert.ThrowsAsync<HttpRequestException>(() => simulation.TryCreateAsync(file));

        Assert.Empty((await simulation.GetAsync("batches"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_slow_reply_comes_late()
    {
        await using var simulation = await Simulation.StartAsync();
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.Slow,
                Seconds = 0.3,
                Times = 1,
            }
        );

        var began = TimeProvider.System.GetTimestamp();
        await simulation.GetAsync("models");

        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.29));
    }

    [Fact]
    public async Task A_truncated_download_promises_more_than_it_gives()
    {
        await using var simulation = await Simulation.StartAsync();
        var file = await simulation.UploadAsync(Simulation.Lines(100));
        var whole = await simulation.DownloadAsync(file);
        simulation.Server.AddFault(
            new()
            {
                Kind = FaultKind.TruncatedDownload,
                Share = 0.25,
                Times = 1,
            }
        );

        using var reply = await simulation.Http.GetAsync($"files/{file}/content", HttpCompletionOption.ResponseHeadersRead);
        var received = new MemoryStream();
        var failure = await Record.ExceptionAsync(() => reply.Content.CopyToAsync(received));

        Assert.Equal(whole.Length, reply.Content.Headers.ContentLength);
        Assert.IsAssignableFrom<Exception>(failure);
        Assert.InRange(received.Length, 0, whole.Length / 4);
        Assert.Equal(whole, await simulation.DownloadAsync(file));
    }

    [Fact]
    public async Task An_expired_file_is_404()
    {
        await using var simulation = await Simulation.StartAsync();
        var file = await simulation.UploadAsync(Simulation.Lines(1));
        simulation.Server.AddFault(new() { Kind = FaultKind.FileExpired, Path = "/files/" + file + "*" });

        using var reply = await simulation.Http.GetAsync($"files/{file}/content");

        await Simulation.RefusalAsync(reply, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Switches_are_set_listed_counted_and_removed_over_HTTP_without_a_key()
    {
        await using var simulation = await Simulation.StartAsync(options => options.ApiKey = "gsk_secret");
        using var control = new HttpClient { BaseAddress = new Uri(simulation.Server.Origin + "/_simulator/") };

        using var set = await control.PostAsJsonAsync(
            "faults",
            new object[]
            {
                new
                {
                    kind = "rate_limited",
                    times = 3,
                    path = "/batches",
                },
                new
                {
                    id = "mine",
                    kind = "plan_gate",
                    path = "/files",
                },
            }
        );
        using var hit = await simulation.Http.GetAsync("batches");
        var listed = await Simulation.ReadAsync(await control.GetAsync("faults"));
        using var removed = await control.DeleteAsync("faults/mine");
        using var files = await simulation.Http.GetAsync("files");
        using var cleared = await control.DeleteAsync("faults");
        using var after = await simulation.Http.GetAsync("batches");

        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, hit.StatusCode);
        Assert.Equal(1, (int)listed["faults"]!.AsArray().Single(fault => (string)fault!["fault"]!["kind"]! == "rate_limited")!["used"]!);
        Assert.Equal(HttpStatusCode.OK, files.StatusCode);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("""{"kind":"nonsense"}""")]
    [InlineData("""{"kind":"stuck","path":"/batches"}""")]
    [InlineData("""{"kind":"rate_limited","metadata":{"a":"b"}}""")]
    [InlineData("""{"kind":"missing_lines","batch_id":"batch_1"}""")]
    [InlineData("""{"kind":"file_ids","shape":"round"}""")]
    [InlineData("""{"kind":"answer_as","answer":"not_json"}""")]
    [InlineData("""{"kind":"rate_limited","tiems":3}""")]
    public async Task A_switch_that_makes_no_sense_is_refused(string fault)
    {
        await using var simulation = await Simulation.StartAsync();

        using var reply = await simulation.Http.PostAsync(simulation.Server.Origin + "/_simulator/faults", new StringContent(fault));

        await Simulation.RefusalAsync(reply, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Two_servers_of_one_folder_share_the_turns_of_a_switch()
    {
        await using var one = await Simulation.StartAsync(options => options.Faults.Add(Fault.Parse("server_error,times=10,path=/models")));
        await using var other = await Simulation.StartAsync(
            options => options.Faults.Add(Fault.Parse("server_error,times=10,path=/models")),
            folder: one.Folder
        );

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : other).Http.GetAsync("models")));

        Assert.Equal(10, replies.Count(reply => reply.StatusCode == HttpStatusCode.InternalServerError));
        Assert.Equal(30, replies.Count(reply => reply.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public void The_form_of_the_command_line_is_read()
    {
        var fault = Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-2,times=2,metadata.run=42,share=0.5");

        Assert.Equal(FaultKind.AnswerAs, fault.Kind);
        Assert.Equal(GroqBatch.Simulator.Answers.SimulatedAnswer.NotJson, fault.Answer);
        Assert.Equal(["pr-1", "pr-2"], fault.CustomIds!);
        Assert.Equal((2, 0.5, "42"), (fault.Times, fault.Share, fault.Metadata!["run"]));
        Assert.Throws<FormatException>(() => Fault.Parse("answer_as,colour=red"));
        Assert.Throws<FormatException>(() => Fault.Parse("stuck,times=often"));
        Assert.Throws<FormatException>(() => Fault.Parse("7"));
        Assert.Throws<FormatException>(() => Fault.Parse(""));
    }
}
