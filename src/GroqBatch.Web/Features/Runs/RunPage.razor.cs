using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Runs;

/// <summary>One run: its ladder, its figures, what can be done to it, and everything behind them.</summary>
public sealed partial class RunPage
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<IDisposable> _subscriptions = [];
    private Guid _loadedId;
    private bool _isLoaded;
    private RunOverview? _run;
    private FrozenRun? _frozen;
    private LadderPicture? _picture;
    private TeamCoverage? _coverage;
    private DataAge? _age;
    private RunTab _tab = RunTab.All[0];
    private string? _said;
    private string? _failure;

    /// <summary>The run.</summary>
    [Parameter]
    public Guid RunId { get; set; }

    [Inject]
    public required IRunReader Runs { get; init; }

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    /// <summary>One of <see cref="RunTab.All"/>.</summary>
    [SupplyParameterFromQuery(Name = "tab")]
    private string? TabWord { get; set; }

    /// <summary>A batch of it, ours, that is to be in view.</summary>
    [SupplyParameterFromQuery(Name = "batch")]
    private string? BatchId { get; set; }

    private string Title => _run is null ? RunWords.Capital(RunWords.Name(RunId)) : $"{_run.TeamName}, {RunWords.Name(_run.Id)}";

    /// <inheritdoc />
    public void Dispose()
    {
        Unsubscribe();
        // Not disposed: a load already under way may still read the token.
        _leaving.Cancel();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (_loadedId != Guid.Empty && RunTab.Of(TabWord) != _tab)
        {
            await AddressChange.OverAsync();
        }

        _tab = RunTab.Of(TabWord);
        // The router keeps this component when only the id changes.
        if (RunId != _loadedId)
        {
            _loadedId = RunId;
            (_isLoaded, _run, _frozen, _picture, _coverage, _said) = (false, null, null, null, null, null);
            Unsubscribe();
            var id = RunId;
            _subscriptions.Add(Feed.SubscribeRun(id, run => InvokeAsync(() => id == RunId ? ShowAsync(run) : Task.CompletedTask)));
            _subscriptions.Add(Feed.SubscribeCoverage(overview => InvokeAsync(() => Show(overview))));
            await LoadAsync();
        }
    }

    private static IReadOnlyList<(string Label, string Address)> Above(RunOverview run) =>
        PageLinks.Team(run.Team) is { } team
            ? [("Runs", "runs"), (run.TeamName, team)]
            : [("Runs", "runs"), (run.TeamName, new RunsView { Team = run.Team }.ToAddress())];

    /// <summary>Why it is in its state, where the state alone leaves that open.</summary>
    private static string? Notice(RunOverview run) =>
        run.State is RunState.Held or RunState.NeedsAttention or RunState.Cancelling or RunState.Cancelled
        || (run.State.IsFinal() && run.Selected == 0)
            ? run.Reason
            : null;

    private void Unsubscribe()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        _subscriptions.Clear();
    }

    private async Task LoadAsync()
    {
        var id = RunId;
        try
        {
            _failure = null;
            var run = await Runs.FindAsync(id, _leaving.Token);
            // Else the reader has moved on, and another load is under way.
            if (id == RunId)
            {
                await ShowAsync(run);
                _isLoaded = true;
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

    private async Task ShowAsync(RunOverview? run)
    {
        // What comes late from a load is not to overwrite what the feed has said since.
        if (run is not null && _run is not null && run.ReadAt < _run.ReadAt)
        {
            return;
        }

        // The ladder and the judgement of a canary can change where a run stops and goes on, and nowhere else.
        var isStale = run is not null && (_frozen is null || run.State != _run?.State || run.Passes.Count != _run.Passes.Count);
        (_run, _age) = (run, run is null ? null : DataAge.Of(run));
        _picture = run is null ? null : LadderPicture.Of(run, _frozen?.Ladder);
        if (run is not null && isStale)
        {
            var frozen = Runs.FindFrozenAsync(run.Id, _leaving.Token);
            if (_coverage is null)
            {
                _coverage = (await Coverage.ReadTeamAsync(run.Provider, run.Team, _leaving.Token))?.Teams is [var team, ..] ? team : null;
            }

            _frozen = await frozen;
            // News may have come while this was read.
            _picture = LadderPicture.Of(_run ?? run, _frozen?.Ladder);
        }

        StateHasChanged();
    }

    private void Show(CoverageOverview overview)
    {
        if (_run is not null && overview.Teams.FirstOrDefault(team => team.Team.Slug == _run.Team) is { } team)
        {
            _coverage = team;
            StateHasChanged();
        }
    }

    private async Task DoneAsync(string said)
    {
        _said = said;
        await LoadAsync();
    }
}
