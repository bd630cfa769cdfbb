using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace GroqBatch.Web.Features.FailureGroups;

/// <summary>What fails, over all runs.</summary>
public sealed partial class FailuresPage
{
    private const int PastRuns = 60;
    private const int OpenShown = 10;
    private const int MoreShown = 50;

    /// <summary>While runs are under way they change many times a second; groups of failures are looked at more slowly.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _leaving = new();
    private IDisposable? _subscription;
    private IReadOnlyList<Team> _teams = [];
    private IReadOnlyList<ModelFigures> _models = [];
    private FailureView _view = new();
    private FailureView? _loaded;
    private FailureList? _list;
    private FailureGroupDetail? _detail;
    private FailureGroupKey? _detailOf;
    private (string Text, IReadOnlyList<Guid> Runs)? _note;
    private int _open = OpenShown;
    private int _loads;
    private bool _isDue;
    private string? _failure;

    [Inject]
    public required IFailureReader Reader { get; init; }

    [Inject]
    public required IPastReader Past { get; init; }

    [Inject]
    public required ITeamStore Teams { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [SupplyParameterFromQuery(Name = "team")]
    private string? TeamSlug { get; set; }

    [SupplyParameterFromQuery(Name = "model")]
    private string? Model { get; set; }

    [SupplyParameterFromQuery(Name = "code")]
    private string? Code { get; set; }

    [SupplyParameterFromQuery(Name = "since")]
    private string? Since { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    [SupplyParameterFromQuery(Name = "group")]
    private string? Group { get; set; }

    /// <summary>What each model has shown on the first rung, where it is not filtered away.</summary>
    private IReadOnlyList<(ModelFigures Figures, IReadOnlyList<ModelRun> Runs)> Charts
    {
        get
        {
            var since = _view.ToFilter(Time.GetUtcNow()).Since;
            return
            [
                .. _models
                    .Where(figures => figures.Rung == 1 && (_view.Model.Length == 0 || figures.Model == _view.Model))
                    .Select(figures =>
                        (
                            figures,
                            (IReadOnlyList<ModelRun>)
                                [
                                    .. figures.Chart.Where(run =>
                                        (_view.Team.Length == 0 || run.Team == _view.Team) && (since is null || run.StartedAt >= since)
                                    ),
                                ]
                        )
                    )
                    .Where(chart => chart.Item2.Count > 0),
            ];
        }
    }

    private IEnumerable<string> Models =>
        _models
            .Select(figures => figures.Model)
            .Concat(_list?.Rows.SelectMany(row => row.Models) ?? [])
            .Append(_view.Model)
            .Where(model => model.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private Team? Team => _teams.FirstOrDefault(team => team.Slug == _view.Team);

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        _leaving.Cancel(); // not disposed: a load already under way may still read the token
    }

    /// <inheritdoc />
    protected override void OnInitialized() => _subscription = Feed.SubscribeRunChanges(() => InvokeAsync(ChangeAsync));

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = FailureView.Read(TeamSlug, Model, Code, Since, PageNumber, Group);
        if (_loaded is null || _loaded with { Open = _view.Open } != _view)
        {
            await LoadAsync();
        }
        else if (_view.Open != _detailOf)
        {
            await OpenAsync();
        }
    }

    private Task LoadAsync() =>
        TryAsync(async () =>
        {
            var (view, load) = (_view, ++_loads);
            if (_loaded is null)
            {
                _teams = await Teams.ListAsync(_leaving.Token);
            }

            var past = Past.ReadAsync(Provider.Name, PastRuns, _leaving.Token);
            var list = await Reader.ReadAsync(QueryOf(view), _leaving.Token);
            var models = ModelFigures.Of(await past);
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                (_list, _models, _loaded) = (list, models, view);
                StateHasChanged();
                if (view.Open is not null)
                {
                    await OpenAsync();
                }
            }
        });

    private Task OpenAsync() =>
        TryAsync(async () =>
        {
            var view = _view;
            if (view.Open != _detailOf)
            {
                (_detail, _detailOf, _open) = (null, view.Open, OpenShown);
            }

            if (view.Open is { } key)
            {
                var detail = await Reader.ReadGroupAsync(QueryOf(view), key, _open, _leaving.Token);
                if (_detailOf == key)
                {
                    _detail = detail;
                    StateHasChanged();
                }
            }
        });

    private Task MoreAsync()
    {
        _open += MoreShown;
        return OpenAsync();
    }

    private async Task ChangeAsync()
    {
        if (_isDue)
        {
            return;
        }

        _isDue = true;
        try
        {
            await Task.Delay(Calm, Time, _leaving.Token);
            _isDue = false;
            await LoadAsync();
        }
        catch (OperationCanceledException)
        {
            // The reader has gone on.
        }
    }

    private void Toggle(FailureListRow row) =>
        Navigation.NavigateTo(Address(_view with { Open = _view.Open == row.Key ? null : row.Key }), replace: true);

    private void Go(FailureView view) => Navigation.NavigateTo(Address(view with { Page = 1, Open = null }), replace: true);

    private string Address(FailureView view) => Navigation.GetUriWithQueryParameters(view.ToQuery());

    private FailureListQuery QueryOf(FailureView view) =>
        new()
        {
            Provider = Provider.Name,
            TeamId = TeamIdOf(view),
            Filter = view.ToFilter(Time.GetUtcNow()),
            Skip = (view.Page - 1) * FailureView.PageSize,
            Take = FailureView.PageSize,
        };

    // A team that is not there has no failures, rather than everybody's.
    private int? TeamIdOf(FailureView view) =>
        view.Team.Length == 0 ? null : _teams.FirstOrDefault(team => team.Slug == view.Team)?.Id ?? -1;

    private FailureFilter FilterOf(FailureListRow? row)
    {
        var filter = _view.ToFilter(Time.GetUtcNow());
        return row is null ? filter : filter with { Codes = [row.Key.Code], Message = row.Key.Message };
    }

    private string WordsOf(FailureListRow? row) =>
        (row is null ? _view : _view with { Code = row.Key.Code }).InWords(Team?.Name) + (row is null ? "" : ", with this message");

    private async Task RetryAsync(FailureListRow? row)
    {
        var dialog = await Dialogs.ShowAsync<RetryFailuresDialog>(
            "Retry failures",
            new DialogParameters<RetryFailuresDialog>
            {
                { shown => shown.TeamId, TeamIdOf(_view) },
                { shown => shown.Filter, FilterOf(row) },
                { shown => shown.What, WordsOf(row) },
            }
        );
        if ((await dialog.Result) is { Canceled: false, Data: RetriedFailures retried })
        {
            _note = (retried.Explanation, retried.RunIds);
            await LoadAsync();
        }
    }

    private async Task ParkAsync(FailureListRow? row)
    {
        var dialog = await Dialogs.ShowAsync<ParkFailuresDialog>(
            "Park failures",
            new DialogParameters<ParkFailuresDialog>
            {
                { shown => shown.TeamId, TeamIdOf(_view) },
                { shown => shown.Filter, FilterOf(row) },
                { shown => shown.What, WordsOf(row) },
                { shown => shown.Open, row?.Open ?? _list!.Open },
            }
        );
        if ((await dialog.Result) is { Canceled: false, Data: int parked })
        {
            _note = (
                parked == 0
                    ? "None of them is open any more: nothing was parked."
                    : $"{Figures.Count(parked, "pull request is", "pull requests are")} parked. No run takes them until somebody brings them back.",
                []
            );
            await LoadAsync();
        }
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
