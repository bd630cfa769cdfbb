using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Simulator.Tests;

/// <summary>A simulator on a folder of its own, and a plain HTTP client in front of it.</summary>
public sealed class Simulation : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private Simulation(SimulatorServer server, HttpClient http, FakeTimeProvider? clock, bool ownsFolder)
    {
        Server = server;
        Http = http;
        Clock = clock;
        _ownsFolder = ownsFolder;
    }

    public SimulatorServer Server { get; }
    public HttpClient Http { get; }
    public FakeTimeProvider? Clock { get; }
    public string Folder => Server.Folder;

    /// <summary>Batches are over as soon as they are answered, unless <paramref name="configure"/> says otherwise.</summary>
    public static async Task<Simulation> StartAsync(
        Action<SimulatorOptions>? configure = null,
        FakeTimeProvider? clock = null,
        string? folder = null
    )
    {
        var options = new SimulatorOptions
        {
            Folder = folder ?? Directory.CreateTempSubdirectory("groqbatch-simulator-").FullName,
            Fast = clock is null,
        };
        configure?.Invoke(options);
        var server = await SimulatorServer.StartAsync(options, clock: clock);
        var http = new HttpClient { BaseAddress = new Uri(server.BaseUrl + "/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey ?? "gsk_test");
        http.DefaultRequestHeaders.UserAgent.ParseAdd("GroqBatch.Tests/1.0");
        return new Simulation(server, http, clock, folder is null);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    public static FakeTimeProvider ClockAt(long unixSeconds = 1_794_700_000) => new(DateTimeOffset.FromUnixTimeSeconds(unixSeconds));

    public static string Line(
        string customId,
        string model = "openai/gpt-oss-20b",
        string? prompt = null,
        Action<JsonObject>? body = null,
        Action<JsonObject>? line = null
    )
    {
        var content = new JsonObject
        {
            ["model"] = model,
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = "Answer with JSON." },
                new JsonObject { ["role"] = "user", ["content"] = prompt ?? Prompts.Plain(customId) }
            ),
            ["max_completion_tokens"] = 4096,
            ["response_format"] = new JsonObject { ["type"] = "json_object" },
        };
        if (model.StartsWith("openai/gpt-oss", StringComparison.Ordinal))
        {
            content["reasoning_effort"] = "low";
            content["include_reasoning"] = false;
        }

        body?.Invoke(content);
        var request = new JsonObject
        {
            ["custom_id"] = customId,
            ["method"] = "POST",
            ["url"] = "/v1/chat/completions",
            ["body"] = content,
        };
        line?.Invoke(request);
        return request.ToJsonString();
    }

    public static IEnumerable<string> Lines(int count, string model = "openai/gpt-oss-20b") =>
        Enumerable.Range(1, count).Select(i => Line($"pr-{i}", model));

    public Task<HttpResponseMessage> TryUploadAsync(string content, string filename = "input.jsonl", string? purpose = "batch") =>
        Http.PostAsync("files", Form(new ByteArrayContent(Encoding.UTF8.GetBytes(content)), filename, purpose));

    public static MultipartFormDataContent Form(HttpContent file, string filename = "input.jsonl", string? purpose = "batch")
    {
        var form = new MultipartFormDataContent();
        if (purpose is not null)
        {
            form.Add(new StringContent(purpose), "\"purpose\"");
        }

        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "\"file\"", $"\"{filename}\"");
        return form;
    }

    public async Task<string> UploadAsync(IEnumerable<string> lines)
    {
        using var reply = await TryUploadAsync(string.Join('\n', lines) + "\n");
        var file = await ReadAsync(reply);
        return (string)file["id"]!;
    }

    public Task<HttpResponseMessage> TryCreateAsync(string fileId, object? metadata = null, string window = "24h") =>
        Http.PostAsJsonAsync(
            "batches",
            new
            {
                input_file_id = fileId,
                endpoint = "/v1/chat/completions",
                completion_window = window,
                metadata,
            }
        );

    public async Task<string> CreateAsync(IEnumerable<string> lines, object? metadata = null, string window = "24h")
    {
        using var reply = await TryCreateAsync(await UploadAsync(lines), metadata, window);
        return (string)(await ReadAsync(reply))["id"]!;
    }

    public async Task<JsonObject> GetAsync(string path)
    {
        using var reply = await Http.GetAsync(path);
        return await ReadAsync(reply);
    }

    public Task<JsonObject> BatchAsync(string id) => GetAsync("batches/" + id);

    public async Task<JsonObject> PostAsync(string path, object? body = null)
    {
        using var reply = body is null ? await Http.PostAsync(path, null) : await Http.PostAsJsonAsync(path, body);
        return await ReadAsync(reply);
    }

    /// <summary>Asks until the batch is over. On a simulated clock it must be due.</summary>
    public async Task<JsonObject> EndedAsync(string id)
    {
        for (var i = 0; i < 400; i++)
        {
            var batch = await BatchAsync(id);
            if ((string)batch["status"]! is "completed" or "failed" or "expired" or "cancelled")
            {
                return batch;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"{id} did not end.");
    }

    public async Task<string> DownloadAsync(string fileId) => await Http.GetStringAsync($"files/{fileId}/content");

    /// <summary>Lines of a result file; none where there is no file.</summary>
    public async Task<List<JsonObject>> ResultsAsync(JsonObject batch, string which)
    {
        if (batch[which + "_file_id"] is not JsonValue id || (string)id! is not { Length: > 0 } fileId)
        {
            return [];
        }

        return
        [
            .. (await DownloadAsync(fileId))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!.AsObject()),
        ];
    }

    public Task<List<JsonObject>> OutputAsync(JsonObject batch) => ResultsAsync(batch, "output");

    public Task<List<JsonObject>> ErrorsAsync(JsonObject batch) => ResultsAsync(batch, "error");

    public static async Task<JsonObject> ReadAsync(HttpResponseMessage reply)
    {
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, $"{(int)reply.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public static async Task<JsonObject> RefusalAsync(HttpResponseMessage reply, HttpStatusCode status)
    {
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode == status, $"{(int)reply.StatusCode}: {text}");
        return JsonNode.Parse(text)!["error"]!.AsObject();
    }
}
