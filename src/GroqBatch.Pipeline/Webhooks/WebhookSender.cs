using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using GroqBatch.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>
/// One try of a delivery over HTTP. The address is judged when it is connected to and not before: whatever a name says at another time, the
/// socket opens to a public address or not at all. No proxy, no redirect, no cookie, and nothing of what the receiver writes is read.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private const int MostHeaderKilobytes = 16;
    private readonly HttpMessageInvoker _client;
    private readonly WebhookOptions _options;
    private readonly IReadOnlyList<byte[]> _keys;
    private readonly Uri _url;
    private readonly TimeProvider _time;

    /// <param name="options">With a receiver.</param>
    /// <param name="time">The clock that deliveries are dated by.</param>
    public WebhookSender(IOptions<WebhookOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _url = new Uri(_options.Url!);
        _keys = WebhookSigner.KeysOf(_options.Secret)!;
        _client = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ConnectCallback = ConnectAsync,
                MaxResponseHeadersLength = MostHeaderKilobytes,
                MaxResponseDrainSize = 0,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                // Traces would carry the whole address, which may hold a secret.
                ActivityHeadersPropagator = null,
            }
        );
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Sends it, and says how that went; throws only when it is to stop.</summary>
    public async Task<WebhookOutcome> SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var request = Request(delivery);
            using var answer = await _client.SendAsync(request, either.Token);
            return new WebhookOutcome(
                (int)answer.StatusCode,
                answer.IsSuccessStatusCode ? null : SayOf(answer.StatusCode),
                RetryAfterOf(answer.Headers.RetryAfter)
            );
        }
        catch (Exception stopped)
            when (cancellationToken.IsCancellationRequested && stopped is OperationCanceledException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (OperationCanceledException)
        {
            return new WebhookOutcome(null, $"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException failed)
        {
            return new WebhookOutcome(null, SayOf(failed));
        }
    }

    // In our own words: what an exception says may hold the address.
    private static string SayOf(HttpRequestException failed)
    {
        for (Exception? cause = failed; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PrivateAddressException:
                    return "its name leads to a private address";
                case AuthenticationException:
                    return "its certificate is not to be trusted";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return "its name is not known";
                case SocketException { SocketErrorCode: var code }:
                    return $"no connection ({code})";
            }
        }

        return $"no answer ({failed.HttpRequestError})";
    }

    private static string SayOf(HttpStatusCode status) =>
        (int)status is >= 300 and < 400
            ? $"{(int)status}: redirects are not followed"
            : ((int)status).ToString(CultureInfo.InvariantCulture);

    private TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);

    private HttpRequestMessage Request(WebhookDelivery delivery)
    {
        var body = WebhookBody.Of(delivery);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
        request.Headers.TryAddWithoutValidation("webhook-id", delivery.MessageId);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSigner.Sign(_keys, delivery.MessageId, timestamp, body));
        request.Headers.TryAddWithoutValidation("User-Agent", "GroqBatch");
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endPoint = context.DnsEndPoint;
        var found = IPAddress.TryParse(endPoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
        var allowed = _options.AllowPrivateAddresses ? found : Array.FindAll(found, PublicAddress.IsPublic);
        if (allowed.Length == 0)
        {
            throw found.Length == 0 ? (Exception)new SocketException((int)SocketError.HostNotFound) : new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // To these and no others: the name is not asked for again.
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Refused before a connection was tried.</summary>
    private sealed class PrivateAddressException : IOException;
}
