using GroqBatch.Groq.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Client;

/// <summary>
/// Adds the key, only to calls that go where the configuration says: redirects are not followed, and should anything else change an address, the
/// key stays here.
/// </summary>
internal sealed class KeyHandler(GroqEndpoint endpoint, IOptions<GroqOptions> options) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var header = options.Value.AuthHeader;
        request.Headers.Remove(header);
        if (
            request.RequestUri is { } uri
            && Uri.Compare(uri, endpoint.BaseUrl, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase)
                == 0
        )
        {
            var scheme = options.Value.AuthScheme;
            var key = endpoint.Key.Reveal();
            request.Headers.TryAddWithoutValidation(header, scheme.Length == 0 ? key : $"{scheme} {key}");
        }

        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>
/// Adds what the configuration wants on every call, further headers and query parameters, and asks before a file is sent: a refusal then comes
/// as a reply instead of a connection broken off in the middle of a hundred megabytes.
/// </summary>
internal sealed class ExtrasHandler(IOptions<GroqOptions> options) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in options.Value.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.Content is MultipartFormDataContent)
        {
            request.Headers.ExpectContinue = true;
        }

        if (options.Value.Query.Count > 0 && request.RequestUri is { } uri)
        {
            var extra = string.Join(
                '&',
                options.Value.Query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}")
            );
            request.RequestUri = new UriBuilder(uri) { Query = uri.Query.Length > 1 ? $"{uri.Query}&{extra}" : extra }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Notes each call by method, path, status and time; never a body, a header or a query.</summary>
internal sealed partial class CallLogHandler(TimeProvider time, ILogger<CallLogHandler> logger) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (logger.IsEnabled(LogLevel.Debug))
            {
                Log.Answered(logger, request.Method, PathOf(request), (int)response.StatusCode, time.GetElapsedTime(start));
            }

            return response;
        }
        catch (HttpRequestException exception)
        {
            Log.Unanswered(logger, request.Method, PathOf(request), exception.HttpRequestError, time.GetElapsedTime(start));
            throw;
        }
    }

    private static string PathOf(HttpRequestMessage request) => request.RequestUri?.AbsolutePath ?? "";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: {Status} after {Elapsed}")]
        public static partial void Answered(ILogger logger, HttpMethod method, string path, int status, TimeSpan elapsed);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: no reply ({Reason}) after {Elapsed}")]
        public static partial void Unanswered(ILogger logger, HttpMethod method, string path, HttpRequestError reason, TimeSpan elapsed);
    }
}
