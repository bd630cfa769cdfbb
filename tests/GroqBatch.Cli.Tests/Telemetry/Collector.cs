using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Cli.Tests.Telemetry;

/// <summary>An OTLP collector that keeps what it is sent, as bytes: texts stand in protobuf as they are.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly StringBuilder _traces = new();
    private readonly StringBuilder _metrics = new();
    private readonly StringBuilder _headers = new();

    private Collector(WebApplication application) => _application = application;

    public string Address => _application.Urls.First();
    public string Traces => Read(_traces);
    public string Metrics => Read(_metrics);
    public string Headers => Read(_headers);

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = new Collector(builder.Build());
        collector._application.MapPost("/v1/traces", context => collector.KeepAsync(context, collector._traces));
        collector._application.MapPost("/v1/metrics", context => collector.KeepAsync(context, collector._metrics));
        await collector._application.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task KeepAsync(HttpContext context, StringBuilder place)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (place)
        {
            place.Append(Encoding.Latin1.GetString(body.ToArray()));
        }

        lock (_headers)
        {
            _headers.AppendJoin('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"));
        }

        context.Response.ContentType = "application/x-protobuf";
    }

    private static string Read(StringBuilder place)
    {
        lock (place)
        {
            return place.ToString();
        }
    }
}
