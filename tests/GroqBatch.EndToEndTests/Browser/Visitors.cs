using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>
/// Who has come into a dashboard: the cookie by which it knows them again, and the browser page they have left. A page that was open before has its
/// scripts and styles, which takes half the time that a new one takes.
/// </summary>
internal sealed class Visitors : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<Cookie>>>> _cookies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentBag<BrowserSession>> _left = new(StringComparer.Ordinal);

    /// <summary>The cookie of somebody, who comes in for it the first time.</summary>
    /// <param name="name">What they are called.</param>
    /// <param name="comeIn">The way in.</param>
    public Task<IReadOnlyList<Cookie>> GetCookiesAsync(string name, Func<string, Task<IReadOnlyList<Cookie>>> comeIn) =>
        _cookies.GetOrAdd(name, _ => new(() => comeIn(name))).Value;

    /// <summary>The page that somebody has left; null: there is none.</summary>
    /// <param name="name">What they are called.</param>
    public BrowserSession? Take(string name) => _left.TryGetValue(name, out var left) && left.TryTake(out var session) ? session : null;

    /// <summary>Keeps a page for who comes again.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="session">It.</param>
    public void Keep(string name, BrowserSession session) => _left.GetOrAdd(name, _ => []).Add(session);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _left.Values.SelectMany(left => left))
        {
            await session.Context.DisposeAsync();
        }
    }
}
