using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.TeamReports;

/// <summary>A team's report. What was read stays as it is, so that paper and screen agree; it says of when it is.</summary>
public sealed partial class TeamReportPage
{
    private readonly CancellationTokenSource _leaving = new();
    private PageScript? _printing;
    private string? _loadedSlug;
    private TeamReport? _report;
    private bool _isMissing;
    private string? _failure;
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
    public required IRunReader Runs { get; init; }

    [Inject]
    public required ITeamRunsReader Totals { get; init; }

    [Inject]
    public required IParkedReasons Parked { get; init; }

    [Inject]
    public required IQualityReader Qualities { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required Surroundings Surroundings { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync(); // not disposed: a load already under way may still read the token
        if (_printing is not null)
        {
            await _printing.DisposeAsync();
        }
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Slug != _loadedSlug)
        {
            _loadedSlug = Slug;
            (_report, _isMissing) = (null, false);
            await LoadAsync();
        }
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _printing = new PageScript(Browser, "print");
            await _printing.TryLoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        var (slug, load) = (Slug, ++_loads);
        try
        {
            _failure = null;
            var overview = await Coverage.ReadTeamAsync(Provider.Name, slug, _leaving.Token);
            var report = overview is null ? null : await ReadAsync(overview.Teams[0]);
            // Else the reader has gone on to another team, or asked once more.
            if (load == _loads)
            {
                (_report, _isMissing) = (report, report is null);
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
            }
        }
    }

    private async Task<TeamReport> ReadAsync(TeamCoverage team)
    {
        var (id, now) = (team.Team.Id, Time.GetUtcNow());
        var since = now.AddDays(-TeamReport.Days);
        var history = History.ReadAsync(Provider.Name, id, since, _leaving.Token);
        var cells = Grid.ReadAsync(Provider.Name, id, _leaving.Token);
        var quality = Qualities.ReadTeamsAsync(Provider.Name, _leaving.Token);
        var totals = Totals.ReadAsync(Provider.Name, [id], since, _leaving.Token);
        var parked =
            team.Counts.Parked == 0
                ? Task.FromResult<IReadOnlyList<ParkedReason>>([])
                : Parked.ReadAsync(Provider.Name, id, _leaving.Token);
        var runs = Runs.ListAsync(
            new RunFilter
            {
                TeamId = id,
                Provider = Provider.Name,
                Take = TeamReport.MostRuns,
            },
            _leaving.Token
        );
        return new TeamReport
        {
            At = now,
            Coverage = team,
            History = await history,
            Repositories = ReportedRepository.Of(await cells),
            Quality = (await quality).GetValueOrDefault(id),
            Totals = (await totals).GetValueOrDefault(id) ?? new TeamRunTotals(),
            Runs = [.. (await runs).Where(run => run.CreatedAt >= since)],
            Parked = await parked,
        };
    }
}
