using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Features.Coverage;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Teams;

/// <summary>One team: why it stands where it stands, and what can be done about it.</summary>
public sealed partial class TeamPage
{
    private const int MostRuns = 12;
    private static readonly TimeSpan HistorySpan = TimeSpan.FromDays(90);
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<IDisposable> _subscriptions = [];
    private IBackfillLauncher? _launcher;
    private string? _loadedSlug;
    private TeamView _view = new();
    private TeamView? _listed;
    private TeamCoverage? _team;
    private IReadOnlyList<CoveragePoint> _history = [];
    private IReadOnlyList<CoverageCell> _cells = [];
    private IReadOnlyList<RunOverview> _runs = [];
    private PullRequestListPage? _page;
    private Quality? _quality;
    private SummaryPrice? _price;
    private DateTimeOffset _readAt;
    private bool _isMissing;
    private string? _failure;
    private string? _listFailure;
    private int _loads;

    /// <summary>The team's slug.</summary>
    [Parameter]
    public string Slug { get; set; } = "";

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required ICoverageHistory History { get; init; }

    [Inject]
    public required ICoverageGridReader Grid { get; init; }

    [Inject]
    public required IPullRequestListReader Lists { get; init; }

    [Inject]
    public required IRunReader Runs { get; init; }

    [Inject]
    public required IQualityReader Qualities { get; init; }

    [Inject]
    public required ISummaryPrice Prices { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IServiceProvider Services { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateWord { get; set; }

    [SupplyParameterFromQuery(Name = "repo")]
    private string? RepositoryName { get; set; }

    [SupplyParameterFromQuery(Name = "month")]
    private string? MonthWord { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? SearchText { get; set; }

    [SupplyParameterFromQuery(Name = "older")]
    private string? OlderThan { get; set; }

    [SupplyParameterFromQuery(Name = "newer")]
    private string? NewerThan { get; set; }

    [SupplyParameterFromQuery(Name = "select")]
    private string? Selection { get; set; }

    [SupplyParameterFromQuery(Name = "do")]
    private string? DeedWord { get; set; }

    [SupplyParameterFromQuery(Name = "until")]
    private string? UntilWord { get; set; }

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
        _launcher = Services.GetService<IBackfillLauncher>();
        _subscriptions.Add(Feed.SubscribeCoverage(overview => InvokeAsync(() => ShowAsync(overview))));
        _subscriptions.Add(Feed.SubscribeRunChanges(() => InvokeAsync(LoadRunsAsync)));
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _view = TeamView.Read(StateWord, RepositoryName, MonthWord, SearchText, OlderThan, NewerThan, Selection, DeedWord, UntilWord);
        if (Slug != _loadedSlug)
        {
            _loadedSlug = Slug;
            (_team, _page, _isMissing) = (null, null, false);
            await LoadAsync();
        }
        else if (_team is not null && !IsSameList(_listed, _view))
        {
            await LoadListAsync();
        }
    }

    private static bool IsSameList(TeamView? one, TeamView other) =>
        one is not null && one.Filter.InWords() == other.Filter.InWords() && (one.Older, one.Newer) == (other.Older, other.Newer);

    private async Task LoadAsync()
    {
        var load = ++_loads;
        try
        {
            _failure = null;
            var overview = await Coverage.ReadTeamAsync(Provider.Name, Slug, _leaving.Token);
            if (load != _loads)
            {
                return;
            }

            if (overview is null)
            {
                _isMissing = true;
                return;
            }

            var team = overview.Teams[0];
            var history = History.ReadAsync(Provider.Name, team.Team.Id, Time.GetUtcNow() - HistorySpan, _leaving.Token);
            var cells = Grid.ReadAsync(Provider.Name, team.Team.Id, _leaving.Token);
            var runs = Runs.ListAsync(
                new RunFilter
                {
                    TeamId = team.Team.Id,
                    Provider = Provider.Name,
                    Take = MostRuns,
                },
                _leaving.Token
            );
            var quality = Qualities.ReadTeamsAsync(Provider.Name, _leaving.Token);
            var page = ReadListAsync(team.Team.Id, _view);
            _history = await history;
            _cells = await cells;
            _runs = await runs;
            _quality = (await quality).GetValueOrDefault(team.Team.Id);
            _page = await page;
            if (load != _loads)
            {
                return;
            }

            _listed = _view;
            _readAt = Time.GetUtcNow();
            _team = team;
            StateHasChanged();
            // Not waited for above: it may have to ask the provider.
            _price = await Prices.ReadAsync(Provider.Name, team.Team.OwnLadder, _leaving.Token);
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

    private async Task LoadListAsync()
    {
        var view = _view;
        var load = ++_loads;
        try
        {
            _listFailure = null;
            var page = await ReadListAsync(_team!.Team.Id, view);
            // Else a newer load is under way, for another view perhaps.
            if (load == _loads)
            {
                (_page, _listed) = (page, view);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The list says what happened and offers to try again; the rest of the page stays.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _listFailure = Failures.Say(failed);
        }
    }

    private async Task<PullRequestListPage> ReadListAsync(int teamId, TeamView view) =>
        await Lists.ListAsync(
            new PullRequestListQuery
            {
                Provider = Provider.Name,
                TeamId = teamId,
                Filter = view.Filter,
                Beyond = view.Newer ?? view.Older,
                IsBackwards = view.Newer is not null,
                Take = TeamView.PageSize,
            },
            await Current.GetAsync(_leaving.Token),
            _leaving.Token
        );

    private async Task LoadRunsAsync()
    {
        if (_team is null)
        {
            return;
        }

        try
        {
            _runs = await Runs.ListAsync(
                new RunFilter
                {
                    TeamId = _team.Team.Id,
                    Provider = Provider.Name,
                    Take = MostRuns,
                },
                _leaving.Token
            );
            _readAt = Time.GetUtcNow();
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
    }

    private async Task ShowAsync(CoverageOverview overview)
    {
        // The feed speaks of all teams: only this one's news are worth a reading, and only of what they change.
        var now = overview.Teams.FirstOrDefault(team => team.Team.Slug == Slug);
        if (_team is null || now == _team)
        {
            return;
        }

        if (now is null)
        {
            await LoadAsync();
            return;
        }

        try
        {
            var cells = await Grid.ReadAsync(Provider.Name, now.Team.Id, _leaving.Token);
            var isOtherTeam = now.Team != _team.Team;
            (_team, _cells, _readAt) = (now, cells, Time.GetUtcNow());
            await LoadListAsync();
            if (isOtherTeam)
            {
                _price = await Prices.ReadAsync(Provider.Name, now.Team.OwnLadder, _leaving.Token);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
    }

    private async Task BackfillAsync()
    {
        if (_launcher is not null && _team is not null)
        {
            await _launcher.OpenAsync([_team.Team], _leaving.Token);
        }
    }

    private string AddressOf(TeamView view) => $"teams/{Slug}{view.ToQuery()}";
}
