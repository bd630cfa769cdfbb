using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Groq.Tests.Client;

/// <summary>A server on a real port that answers as a test says, hostile replies included, and remembers each call.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();

    private FakeApi(WebApplication app) => _app = app;

    public Uri BaseUrl => new($"{_app.Urls.First()}/openai/v1");

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<Call> Calls => [.. _calls];

    public static async Task<FakeApi> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var api = new FakeApi(builder.Build());
        api._app.Run(async context =>
        {
            api._calls.Enqueue(
                new Call(
                    context.Request.Method,
                    context.Request.Path.Value![("/openai/v1".Length)..],
                    context.Request.QueryString.Value!,
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    )
                )
            );
            await answer(context);
        });
        await api._app.StartAsync(TestContext.Current.CancellationToken);
        return api;
    }

    /// <summary>A server that gives its replies one after the other, and the last one from then on.</summary>
    public static Task<FakeApi> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var next = -1;
        return StartAsync(context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context));
    }

    public static Func<HttpContext, Task> Reply(int status, string body, params (string Name, string Value)[] headers) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = body.StartsWith('<') ? "text/html" : "application/json";
            foreach (var (name, value) in headers)
            {
                context.Response.Headers[name] = value;
            }

            await context.Response.WriteAsync(body);
        };

    public static Func<HttpContext, Task> Reply(string body) => Reply(200, body);

    /// <summary>Reads the request and drops the connection without a reply.</summary>
    public static async Task HangUp(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Abort();
    }

    /// <summary>
    /// Promises more than it sends: the server closes after the last byte that was sent. Torn down instead, bytes could be lost on their way, and a
    /// transport that has seen none asks again by itself.
    /// </summary>
    public static Func<HttpContext, Task> CutShort(string content, int missing) =>
        async context =>
        {
            context.Response.ContentLength = content.Length + missing;
            await context.Response.WriteAsync(content);
            await context.Response.Body.FlushAsync();
        };

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>A call as the server saw it; the path is below the base address.</summary>
internal sealed record Call(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers);
