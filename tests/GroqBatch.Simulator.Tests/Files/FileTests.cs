using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace GroqBatch.Simulator.Tests.Files;

public sealed class FileTests
{
    [Fact]
    public async Task An_uploaded_file_is_listed_described_downloaded_and_deleted()
    {
        await using var simulation = await Simulation.StartAsync();
        var content = string.Join('\n', Simulation.Lines(3));
        using var reply = await simulation.TryUploadAsync(content, "my input.jsonl");
        var file = await Simulation.ReadAsync(reply);
        var id = (string)file["id"]!;

        Assert.Equal("my input.jsonl", (string)file["filename"]!);
        Assert.Equal(Encoding.UTF8.GetByteCount(content), (long)file["bytes"]!);
        Assert.Equal(content, await simulation.DownloadAsync(id));
        Assert.Equal(file.ToJsonString(), (await simulation.GetAsync("files"))["data"]!.AsArray().Single()!.ToJsonString());
        using var download = await simulation.Http.GetAsync($"files/{id}/content");
        Assert.Equal("application/octet-stream", download.Content.Headers.ContentType!.MediaType);
        Assert.Equal(content.Length, download.Content.Headers.ContentLength);
        using var deleted = await simulation.Http.DeleteAsync("files/" + id);
        Assert.Equal($$"""{"id":"{{id}}","object":"file","deleted":true}""", await deleted.Content.ReadAsStringAsync());
        using var gone = await simulation.Http.GetAsync("files/" + id);
        await Simulation.RefusalAsync(gone, HttpStatusCode.NotFound);
        using var twice = await simulation.Http.DeleteAsync("files/" + id);
        await Simulation.RefusalAsync(twice, HttpStatusCode.NotFound);
        Assert.Empty((await simulation.GetAsync("files"))["data"]!.AsArray());
    }

    [Theory]
    [InlineData("input.txt", "batch", "file")]
    [InlineData("input.jsonl", "fine-tune", "purpose")]
    [InlineData("input.jsonl", null, "purpose")]
    public async Task A_wrong_upload_is_refused_by_its_field(string filename, string? purpose, string param)
    {
        await using var simulation = await Simulation.StartAsync();

        using var reply = await simulation.TryUploadAsync("{}", filename, purpose);

        Assert.Equal(param, (string)(await Simulation.RefusalAsync(reply, HttpStatusCode.BadRequest))["param"]!);
        Assert.Empty(simulation.Server.ReadLedger().Calls);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(simulation.Folder, "files")));
    }

    [Fact]
    public async Task Purpose_may_come_after_the_file()
    {
        await using var simulation = await Simulation.StartAsync();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent("{}"u8.ToArray()), "\"file\"", "a.jsonl" },
            { new StringContent("batch"), "\"purpose\"" },
        };

        using var reply = await simulation.Http.PostAsync("files", form);

        Assert.Equal("a.jsonl", (string)(await Simulation.ReadAsync(reply))["filename"]!);
    }

    [Fact]
    public async Task A_file_above_the_cap_is_refused_with_413()
    {
        await using var simulation = await Simulation.StartAsync(options => options.MaxFileBytes = 1_000_000);

        using var fits = await simulation.TryUploadAsync(new string('x', 1_000_000));
        using var tooLarge = await simulation.TryUploadAsync(new string('x', 1_000_001));

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        await Simulation.RefusalAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge);
        Assert.Single((await simulation.GetAsync("files"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Files_go_when_their_retention_is_over()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.UploadAsync(Simulation.Lines(1));

        clock.Advance(TimeSpan.FromDays(30));

        using var reply = await simulation.Http.GetAsync($"files/{id}/content");
        await Simulation.RefusalAsync(reply, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Deleting_the_input_of_a_running_batch_does_not_harm_it()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var file = await simulation.UploadAsync(Simulation.Lines(10));
        using var created = await simulation.TryCreateAsync(file);
        var id = (string)(await Simulation.ReadAsync(created))["id"]!;
        using var deleted = await simulation.Http.DeleteAsync("files/" + file);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);

        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(10, (int)(await simulation.EndedAsync(id))["request_counts"]!["total"]!);
    }

    [Fact]
    public async Task A_file_of_60_MB_goes_up_is_answered_and_comes_down_without_showing_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "peak memory is read from /proc");
        var folder = Directory.CreateTempSubdirectory("groqbatch-simulator-").FullName;
        await using (var process = await SimulatorProcess.StartAsync(folder, "--Simulator:Fast=true"))
        {
            await RunAsync(process, 500);
            var small = await process.PeakMemoryAsync();

            var size = await RunAsync(process, 8000);

            Assert.InRange(size, 60_000_000, 100_000_000);
            // Buffers for a few blocks of a megabyte, not the file.
            Assert.InRange(await process.PeakMemoryAsync() - small, 0, 45_000_000);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<long> RunAsync(SimulatorProcess process, int requests)
    {
        var body = string.Concat(Enumerable.Repeat("The discount was thrown away with the last item of a group.\n", 130));
        var content = new StringBuilder();
        for (var i = 0; i < requests; i++)
        {
            content.Append(Simulation.Line($"pr-{i}", prompt: Prompts.With(body: body))).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(content.ToString());
        using var form = Simulation.Form(new ByteArrayContent(bytes));
        using var upload = await process.Http.PostAsync("files", form);
        var file = (string)(await Simulation.ReadAsync(upload))["id"]!;
        using var created = await process.Http.PostAsJsonAsync(
            "batches",
            new
            {
                input_file_id = file,
                endpoint = "/v1/chat/completions",
                completion_window = "24h",
            }
        );
        var id = (string)(await Simulation.ReadAsync(created))["id"]!;
        while (true)
        {
            using var reply = await process.Http.GetAsync("batches/" + id);
            var batch = await Simulation.ReadAsync(reply);
            if ((string)batch["status"]! == "completed")
            {
                var output = await process.Http.GetByteArrayAsync($"files/{(string)batch["output_file_id"]!}/content");
                Assert.NotEmpty(output);
                return bytes.Length;
            }

            await Task.Delay(50);
        }
    }
}
