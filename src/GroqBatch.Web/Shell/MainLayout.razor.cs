using GroqBatch.Core.Batches;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Shell;

/// <summary>The frame around every page: rail, top bar, bottom bar on a phone.</summary>
public sealed partial class MainLayout
{
    private DotNetObjectReference<MainLayout>? _self;
    private ErrorBoundary? _boundary;
    private Crumbs? _crumbs;
    private bool _isDark;
    private bool _isRailNarrow;

    [Inject]
    public required Surroundings Surroundings { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    [CascadingParameter]
    private Routes? Routes { get; set; }

    /// <summary>The browser's theme is another now, because the operating system changed its own.</summary>
    [JSInvokable]
    public void ThemeChanged(bool isDark)
    {
        _isDark = isDark;
        StateHasChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= ShowPlace;
        if (_self is not null)
        {
            try
            {
                await Browser.InvokeVoidAsync("gbTheme.forget");
            }
            catch (JSDisconnectedException)
            {
                // The page is gone, and with it what is to be forgotten.
            }

            _self.Dispose();
        }
    }

    internal void Show(Crumbs crumbs)
    {
        _crumbs = crumbs;
        StateHasChanged();
    }

    internal void Forget(Crumbs crumbs)
    {
        if (ReferenceEquals(_crumbs, crumbs))
        {
            _crumbs = null;
        }
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _isDark = Routes?.StartsDark ?? false;
        _isRailNarrow = Routes?.StartsNarrow ?? false;
        Navigation.LocationChanged += ShowPlace;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            var isDark = await Browser.InvokeAsync<bool>("gbTheme.tell", _self);
            if (isDark != _isDark)
            {
                ThemeChanged(isDark);
            }
        }
    }

    private async Task ToggleThemeAsync() => _isDark = await Browser.InvokeAsync<bool>("gbTheme.toggle");

    private async Task ToggleRailAsync()
    {
        _isRailNarrow = !_isRailNarrow;
        await Browser.InvokeVoidAsync("gbTheme.rail", _isRailNarrow);
    }

    private void Recover() => _boundary?.Recover();

    private void ShowPlace(object? sender, LocationChangedEventArgs place)
    {
        _boundary?.Recover();
        _ = InvokeAsync(StateHasChanged);
    }

    private bool IsHere(RailEntry entry)
    {
        var path = Navigation.ToBaseRelativePath(Navigation.Uri).Split('?', '#')[0];
        return entry.Address.Length == 0
            ? path.Length == 0
            : path == entry.Address || path.StartsWith($"{entry.Address}/", StringComparison.Ordinal);
    }
}
