using GroqBatch.Web.Shared;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Tests.Shared;

/// <summary>A script that comes late, or not at all, to a component that may be gone by then.</summary>
public sealed class PageScriptTests
{
    private readonly SlowBrowser _browser = new();

    [Fact]
    public async Task Is_asked_nothing_and_given_back_by_who_left_while_it_was_on_its_way()
    {
        var script = new PageScript(_browser, "import", "leave");
        var loading = script.TryLoadAsync();

        await script.DisposeAsync();
        _browser.Arrive();

        Assert.False(await loading);
        Assert.False(script.IsThere);
        await script.InvokeVoidAsync("listen");
        Assert.Null(await script.InvokeAsync<string>("watch"));
        Assert.Equal(["import ./js/import.js", "given back"], _browser.Heard);
    }

    [Fact]
    public async Task Is_told_farewell_before_it_is_given_back()
    {
        var script = new PageScript(_browser, "import", "leave");
        _browser.Arrive();
        Assert.True(await script.TryLoadAsync());
        await script.InvokeVoidAsync("listen");

        await script.DisposeAsync();

        await script.InvokeVoidAsync("listen");
        Assert.Equal(["import ./js/import.js", "listen", "leave", "given back"], _browser.Heard);
    }

    [Fact]
    public async Task Is_loaded_once_however_often_it_is_asked_for_meanwhile()
    {
        await using var script = new PageScript(_browser, "drawer");
        var (first, second) = (script.TryLoadAsync(), script.TryLoadAsync());
        _browser.Arrive();

        Assert.True(await first);
        Assert.True(await second);
        Assert.True(await script.TryLoadAsync());
        Assert.Equal(["import ./js/drawer.js"], _browser.Heard);
    }

    [Fact]
    public async Task Is_asked_for_again_where_the_connection_went_away()
    {
        await using var script = new PageScript(_browser, "drawer");
        _browser.Fail(new JSDisconnectedException("Away."));
        Assert.False(await script.TryLoadAsync());
        _browser.Arrive();

        Assert.True(await script.TryLoadAsync());
    }

    /// <summary>Hands its module out when it is told to.</summary>
    private sealed class SlowBrowser : IJSRuntime
    {
        private TaskCompletionSource<IJSObjectReference> _module = new();

        public List<string> Heard { get; } = [];

        public void Arrive()
        {
            if (_module.Task.IsFaulted)
            {
                _module = new();
            }

            _module.SetResult(new Module(Heard));
        }

        public void Fail(Exception why) => _module.SetException(why);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Heard.Add($"{identifier} {args![0]}");
            return (TValue)await _module.Task;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);
    }

    private sealed class Module(List<string> heard) : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            heard.Add(identifier);
            return default;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            heard.Add("given back");
            return ValueTask.CompletedTask;
        }
    }
}
