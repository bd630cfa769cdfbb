using System.Net;
using System.Net.Http.Headers;

namespace GroqBatch.Groq.Client;

/// <summary>A body that asks whether it may still be sent when its turn has come: connection, key and headers are behind it, and nothing is sent yet.</summary>
/// <remarks>A creation that a host sends after standing still for a while could be the second of its kind, and no provider would know it for that.</remarks>
internal sealed class LastMomentContent : HttpContent
{
    private readonly byte[] _json;
    private readonly Func<bool> _isTooLate;

    public LastMomentContent(byte[] json, Func<bool>? isTooLate)
    {
        _json = json;
        _isTooLate = isTooLate ?? (() => false);
        Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_isTooLate())
        {
            throw new TooLateException();
        }

        await stream.WriteAsync(_json, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _json.Length;
        return true;
    }
}

/// <summary>It was not sent.</summary>
internal sealed class TooLateException() : Exception("It is too late to send this.");
