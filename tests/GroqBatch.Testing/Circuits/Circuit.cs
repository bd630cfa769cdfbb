using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GroqBatch.Testing.Circuits;

/// <summary>
/// A live page without a browser: it speaks Blazor's own protocol, says that each render has been shown, answers what the server asks of scripts, and
/// keeps the rendered bytes to look into. For many pages at once, and for the server's own time without a browser's in it.
/// </summary>
public sealed partial class Circuit : IAsyncDisposable
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);
    private readonly Visitor _visitor;
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _leaving = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<(byte[] Text, TaskCompletionSource<long> Found)> _waiting = [];
    private readonly List<ReadOnlyMemory<byte>> _rendered = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _hearing;
    private readonly Task _pinging;
    private Exception? _broken;
    private string? _id;
    private int _renders;
    private int _scriptObjects;

    private Circuit(Visitor visitor, WebSocket socket, long began)
    {
        _visitor = visitor;
        _socket = socket;
        Began = began;
        _hearing = HearAsync();
        _pinging = PingAsync();
    }

    /// <summary>When its document was asked for, as <see cref="Stopwatch.GetTimestamp"/> says.</summary>
    public long Began { get; }

    /// <summary>How many renders have come.</summary>
    public int Renders => Volatile.Read(ref _renders);

    /// <summary>Told of each render, on the thread that hears it: its bytes and when it came.</summary>
    public Action<ReadOnlyMemory<byte>, long>? Rendered { get; set; }

    /// <summary>Whether rendered bytes are kept for <see cref="WaitForAsync"/>; what has been kept is forgotten when they are no longer.</summary>
    public bool KeepsRendered
    {
        get;
        set
        {
            field = value;
            if (!value)
            {
                Forget();
            }
        }
    } = true;

    /// <summary>Asks for a page's document and makes it live. Returns before its data has come: <see cref="WaitForAsync"/>.</summary>
    /// <param name="visitor">Who has signed in.</param>
    /// <param name="address">Such as <c>/runs?page=2</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Circuit> OpenAsync(Visitor visitor, string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        var began = Stopwatch.GetTimestamp();
        var document = await visitor.GetDocumentAsync(address, cancellationToken);
        var operations = new JsonArray();
        foreach (Match marker in Marker().Matches(document))
        {
            operations.Add(
                new JsonObject
                {
                    ["type"] = "add",
                    ["ssrComponentId"] = operations.Count + 1,
                    ["marker"] = JsonNode.Parse(marker.Groups["json"].Value),
                }
            );
        }

        if (operations.Count == 0)
        {
            throw new InvalidOperationException($"The document at {address} has no live components.");
        }

        var circuit = new Circuit(visitor, await visitor.ConnectAsync(cancellationToken), began);
        try
        {
            await circuit.StartAsync(address, State().Match(document).Groups["state"].Value, operations, cancellationToken);
            return circuit;
        }
        catch
        {
            await circuit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a text has been rendered, and says when it came; at once where it has come already.</summary>
    /// <exception cref="InvalidOperationException">The circuit broke, or the text did not come; says what did.</exception>
    public async Task<long> WaitForAsync(string text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var found = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_broken is not null)
            {
                throw new InvalidOperationException($"The page is gone: {_broken.Message}", _broken);
            }

            if (_rendered.Exists(batch => batch.Span.IndexOf(bytes) >= 0))
            {
                return Stopwatch.GetTimestamp();
            }

            _waiting.Add((bytes, found));
        }

        try
        {
            return await found.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"“{text}” was not rendered within a minute. What was: {Describe()}", late);
        }
    }

    /// <summary>Forgets what has been rendered, so that only what comes is found.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _rendered.Clear();
        }
    }

    /// <summary>Goes to another page by a link, within this circuit.</summary>
    public Task GoToAsync(string address, CancellationToken cancellationToken) =>
        SendAsync(PackWriter.Call(null, "OnLocationChanged", Absolute(address), null, true), cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_leaving.IsCancellationRequested)
        {
            return;
        }

        try
        {
            if (_id is not null)
            {
                // As a browser does that closes the page: else the server keeps it for some minutes, in case it comes back.
                await _visitor.LeaveAsync(_id, CancellationToken.None);
            }

            if (_socket.State is WebSocketState.Open)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or HttpRequestException)
        {
            // It is gone already.
        }

        await _leaving.CancelAsync();
        await Task.WhenAll(_hearing, _pinging);
        _socket.Dispose();
        _sending.Dispose();
        _leaving.Dispose();
    }

    private async Task StartAsync(string address, string state, JsonArray operations, CancellationToken cancellationToken)
    {
        await SendAsync("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(), cancellationToken);
        await SendAsync(
            PackWriter.Call("0", "StartCircuit", _visitor.Dashboard.ToString(), Absolute(address), "[]", ""),
            cancellationToken
        );
        await _started.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        var batch = new JsonObject { ["batchId"] = 1, ["operations"] = operations };
        await SendAsync(PackWriter.Call(null, "UpdateRootComponents", batch.ToJsonString(), state), cancellationToken);
    }

    private string Absolute(string address) => new Uri(_visitor.Dashboard, address).ToString();

    private async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingEvery, _leaving.Token);
                await SendAsync(PackWriter.Ping, _leaving.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever hears says so.
        }
    }

    private async Task HearAsync()
    {
        try
        {
            var received = new ArrayBufferWriter<byte>(16 * 1024);
            var isGreeted = false;
            while (true)
            {
                var result = await _socket.ReceiveAsync(received.GetMemory(16 * 1024), _leaving.Token);
                if (result.MessageType is WebSocketMessageType.Close)
                {
                    throw new WebSocketException($"closed by the server: {_socket.CloseStatusDescription}");
                }

                received.Advance(result.Count);
                if (!result.EndOfMessage)
                {
                    continue;
                }

                // Messages follow each other with their lengths before them; a render is kept, so it gets bytes of its own.
                ReadOnlyMemory<byte> left = received.WrittenSpan.ToArray();
                if (!isGreeted)
                {
                    left = left[(left.Span.IndexOf((byte)0x1e) + 1)..];
                    isGreeted = true;
                }

                while (TryTakeMessage(ref left, out var message))
                {
                    await TakeAsync(message);
                }

                received.ResetWrittenCount();
                received.Write(left.Span);
            }
        }
        catch (Exception gone)
            when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            Break(gone);
        }
    }

    private static bool TryTakeMessage(ref ReadOnlyMemory<byte> left, out ReadOnlyMemory<byte> message)
    {
        var (length, shift) = (0, 0);
        for (var at = 0; at < left.Length && at < 5; at++)
        {
            var part = left.Span[at];
            length |= (part & 0x7f) << shift;
            shift += 7;
            if ((part & 0x80) != 0)
            {
                continue;
            }

            if (left.Length - at - 1 < length)
            {
                break;
            }

            message = left.Slice(at + 1, length);
            left = left[(at + 1 + length)..];
            return true;
        }

        message = default;
        return false;
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> message)
    {
        var reader = new PackReader(message);
        reader.ReadArrayHeader();
        switch (reader.ReadInteger())
        {
            case 1: // a call
                reader.SkipTextMap();
                reader.ReadText();
                await TakeCallAsync(reader.ReadText()!, reader);
                break;
            case 3: // the answer to StartCircuit, the only call that asks for one
                reader.SkipTextMap();
                reader.ReadText();
                if (reader.ReadInteger() == 1)
                {
                    throw new InvalidDataException($"The circuit was refused: {reader.ReadText()}");
                }

                _id = reader.ReadText();
                _started.TrySetResult();
                break;
            case 7:
                throw new InvalidDataException($"The server closes: {reader.ReadText()}");
        }
    }

    private async Task TakeCallAsync(string target, PackReader reader)
    {
        reader.ReadArrayHeader();
        switch (target)
        {
            case "JS.RenderBatch":
                var id = reader.ReadInteger();
                Take(reader.ReadBytes());
                await SendAsync(PackWriter.Call(null, "OnRenderCompleted", id, null), _leaving.Token);
                break;
            case "JS.BeginInvokeJS":
                await AnswerScriptAsync(reader);
                break;
            case "JS.Error":
                throw new InvalidDataException($"The circuit broke: {reader.ReadText()}");
        }
    }

    private void Take(ReadOnlyMemory<byte> batch)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _renders);
        lock (_gate)
        {
            if (KeepsRendered)
            {
                _rendered.Add(batch);
            }

            for (var at = _waiting.Count - 1; at >= 0; at--)
            {
                if (batch.Span.IndexOf(_waiting[at].Text) >= 0)
                {
                    _waiting[at].Found.TrySetResult(now);
                    _waiting.RemoveAt(at);
                }
            }
        }

        Rendered?.Invoke(batch, now);
    }

    /// <summary>What the server asks of scripts: functions that answer yes or no say no, modules are objects, everything else is nothing.</summary>
    private async Task AnswerScriptAsync(PackReader reader)
    {
        var handle = reader.ReadInteger();
        if (handle == 0)
        {
            return; // no answer is waited for
        }

        var identifier = reader.ReadText();
        reader.ReadText(); // what is handed over
        var isObject = reader.ReadInteger() == 1;
        var result =
            isObject ? $"{{\"__jsObjectId\":{Interlocked.Increment(ref _scriptObjects)}}}"
            : identifier is "gbTheme.tell" or "gbTheme.toggle" ? "false"
            : "null";
        await SendAsync(PackWriter.Call(null, "EndInvokeJSFromDotNet", handle, true, $"[{handle},true,{result}]"), _leaving.Token);
    }

    private void Break(Exception why)
    {
        lock (_gate)
        {
            _broken = why;
            foreach (var (_, found) in _waiting)
            {
                found.TrySetException(new InvalidOperationException($"The page is gone: {why.Message}", why));
            }

            _waiting.Clear();
        }

        _started.TrySetException(new InvalidOperationException($"The page is gone: {why.Message}", why));
        _ = _started.Task.Exception; // seen
    }

    private string Describe()
    {
        lock (_gate)
        {
            // The batches are binary with the texts in between.
            var texts = _rendered.SelectMany(batch => Words().Matches(Encoding.UTF8.GetString(batch.Span)).Select(word => word.Value));
            var all = string.Join(" | ", texts);
            return all.Length > 6_000 ? all[^6_000..] : all;
        }
    }

    [GeneratedRegex("<!--Blazor:(?<json>\\{\"type\":\"server\".*?\\})-->", RegexOptions.Singleline, 1_000)]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(?<state>.*?)-->", RegexOptions.Singleline, 1_000)]
    private static partial Regex State();

    [GeneratedRegex(@"[\w .,:;%#/()?!'’“”…-]{4,}", RegexOptions.None, 1_000)]
    private static partial Regex Words();
}
