using System.Globalization;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Notifications;

/// <summary>The whole inbox, by kind, page by page.</summary>
public sealed partial class InboxPage
{
    private readonly CancellationTokenSource _leaving = new();
    private IDisposable? _subscription;
    private NotificationKind? _kind;
    private Inbox? _inbox;
    private int _loads;
    private string? _failure;

    [Inject]
    public required INotifications Notifications { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? KindWord { get; set; }

    [SupplyParameterFromQuery(Name = "older")]
    private long? OlderThan { get; set; }

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        // Not disposed: a load already under way may still read the token.
        _leaving.Cancel();
    }

    /// <inheritdoc />
    protected override void OnInitialized() => _subscription = Feed.SubscribeNotifications(() => InvokeAsync(LoadAsync));

    /// <inheritdoc />
    protected override Task OnParametersSetAsync()
    {
        _kind = NotificationKinds.FromWire(KindWord);
        return LoadAsync();
    }

    private static string AddressOf(NotificationKind? kind, long? older)
    {
        string?[] parts =
        [
            kind is { } chosen ? $"kind={chosen.ToWire()}" : null,
            older is { } id ? string.Create(CultureInfo.InvariantCulture, $"older={id}") : null,
        ];
        var query = string.Join('&', parts.Where(part => part is not null));
        return query.Length == 0 ? "inbox" : $"inbox?{query}";
    }

    private async Task LoadAsync()
    {
        var load = ++_loads;
        try
        {
            var inbox = await Notifications.ReadAsync(
                new InboxQuery
                {
                    Provider = Provider.Name,
                    Kind = _kind,
                    OlderThan = OlderThan,
                },
                await Current.GetAsync(_leaving.Token),
                _leaving.Token
            );
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                (_inbox, _failure) = (inbox, null);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The page says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
            StateHasChanged();
        }
    }

    private void Choose(ChangeEventArgs change) =>
        Navigation.NavigateTo(AddressOf(NotificationKinds.FromWire(change.Value?.ToString()), null), replace: true);

    private Task OpenAsync(Notification notification) =>
        notification.IsRead
            ? Task.CompletedTask
            : ChangeAsync(actor => Notifications.MarkReadAsync(Provider.Name, notification.Id, actor, _leaving.Token));

    // Of every kind and page, also those that are not shown here; not what has come since.
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
#pragma warning disable CA1031 // The page says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
            return;
        }

        await LoadAsync();
    }
}
