using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.TeamComparisons;

/// <summary>Several teams beside each other, by figures that can be looked behind.</summary>
public sealed partial class ComparePage
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<IDisposable> _subscriptions = [];
    private TeamPicker? _picker;
    private CompareView _view = new([]);
    private CompareView? _loaded;
    private CoverageOverview? _overview;
    private IReadOnlyList<ComparedTeam> _teams = [];
    private IReadOnlyList<string> _missing = [];
    private CoverageOverview? _pushed;
    private DateTimeOffset _readAt;
    private string? _failure;
    private int _loads;

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required ICoverageHistory History { get; init; }

    [Inject]
    public required ITeamRunsReader Runs { get; init; }

    [Inject]
    public required IQualityReader Qualities { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>Slugs, in the order of their columns.</summary>
    [SupplyParameterFromQuery(Name = "team")]
    private string[]? Slugs { get; set; }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        _leaving.Cancel(); // not disposed: a load already under way may still read the token
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _subscriptions.Add(Feed.SubscribeCoverage(overview => InvokeAsync(() => ShowAsync(overview))));
        _subscriptions.Add(Feed.SubscribeRunChanges(() => InvokeAsync(LoadAsync)));
        _subscriptions.Add(Feed.SubscribeSampleChanges(() => InvokeAsync(LoadAsync)));
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = CompareView.Read(Slugs);
        if (_view != _loaded)
        {
            await LoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        var view = _view;
        var load = ++_loads;
        try
        {
            (_failure, _pushed) = (null, null);
            var overview = await Coverage.ReadAsync(Provider.Name, _leaving.Token);
            var chosen = view.Choose(overview);
            var now = Time.GetUtcNow();
            var teams = chosen.Count == 0 ? [] : await ReadAsync(chosen, now);
            // Else a newer load is under way, for other teams perhaps.
            if (load != _loads)
            {
                return;
            }

            _loaded = view;
            _overview = overview;
            _teams = teams;
            _missing = [.. view.Slugs.Except(chosen.Select(team => team.Team.Slug), StringComparer.Ordinal)];
            _readAt = now;
            StateHasChanged();
            // What was pushed meanwhile is newer than what was read.
            if (_pushed is { } newer)
            {
                await ShowAsync(newer);
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
            if (load == _loads)
            {
                _failure = Failures.Say(failed);
                StateHasChanged();
            }
        }
    }

    private async Task<IReadOnlyList<ComparedTeam>> ReadAsync(IReadOnlyList<TeamCoverage> chosen, DateTimeOffset now)
    {
        var ids = chosen.Select(team => team.Team.Id).ToList();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var reading = History.ReadDaysAsync(Provider.Name, ids, today.AddDays(-ComparisonTrend.SpanDays), today, _leaving.Token);
        var running = Runs.ReadAsync(Provider.Name, ids, now.AddDays(-ComparisonTable.Days), _leaving.Token);
        var checking = Qualities.ReadTeamsAsync(Provider.Name, _leaving.Token);
        var (history, runs, quality) = (await reading, await running, await checking);
        return
        [
            .. chosen.Select(
                (team, at) =>
                    new ComparedTeam(
                        (char)('A' + at),
                        team,
                        history.GetValueOrDefault(team.Team.Id, []),
                        quality.GetValueOrDefault(team.Team.Id),
                        runs.GetValueOrDefault(team.Team.Id) ?? new TeamRunTotals()
                    )
            ),
        ];
    }

    private async Task ShowAsync(CoverageOverview overview)
    {
        _pushed = overview;
        if (_overview is null)
        {
            return;
        }

        var chosen = _view.Choose(overview);
        if (!chosen.Select(team => team.Team.Id).SequenceEqual(_teams.Select(team => team.Team.Id)))
        {
            // One was added, removed or renamed: its other figures are not at hand.
            await LoadAsync();
            return;
        }

        _overview = overview;
        _teams = [.. _teams.Zip(chosen, (team, coverage) => team with { Coverage = coverage })];
        _readAt = Time.GetUtcNow();
        StateHasChanged();
    }

    private void Add(string slug) => Navigation.NavigateTo(_view.With(slug).ToAddress());

    private async Task RemoveAsync(string slug)
    {
        Navigation.NavigateTo(_view.Without(slug).ToAddress());
        if (_picker is not null)
        {
            await _picker.FocusAsync();
        }
    }
}
