using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace GroqBatch.Web.Features.Runs;

/// <summary>The failures of a run; which group is open is in the address, as <c>group</c>.</summary>
public sealed partial class RunFailures
{
    private const int Examples = 5;
    private readonly CancellationTokenSource _leaving = new();
    private IDisposable? _subscription;
    private Guid _loadedId;
    private RunFailureReport? _report;
    private IReadOnlyList<FailureExample>? _examples;
    private string? _open;
    private string? _failure;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    /// <summary>The open group: pass, code and message.</summary>
    [SupplyParameterFromQuery(Name = "group")]
    private string? Group { get; set; }

    /// <summary>Only this pass; null, or one that had no failures: all.</summary>
    [SupplyParameterFromQuery(Name = "pass")]
    private int? Pass { get; set; }

    [Inject]
    public required IFailureReader Reader { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        _leaving.Cancel(); // not disposed: a load already under way may still read the token
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (RunId != _loadedId)
        {
            _loadedId = RunId;
            _report = null;
            _open = null;
            _subscription?.Dispose();
            _subscription = Feed.SubscribeRun(RunId, _ => InvokeAsync(LoadAsync));
            await LoadAsync();
        }

        if (_open != Group)
        {
            await OpenAsync(Group);
        }
    }

    private Task LoadAsync() =>
        TryAsync(async () =>
        {
            var id = RunId;
            var report = await Reader.ReadRunAsync(id, _leaving.Token);
            if (id == RunId)
            {
                _report = report;
                StateHasChanged();
            }
        });

    private Task OpenAsync(string? address) =>
        TryAsync(async () =>
        {
            _open = address;
            _examples = null;
            if (Parse(address) is { } group)
            {
                var examples = await Reader.ListExamplesAsync(RunId, group.Pass, group.Key, Examples, _leaving.Token);
                if (_open == address)
                {
                    _examples = examples;
                    StateHasChanged();
                }
            }
        });

    private void Toggle(PassFailures pass, RunFailureGroup group)
    {
        var address = AddressOf(pass, group);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("group", _open == address ? null : address), replace: true);
    }

    private async Task RetryAsync(PassFailures pass, RunFailureGroup group)
    {
        var request = new RetryRun
        {
            RunId = RunId,
            Codes = [group.Key.Code],
            Message = group.Key.Message,
            Pass = pass.Ordinal,
        };
        var dialog = await Dialogs.ShowAsync<RetryDialog>(
            "Retry these failures",
            new DialogParameters<RetryDialog>
            {
                { shown => shown.Request, request },
                { shown => shown.What, $"failed with {group.Key.Code.ToWire()} in pass {pass.Ordinal}" },
            }
        );
        if ((await dialog.Result) is { Canceled: false, Data: Guid started } && PageLinks.Run(started) is { } address)
        {
            Navigation.NavigateTo(address);
        }
    }

    private IReadOnlyList<PassFailures> Shown
    {
        get
        {
            List<PassFailures> failed = [.. _report!.Passes.Where(pass => pass.Failed > 0)];
            return failed.Find(pass => pass.Ordinal == Pass) is { } only ? [only] : failed;
        }
    }

    private static string FinalOf(RunFailureGroup group) =>
        group.Final == 0 ? "none"
        : group.Open >= RunFailureGroup.MostOpen && group.Final > group.Open
            ? $"{Figures.Count(group.Final)}, at least {Figures.Count(group.Open)} open"
        : group.Open == group.Final ? Figures.Count(group.Final)
        : group.Open == 0 ? $"{Figures.Count(group.Final)}, none open"
        : $"{Figures.Count(group.Final)}, {Figures.Count(group.Open)} open";

    private string RequestsOf(PassFailures pass, RunFailureGroup? group) =>
        Navigation.GetUriWithQueryParameters(
            new Dictionary<string, object?>
            {
                ["tab"] = "requests",
                ["pass"] = pass.Ordinal,
                ["outcome"] = "failed",
                ["code"] = group?.Key.Code.ToWire(),
                ["message"] = group?.Key.Message.ToString("N"),
                ["group"] = null,
                ["q"] = null,
                ["after"] = null,
                ["before"] = null,
            }
        );

    private static string AddressOf(PassFailures pass, RunFailureGroup group) => $"{pass.Ordinal}.{group.Key}";

    private static (int Pass, FailureGroupKey Key)? Parse(string? address)
    {
        var dot = address?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        return dot > 0 && short.TryParse(address![..dot], out var pass) && FailureGroupKey.Parse(address[(dot + 1)..]) is { } key
            ? (pass, key)
            : null;
    }

    private async Task TryAsync(Func<Task> deed)
    {
        try
        {
            _failure = null;
            await deed();
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
}
