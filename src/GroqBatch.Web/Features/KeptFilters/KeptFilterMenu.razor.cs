using GroqBatch.Core.Access;
using GroqBatch.Core.KeptFilters;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace GroqBatch.Web.Features.KeptFilters;

/// <summary>Which page it is on and what is filtered there it reads from the address alone, so that a page has nothing to do but to show it.</summary>
public sealed partial class KeptFilterMenu
{
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<KeptFilter> _kept = [];
    private string? _page;
    private FilterAddress? _here;
    private (long Id, Deed What)? _asked;
    private ElementReference _input;
    private string _name = "";
    private string _newName = "";
    private string? _mistake;
    private string? _told;
    private bool _mayChange;
    private bool _isBusy;
    private bool _isNewlyAsked;

    private enum Deed
    {
        Rename,
        Remove,
    }

    [Inject]
    public required IKeptFilters Filters { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Navigation.LocationChanged -= Follow;
        _leaving.Cancel(); // not disposed: a load already under way may still read the token
    }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Follow;
        Look();
        _mayChange = (await Current.GetAsync(_leaving.Token)).Rights.HasFlag(Right.Operate);
        await LoadAsync();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_isNewlyAsked)
        {
            _isNewlyAsked = false;
            await _input.FocusAsync();
        }
    }

    private void Follow(object? sender, LocationChangedEventArgs moved) =>
        _ = InvokeAsync(async () =>
        {
            if (_leaving.IsCancellationRequested)
            {
                return;
            }

            var before = _page;
            Look();
            Forget();
            StateHasChanged();
            if (_page != before)
            {
                await LoadAsync();
            }
        });

    private void Look()
    {
        var address = Navigation.ToBaseRelativePath(Navigation.Uri);
        (_page, _here) = (FilterAddress.PageOf(address), FilterAddress.TryRead(address));
    }

    private Task LoadAsync() =>
        _page is not { } page
            ? Task.CompletedTask
            : TryAsync(async actor =>
            {
                var kept = await Filters.ListAsync(page, actor, _leaving.Token);
                if (page == _page)
                {
                    _kept = kept;
                    StateHasChanged();
                }
            });

    private void Ask(KeptFilter filter, Deed deed) =>
        (_asked, _newName, _mistake, _isNewlyAsked) = ((filter.Id, deed), filter.Name, null, true);

    private void Forget() => (_asked, _mistake) = (null, null);

    private Task KeepAsync() =>
        _here is not { } here
            ? Task.CompletedTask
            : ChangeAsync(async actor =>
            {
                var kept = await Filters.KeepAsync(_name, here.Address, actor, CancellationToken.None);
                _name = "";
                return $"{kept.Name} is kept.";
            });

    private Task RenameAsync(KeptFilter filter) =>
        ChangeAsync(async actor =>
            await Filters.RenameAsync(filter.Id, _newName, actor, CancellationToken.None) is { } renamed
                ? $"It is called {renamed.Name} now."
                : throw new InvalidFilterException("Somebody has removed it meanwhile.")
        );

    private Task RemoveAsync(KeptFilter filter) =>
        ChangeAsync(async actor =>
        {
            await Filters.RemoveAsync(filter.Id, actor, CancellationToken.None);
            return $"{filter.Name} is removed.";
        });

    private async Task ChangeAsync(Func<Actor, Task<string>> change)
    {
        if (_isBusy)
        {
            return;
        }

        (_isBusy, _told) = (true, null);
        await TryAsync(async actor =>
        {
            _told = await change(actor);
            _asked = null;
        });
        _isBusy = false;
        if (_mistake is null)
        {
            await LoadAsync();
        }
    }

    private async Task TryAsync(Func<Actor, Task> deed)
    {
        try
        {
            _mistake = null;
            await deed(await Current.GetAsync(_leaving.Token));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The menu says what happened; the page around it stays as it is.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _mistake = failed is InvalidFilterException or AccessDeniedException ? failed.Message : Failures.Say(failed);
        }
    }
}
