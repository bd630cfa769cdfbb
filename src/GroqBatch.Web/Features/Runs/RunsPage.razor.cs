using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Runs;

/// <summary>Every run, newest first.</summary>
public sealed partial class RunsPage
{
    private readonly CancellationTokenSource _leaving = new();
    private IDisposable? _subscription;
    private RunsView _view = new();
    private RunsView? _loaded;
    private IReadOnlyList<RunOverview>? _runs;
    private IReadOnlyList<Team> _teams = [];
    private IReadOnlyList<string> _models = [];
    private int _matching;
    private int _loads;
    private string? _failure;

    [Inject]
    public required IRunReader Runs { get; init; }

    [Inject]
    public required ITeamStore Teams { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery(Name = "team")]
    private string? TeamSlug { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateWord { get; set; }

    [SupplyParameterFromQuery(Name = "model")]
    private string? ModelName { get; set; }

    [SupplyParameterFromQuery(Name = "who")]
    private string? Who { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    private int Pages => Math.Max(1, (Math.Min(_matching, RunsView.MostCounted - 1) + RunsView.PageSize - 1) / RunsView.PageSize);

    private string Range
    {
        get
        {
            if (_runs is null || _runs.Count == 0)
            {
                return "no runs";
            }

            var first = ((_view.Page - 1) * RunsView.PageSize) + 1;
            var all = _matching >= RunsView.MostCounted ? "more than 10,000 runs" : Figures.Count(_matching, "run", "runs");
            return _runs.Count == _matching ? all : $"{Figures.Count(first)} to {Figures.Count(first + _runs.Count - 1)} of {all}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        // Not disposed: a load already under way may still read the token.
        _leaving.Cancel();
    }

    /// <inheritdoc />
    protected override void OnInitialized() => _subscription = Feed.SubscribeRunChanges(() => InvokeAsync(LoadAsync));

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = RunsView.Read(TeamSlug, StateWord, ModelName, Who, PageNumber);
        if (_loaded != _view)
        {
            await LoadAsync();
        }
    }

    private static string Text(ChangeEventArgs change) => change.Value?.ToString() ?? "";

    private async Task LoadAsync()
    {
        var (view, load) = (_view, ++_loads);
        try
        {
            var filter = view.ToFilter(Provider.Name, (await Current.GetAsync(_leaving.Token)).Name);
            var count = Runs.CountAsync(filter, RunsView.MostCounted, _leaving.Token);
            if (_loaded is null)
            {
                var models = Runs.ListModelsAsync(Provider.Name, _leaving.Token);
                _teams = [.. (await Teams.ListAsync(_leaving.Token)).OrderBy(team => team.Name, StringComparer.OrdinalIgnoreCase)];
                _models = await models;
            }

            var runs = await Runs.ListAsync(filter, _leaving.Token);
            var matching = await count;
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                (_runs, _matching, _loaded, _failure) = (runs, matching, view, null);
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
        }
    }

    private void Go(RunsView view) => Navigation.NavigateTo((view with { Page = 1 }).ToAddress(), replace: true);
}
