using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>Where every team stands, and what is missing.</summary>
public sealed partial class CoveragePage
{
    private const int TrendDays = 30;
    private static readonly TimeSpan Typing = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PricesAgain = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _leaving = new();
    private CancellationTokenSource? _typing;
    private readonly List<IDisposable> _subscriptions = [];
    private IBackfillLauncher? _launcher;
    private CoverageView _view = new();
    private CoverageView? _loaded;
    private CoverageOverview? _overview;
    private CoverageListPage? _page;
    private IReadOnlyList<CoverageDay> _days = [];
    private IReadOnlyDictionary<int, Quality> _quality = new Dictionary<int, Quality>();
    private LadderPrices? _prices;
    private string? _failure;
    private int _loads;

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required ICoverageListReader List { get; init; }

    [Inject]
    public required IQualityReader Qualities { get; init; }

    [Inject]
    public required ISummaryPrice Prices { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IServiceProvider Services { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>The order, such as <c>name</c> or, the other way round, <c>-name</c>.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortWord { get; set; }

    /// <summary>The search.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    private string? SearchText { get; set; }

    /// <summary>The page.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    /// <summary>Slugs with commas between.</summary>
    [SupplyParameterFromQuery(Name = "select")]
    private string? Selection { get; set; }

    private int Pages => _page is null ? 1 : Math.Max(1, (_page.Matching + CoverageView.PageSize - 1) / CoverageView.PageSize);

    private IReadOnlyList<TeamCoverage> SelectedCoverage =>
        _overview is null ? [] : [.. _overview.Teams.Where(team => _view.Selected.Contains(team.Team.Slug))];

    private IReadOnlyList<Team> SelectedTeams => [.. SelectedCoverage.Select(team => team.Team)];

    private int SelectedMissing => SelectedCoverage.Sum(MissingOf);

    private decimal? SelectedCost => _prices?.CostOf(SelectedCoverage, MissingOf);

    private bool IsAllSelected => _page is { Rows.Count: > 0 } && _page.Rows.All(row => _view.Selected.Contains(row.Coverage.Team.Slug));

    private bool IsSomeSelected => _page is not null && _page.Rows.Any(row => _view.Selected.Contains(row.Coverage.Team.Slug));

    private string Range
    {
        get
        {
            if (_page is null || _page.Rows.Count == 0)
            {
                return "no teams";
            }

            var first = ((_view.Page - 1) * CoverageView.PageSize) + 1;
            var all = Figures.Count(_page.Matching, "team", "teams");
            return _page.Rows.Count == _page.Matching
                ? all
                : $"{Figures.Count(first)} to {Figures.Count(first + _page.Rows.Count - 1)} of {all}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        // Not disposed: a load already under way may still read the token.
        _leaving.Cancel();
        _typing?.Cancel();
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _launcher = Services.GetService<IBackfillLauncher>();
        _subscriptions.Add(Feed.SubscribeCoverage(overview => InvokeAsync(() => ShowAsync(overview))));
        // The list has each team's latest run as well.
        _subscriptions.Add(Feed.SubscribeRunChanges(() => InvokeAsync(LoadPageAsync)));
        _subscriptions.Add(Feed.SubscribeSampleChanges(() => InvokeAsync(LoadQualityAsync)));
        _ = AskAgainAsync();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = CoverageView.Read(SortWord, SearchText, PageNumber, Selection);
        if (_loaded is null)
        {
            await LoadAsync();
        }
        else if (_loaded with { Selected = _view.Selected } != _view)
        {
            await LoadPageAsync();
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            var today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);
            _failure = null;
            var overview = Coverage.ReadAsync(Provider.Name, _leaving.Token);
            var days = List.ReadDaysAsync(Provider.Name, today.AddDays(1 - TrendDays), today, _leaving.Token);
            await LoadPageAsync();
            _days = await days;
            _overview = await overview;
            StateHasChanged();
            // Not waited for above: it may have to ask the provider.
            await LoadPricesAsync();
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

    private async Task LoadPageAsync()
    {
        var view = _view;
        var load = ++_loads;
        try
        {
            var quality = Qualities.ReadTeamsAsync(Provider.Name, _leaving.Token);
            var page = await List.ReadAsync(view.ToQuery(Provider.Name), _leaving.Token);
            _quality = await quality;
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                _page = page;
                _loaded = view;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
    }

    private async Task LoadQualityAsync()
    {
        try
        {
            _quality = await Qualities.ReadTeamsAsync(Provider.Name, _leaving.Token);
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
    }

    private async Task ShowAsync(CoverageOverview overview)
    {
        _overview = overview;
        await LoadPageAsync();
        if (_prices?.Covers(overview.Teams) != false)
        {
            return;
        }

        try
        {
            // A team has got another ladder.
            await LoadPricesAsync();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
    }

    private async Task LoadPricesAsync()
    {
        _prices = await LadderPrices.ReadAsync(Prices, Provider.Name, _overview!.Teams, _leaving.Token);
        StateHasChanged();
    }

    /// <summary>
    /// Asks again, as long as the page is open, for what couldn't be had: the provider may be back, the first pull requests may have come. Beside
    /// everything else: whoever waited for it would hold up the feed.
    /// </summary>
    private async Task AskAgainAsync()
    {
        using var timer = new PeriodicTimer(PricesAgain, Time);
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_leaving.Token);
                if (_prices is { IsWhole: false })
                {
                    await LoadPricesAsync();
                }
            }
#pragma warning disable CA1031 // What is shown stays: the page was whole without this, and it is asked for again.
            catch (Exception)
#pragma warning restore CA1031
            {
                // Or the reader has gone on.
            }
        }
    }

    private async Task FilterAsync(ChangeEventArgs typed)
    {
        if (_typing is not null)
        {
            await _typing.CancelAsync();
        }

        var pause = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        _typing = pause;
        var text = typed.Value?.ToString()?.Trim() ?? "";
        try
        {
            await Task.Delay(Typing, Time, pause.Token);
            // The end of the pause and more that is typed may meet.
            pause.Token.ThrowIfCancellationRequested();
            Navigation.NavigateTo(Address(_view with { Search = text, Page = 1 }), replace: true);
        }
        catch (OperationCanceledException)
        {
            // More was typed.
        }
    }

    private void Toggle(string slug) => Navigation.NavigateTo(Address(_view.Toggled(slug)), replace: true);

    private void ToggleAll()
    {
        var slugs = _page!.Rows.Select(row => row.Coverage.Team.Slug);
        var selected = IsAllSelected ? _view.Selected.Except(slugs) : _view.Selected.Union(slugs);
        Navigation.NavigateTo(Address(_view with { Selected = selected }), replace: true);
    }

    private async Task BackfillAsync(IReadOnlyList<Team> teams)
    {
        if (_launcher is not null && teams.Count > 0)
        {
            await _launcher.OpenAsync(teams, _leaving.Token);
        }
    }

    private static int MissingOf(TeamCoverage team) => team.Counts.Pending + team.Counts.Failed;

    private string Address(CoverageView view) => view.ToAddress() is { Length: > 0 } query ? query : Navigation.BaseUri;
}
