using GroqBatch.Core.Runs;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Runs;

/// <summary>The grid of a run's requests.</summary>
public sealed partial class RunRequests
{
    private static readonly TimeSpan Typing = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _leaving = new();
    private CancellationTokenSource? _typing;
    private IDisposable? _subscription;
    private Guid _loadedId;
    private RequestView _view = new();
    private RequestView? _loaded;
    private RequestListPage? _page;
    private int _passes = 1;
    private int _loads;
    private string? _failure;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    [Inject]
    public required IRequestReader Reader { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [SupplyParameterFromQuery(Name = "outcome")]
    private string? Outcome { get; set; }

    [SupplyParameterFromQuery(Name = "pass")]
    private int? Pass { get; set; }

    [SupplyParameterFromQuery(Name = "code")]
    private string? Code { get; set; }

    [SupplyParameterFromQuery(Name = "message")]
    private string? Message { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? SearchText { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? After { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private string? Before { get; set; }

    private IEnumerable<int> Passes => Enumerable.Range(1, Math.Max(_passes, _view.Pass ?? 1));

    private string Range
    {
        get
        {
            var rows = Figures.Count(_page!.Rows.Count);
            return _view.Search.Length > 0
                ? _page.IsUnfinished
                    ? $"{rows} found so far, among {Figures.Count(RequestListQuery.SearchBudget)} of {Figures.Count(_page.Total)} requests"
                    : _page.Next is null && _page.Previous is null
                        ? $"{rows} found"
                        : $"{rows} found on this page"
                : _page.Rows.Count == _page.Total
                    ? Figures.Count(_page.Total, "request", "requests")
                    : $"{rows} of {Figures.Count(_page.Total, "request", "requests")}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        // Not disposed: a load already under way may still read the token.
        _leaving.Cancel();
        _typing?.Cancel();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = RequestView.Read(Outcome, Pass, Code, Message, SearchText, After, Before);
        if (RunId != _loadedId)
        {
            _loadedId = RunId;
            _loaded = null;
            _page = null;
            _subscription?.Dispose();
            _subscription = Feed.SubscribeRun(RunId, run => InvokeAsync(() => ChangeAsync(run)));
        }

        if (_loaded != _view)
        {
            await LoadAsync();
        }
    }

    private Task ChangeAsync(RunOverview? run)
    {
        _passes = Math.Max(1, run?.Passes.Count ?? 1);
        return LoadAsync();
    }

    private async Task LoadAsync()
    {
        var (view, load) = (_view, ++_loads);
        try
        {
            _failure = null;
            var page = await Reader.ReadAsync(view.ToQuery(RunId), _leaving.Token);
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                _page = page;
                _loaded = view;
                _passes = Math.Max(_passes, page.Rows.Count == 0 ? 1 : page.Rows[^1].Pass);
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

    private async Task SearchAsync(ChangeEventArgs typed)
    {
        if (_typing is not null)
        {
            await _typing.CancelAsync();
        }

        var pause = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        _typing = pause;
        try
        {
            await Task.Delay(Typing, Time, pause.Token);
            // The end of the pause and more that is typed may meet.
            pause.Token.ThrowIfCancellationRequested();
            Go(_view with { Search = typed.Value?.ToString()?.Trim() ?? "" });
        }
        catch (OperationCanceledException)
        {
            // More was typed.
        }
    }

    private void Go(RequestView view) => Navigation.NavigateTo(Address(view.FromFirst()), replace: true);

    private string Address(RequestView view) => Navigation.GetUriWithQueryParameters(view.ToQuery());

    private static string MarkOf(RequestListRow row) =>
        row switch
        {
            { HasSucceeded: true } => "done",
            { HasSucceeded: false } => "fail",
            { IsInFlight: true } => "run",
            _ => "wait",
        };

    private static string WordOf(RequestListRow row) =>
        row switch
        {
            { HasSucceeded: true, Pass: > 1 } => "recovered",
            { HasSucceeded: true } => "succeeded",
            { HasSucceeded: false, IsFinal: true } => "failed, final",
            { HasSucceeded: false } => "failed",
            { IsInFlight: true } => "in flight",
            _ => "waiting",
        };

    private static string CountOf(long? value) => value is { } count ? Figures.Count(count) : "–";

    private static string CostOf(RequestListRow row) =>
        row switch
        {
            { Cost: { } cost, IsCostUnknown: true } => $"at least {Figures.Dollars(cost)}",
            { Cost: { } cost } => Figures.Dollars(cost),
            { IsCostUnknown: true } => "unknown",
            _ => "–",
        };
}
