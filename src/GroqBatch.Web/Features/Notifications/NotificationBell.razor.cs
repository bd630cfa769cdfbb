using GroqBatch.Core.Batches;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.Notifications;

/// <summary>The bell of the top bar: reads its person's inbox again whenever there is news.</summary>
public sealed partial class NotificationBell
{
    /// <summary>Shown by the browser at once; the rest is in the panel.</summary>
    private const int MostShown = 3;

    private readonly CancellationTokenSource _leaving = new();
    private DotNetObjectReference<NotificationBell>? _self;
    private PageScript? _script;
    private IDisposable? _subscription;
    private Inbox? _inbox;
    private BrowserPermission _permission = BrowserPermission.Missing;
    private long _newest;
    private int _loads;
    private string? _failure;
    private string _said = "";

    [Inject]
    public required INotifications Notifications { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    private string Label =>
        _inbox?.Unread switch
        {
            null or 0 => "Notifications, none unread",
            var unread => $"Notifications, {CountOf(unread.Value)} unread",
        };

    /// <summary>The switch was used, or the browser's own question was answered.</summary>
    /// <param name="state">As the script names it.</param>
    [JSInvokable]
    public void PermissionChanged(string state)
    {
        _permission = Read(state);
        StateHasChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        // Not disposed: a load already under way may still read the token.
        await _leaving.CancelAsync();
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized() => _subscription = Feed.SubscribeNotifications(() => InvokeAsync(LoadAsync));

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LoadAsync();

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            (_script, _self) = (new PageScript(Browser, "notify", "forget"), DotNetObjectReference.Create(this));
            if (await _script.TryLoadAsync())
            {
                PermissionChanged(await _script.InvokeAsync<string>("watch", _self) ?? "");
            }
        }
    }

    private static BrowserPermission Read(string state) =>
        state switch
        {
            "on" => BrowserPermission.On,
            "off" => BrowserPermission.Off,
            "denied" => BrowserPermission.Denied,
            _ => BrowserPermission.Missing,
        };

    private static string CountOf(int unread) => unread >= Inbox.MostUnread ? $"{Inbox.MostUnread - 1}+" : Figures.Count(unread);

    private async Task LoadAsync()
    {
        var load = ++_loads;
        try
        {
            var actor = await Current.GetAsync(_leaving.Token);
            var inbox = await Notifications.ReadAsync(new InboxQuery { Provider = Provider.Name }, actor, _leaving.Token);
            // Else a newer load is under way.
            if (load == _loads)
            {
                var isFirst = _inbox is null;
                var before = _newest;
                _newest = Math.Max(_newest, inbox.Newest);
                (_inbox, _failure) = (inbox, null);
                List<Notification> fresh = isFirst ? [] : [.. inbox.Notifications.Where(one => one.Id > before && !one.IsRead)];
                _said =
                    fresh.Count == 0 ? ""
                    : fresh.Count == 1 ? $"{NotificationLook.Of(fresh[0].Kind).Word}: {fresh[0].TeamName}"
                    : Figures.Count(fresh.Count, "new notification", "new notifications");
                StateHasChanged();
                await ShowAsync(fresh);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
        catch (JSDisconnectedException)
        {
            // There is no browser any more that could show them.
        }
#pragma warning disable CA1031 // The panel says what happened; the next news tries again. The page around it goes on.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
            StateHasChanged();
        }
    }

    private async Task ShowAsync(List<Notification> fresh)
    {
        if (_script is null || _permission != BrowserPermission.On)
        {
            return;
        }

        foreach (var one in fresh.Take(MostShown).Reverse())
        {
            await _script.InvokeVoidAsync(
                "show",
                $"{NotificationLook.Of(one.Kind).Word}: {one.TeamName}",
                one.Sentence,
                NotificationLook.AddressOf(one) ?? "",
                $"groqbatch-{one.Id}"
            );
        }
    }

    private async Task OpenAsync(Notification notification)
    {
        if (!notification.IsRead)
        {
            await ChangeAsync(actor => Notifications.MarkReadAsync(Provider.Name, notification.Id, actor, _leaving.Token));
        }
    }

    private Task ReadAllAsync() =>
        _inbox is { Newest: var newest }
            ? ChangeAsync(actor => Notifications.MarkAllReadAsync(Provider.Name, newest, actor, _leaving.Token))
            : Task.CompletedTask;

    private async Task ChangeAsync(Func<Core.Access.Actor, Task> change)
    {
        try
        {
            await change(await Current.GetAsync(_leaving.Token));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The panel says what happened.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
            return;
        }

        await LoadAsync();
    }
}
