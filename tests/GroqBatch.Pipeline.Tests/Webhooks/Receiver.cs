using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Pipeline.Tests.Webhooks;

/// <summary>Somebody else's server: checks signatures by the specification alone, keeps what came, and answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentQueue<int> _answers = new();
    private readonly ConcurrentQueue<string> _elsewhere = new();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>32 bytes.</summary>
    public static string Secret { get; } = $"whsec_{Convert.ToBase64String(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"))}";

    /// <summary>What came, oldest first.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>Paths other than its own that were asked for.</summary>
    public IReadOnlyList<string> Elsewhere => [.. _elsewhere];

    /// <summary>Its address.</summary>
    public string Url => $"{_app.Urls.Single()}/hook?for=groqbatch";

    /// <summary>Its port.</summary>
    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>Holds answers back until it is set; null: none is.</summary>
    public TaskCompletionSource? Hang { get; set; }

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Answers the next ones with these; after them with 200.</summary>
    public void Answer(params int[] statuses)
    {
        foreach (var status in statuses)
        {
            _answers.Enqueue(status);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Hang?.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (http.Request.Path != "/hook")
        {
            _elsewhere.Enqueue(http.Request.Path);
            return;
        }

        using var read = new MemoryStream();
        await http.Request.Body.CopyToAsync(read);
        var body = read.ToArray();
        var (id, timestamp) = (http.Request.Headers["webhook-id"].ToString(), http.Request.Headers["webhook-timestamp"].ToString());
        var key = Convert.FromBase64String(Secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, signed));
        _received.Enqueue(
            new Received(
                id,
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp)),
                http.Request.Headers["webhook-signature"].ToString() == $"v1,{expected}",
                http.Request.ContentType,
                Encoding.UTF8.GetString(body)
            )
        );
        if (Hang is { } hang)
        {
            await hang.Task;
        }

        http.Response.StatusCode = _answers.TryDequeue(out var status) ? status : 200;
        if (http.Response.StatusCode is >= 300 and < 400)
        {
            http.Response.Headers.Location = "/elsewhere";
        }
    }
}

/// <summary>A delivery as it came.</summary>
internal sealed record Received(string Id, DateTimeOffset At, bool IsSigned, string? ContentType, string Body);
