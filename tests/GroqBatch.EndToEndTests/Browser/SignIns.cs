using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>Who has come into a dashboard, and the cookie by which it knows them again.</summary>
internal sealed class SignIns
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<Cookie>>>> _cookies = new(StringComparer.Ordinal);

    /// <summary>The cookie of somebody, who comes in for it the first time.</summary>
    /// <param name="name">What they are called.</param>
    /// <param name="comeIn">The way in.</param>
    public Task<IReadOnlyList<Cookie>> GetAsync(string name, Func<string, Task<IReadOnlyList<Cookie>>> comeIn) =>
        _cookies.GetOrAdd(name, _ => new(() => comeIn(name))).Value;
}
