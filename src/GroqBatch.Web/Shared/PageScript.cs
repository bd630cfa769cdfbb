using System.Diagnostics.CodeAnalysis;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Shared;

/// <summary>
/// A script of ours that works for one component, and goes with it. Its reader may go on while it is still on its way, or while the component around
/// it waits for something else: from then on nothing is asked of it, and what comes late is given back.
/// </summary>
/// <param name="browser">Where it runs.</param>
/// <param name="name">Such as <c>drawer</c>.</param>
/// <param name="farewell">What it is told at the end; null: nothing has to be undone.</param>
internal sealed class PageScript(IJSRuntime browser, string name, string? farewell = null) : IAsyncDisposable
{
    private IJSObjectReference? _module;
    private Task<bool>? _loading;
    private bool _isLeft;

    /// <summary>Whether it is there and anybody still is.</summary>
    [MemberNotNullWhen(true, nameof(_module))]
    public bool IsThere => _module is not null && !_isLeft;

    /// <summary>
    /// Loads it, unless it is there already. Where the connection goes away just then, what it would have done is missing until the page is loaded
    /// again, which is no reason to take the page away.
    /// </summary>
    /// <returns>Whether it is there.</returns>
    public Task<bool> TryLoadAsync() =>
        IsThere || _isLeft ? Task.FromResult(IsThere)
        : _loading is { IsCompleted: false } underWay ? underWay
        : _loading = LoadAsync();

    /// <summary>Calls a function of it; nothing happens where it is not there.</summary>
    public Task InvokeVoidAsync(string function, params object?[] arguments) =>
        IsThere ? _module.InvokeVoidAsync(function, arguments).AsTask() : Task.CompletedTask;

    /// <summary>Calls a function of it.</summary>
    /// <returns>Its answer; <see langword="default"/> where it is not there.</returns>
    public async Task<T?> InvokeAsync<T>(string function, params object?[] arguments) =>
        IsThere ? await _module.InvokeAsync<T>(function, arguments) : default;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _isLeft = true;
        await GiveBackAsync(farewell);
    }

    private async Task<bool> LoadAsync()
    {
        try
        {
            _module = await browser.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js");
        }
        catch (Exception lost) when (lost is JSException or JSDisconnectedException or OperationCanceledException)
        {
            return false;
        }

        if (_isLeft)
        {
            // Without farewell: it was asked for nothing, and by now the next page of its kind may be using it.
            await GiveBackAsync(lastWord: null);
        }

        return IsThere;
    }

    private async Task GiveBackAsync(string? lastWord)
    {
        if (_module is not { } module)
        {
            return;
        }

        _module = null;
        try
        {
            if (lastWord is not null)
            {
                await module.InvokeVoidAsync(lastWord);
            }

            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its scripts with it.
        }
    }
}
