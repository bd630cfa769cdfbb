using GroqBatch.Core.Batches;
using GroqBatch.Core.Search;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.Search;

/// <summary>The search over every page. Its browser part waits until the typing pauses and asks with what stands in the field.</summary>
public sealed partial class SearchBox
{
    private const string Looking = "Looking through all titles…";
    private const string GivenUp = "There was no time to look through all titles. More letters, or another word, narrow it down.";

    private CancellationTokenSource _asking = new();
    private DotNetObjectReference<SearchBox>? _self;
    private PageScript? _script;
    private ElementReference _dialog;
    private SearchResults? _results;
    private string? _failure;
    private string _answered = "";
    private bool _isLooking;
    private bool _isNew;

    [Inject]
    public required ISearch Search { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Actor { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    /// <summary>Why there may be more than is shown.</summary>
    private string Unfinished => _isLooking ? Looking : GivenUp;

    private string? Said =>
        _failure is not null ? _failure
        : _results is null || _isLooking ? null
        : _results.Count == 0 ? "Nothing found"
        : $"{Figures.Count(_results.Count)} found";

    /// <summary>Looks for what stands in the field now. What was asked before is given up: its answer never replaces this one's.</summary>
    [JSInvokable]
    public async Task FindAsync(string text)
    {
        // In the order in which it was asked: giving the one before up takes a moment, in which the next may come.
        var before = _asking;
        var asking = _asking = new CancellationTokenSource();
        await before.CancelAsync();
        try
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                Show(asking, text, results: null, failure: null);
                return;
            }

            var actor = await Actor.GetAsync(asking.Token);
            var found = await Search.FindAsync(text, Provider.Name, SearchPatience.AtOnce, actor, asking.Token);
            if (found.IsUnfinished)
            {
                Show(asking, text, SearchResults.Of(found, text), failure: null, isLooking: true);
                found = await Search.FindAsync(text, Provider.Name, SearchPatience.Thorough, actor, asking.Token);
            }

            Show(asking, text, SearchResults.Of(found, text), failure: null);
        }
        catch (Exception) when (asking.IsCancellationRequested)
        {
            // Something else is asked for by now, or nobody is there any more.
        }
#pragma warning disable CA1031 // Says what happened; the next letter tries again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            Show(asking, text, results: null, Failures.Say(failed));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _asking.CancelAsync();
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            (_script, _self) = (new PageScript(Browser, "search", "forget"), DotNetObjectReference.Create(this));
            if (await _script.TryLoadAsync())
            {
                await _script.InvokeVoidAsync("listen", _dialog, _self);
            }
        }

        if (_isNew && _script is { IsThere: true })
        {
            _isNew = false;
            await _script.InvokeVoidAsync("answered");
        }
    }

    private void Show(CancellationTokenSource asking, string text, SearchResults? results, string? failure, bool isLooking = false)
    {
        if (ReferenceEquals(asking, _asking) && !asking.IsCancellationRequested)
        {
            (_results, _failure, _answered, _isLooking, _isNew) = (results, failure, text, isLooking, true);
            StateHasChanged();
        }
    }
}
