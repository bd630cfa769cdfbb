using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GroqBatch.Testing.Circuits;

/// <summary>Somebody signed in to a dashboard, without a browser: cookies, documents, and the connections of live pages.</summary>
public sealed partial class Visitor : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    /// <summary>Nobody has signed in yet.</summary>
    /// <param name="dashboard">Where it listens.</param>
    public Visitor(Uri dashboard)
    {
        Dashboard = dashboard;
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies }) { BaseAddress = dashboard };
    }

    /// <summary>Where the dashboard listens.</summary>
    public Uri Dashboard { get; }

    /// <summary>Signs in.</summary>
    /// <param name="link">A login link that has not been used.</param>
    /// <param name="name">What they are called.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SignInAsync(Uri link, string name, CancellationToken cancellationToken)
    {
        var asked = await _http.GetStringAsync(link, cancellationToken);
        var token = Antiforgery().Match(asked).Groups["token"].Value;
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = name, ["__RequestVerificationToken"] = token }
        );
        using var named = await _http.PostAsync(new Uri("/welcome", UriKind.Relative), form, cancellationToken);
        named.EnsureSuccessStatusCode();
        if (named.RequestMessage!.RequestUri!.AbsolutePath != "/")
        {
            throw new InvalidOperationException($"Signing in led to {named.RequestMessage.RequestUri}.");
        }
    }

    /// <summary>A document as the server sends it.</summary>
    public Task<string> GetDocumentAsync(string address, CancellationToken cancellationToken) =>
        _http.GetStringAsync(new Uri(address, UriKind.Relative), cancellationToken);

    /// <summary>A new connection for a live page, as a browser makes it: negotiated first.</summary>
    public async Task<WebSocket> ConnectAsync(CancellationToken cancellationToken)
    {
        using var negotiated = await _http.PostAsync(
            new Uri("/_blazor/negotiate?negotiateVersion=1", UriKind.Relative),
            content: null,
            cancellationToken
        );
        negotiated.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(cancellationToken));
        var token = answer.RootElement.GetProperty("connectionToken").GetString()!;
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.Cookies = _cookies;
            await socket.ConnectAsync(
                new UriBuilder(Dashboard)
                {
                    Scheme = "ws",
                    Path = "/_blazor",
                    Query = $"id={Uri.EscapeDataString(token)}",
                }.Uri,
                cancellationToken
            );
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tells the server that a page was closed.</summary>
    /// <param name="circuitId">The page's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LeaveAsync(string circuitId, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["circuitId"] = circuitId });
        using var left = await _http.PostAsync(new Uri("/_blazor/disconnect", UriKind.Relative), form, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.None, 1_000)]
    private static partial Regex Antiforgery();
}
