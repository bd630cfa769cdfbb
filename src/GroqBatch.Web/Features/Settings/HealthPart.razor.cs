using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Installation;
using GroqBatch.Core.Webhooks;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Settings;

/// <summary>Health, read again every few seconds while somebody looks.</summary>
public sealed partial class HealthPart
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _leaving = new();
    private ITimer? _timer;
    private HealthReading? _reading;
    private ProviderAnswer? _provider;
    private WebhookHealth? _webhook;
    private bool _mayTest;
    private bool _isTesting;
    private string? _tested;
    private string? _failure;

    [Inject]
    public required IHealthReader Health { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required IWebhooks Webhooks { get; init; }

    [Inject]
    public required ICurrentActor Me { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    private string WebhookMark =>
        _webhook switch
        {
            { GoneAt: not null } => "fail",
            { Failing: > 0 } => "part",
            { DeliveredAt: null } => "wait",
            _ => "done",
        };

    private string WebhookWord =>
        _webhook switch
        {
            { GoneAt: not null } => "gone",
            { Failing: > 0 } => "fails",
            { DeliveredAt: null } => "not tried",
            _ => "delivers",
        };

    /// <inheritdoc />
    public void Dispose()
    {
        _timer?.Dispose();
        // Not disposed: a read already under way may still look at it.
        _leaving.Cancel();
    }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        await LoadAsync();
        // Not once every few seconds: it costs a call.
        _timer = Time.CreateTimer(_ => _ = InvokeAsync(ReadAsync), state: null, Every, Every);
        StateHasChanged();
        _provider = await AskAsync();
    }

    private async Task LoadAsync()
    {
        _failure = null;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            _reading = await Health.ReadAsync(Provider.Name, _leaving.Token);
            var me = await Me.GetAsync(_leaving.Token);
            _mayTest = me.Rights.HasFlag(Right.Administer);
            _webhook = await Webhooks.ReadHealthAsync(me, _leaving.Token);
            _failure = null;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The page says what happened and goes on trying.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
        }

        StateHasChanged();
    }

    private async Task TestAsync()
    {
        (_isTesting, _tested) = (true, null);
        try
        {
            var outcome = await Webhooks.SendTestAsync(await Me.GetAsync(_leaving.Token), _leaving.Token);
            _tested = outcome.IsDelivered ? "The receiver took it." : $"Not delivered: {outcome.Error ?? $"{outcome.Status}"}.";
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The page says what happened.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _tested = Failures.Say(failed);
        }
        finally
        {
            _isTesting = false;
        }

        await ReadAsync();
    }

    private async Task<ProviderAnswer?> AskAsync()
    {
        try
        {
            var models = await Provider.ListModelsAsync(_leaving.Token);
            return new ProviderAnswer(true, "answers", $"the key is accepted and has {Figures.Count(models.Count, "model", "models")}");
        }
        catch (ProviderException refused)
        {
            return new ProviderAnswer(false, refused.NeedsPerson ? "refuses" : "does not answer", refused.Message);
        }
        catch (OperationCanceledException)
        {
            return _leaving.IsCancellationRequested ? null : new ProviderAnswer(false, "does not answer", null);
        }
    }

    private static string Size(long bytes) =>
        bytes >= 1_000_000_000 ? $"{bytes / 1_000_000_000d:0.0} GB" : $"{Figures.Count(Math.Max(1, bytes / 1_000_000))} MB";

    private sealed record ProviderAnswer(bool IsGood, string Word, string? Detail);
}
