using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.SpotChecks;

/// <summary>Chooses what to draw from, and lists what was drawn.</summary>
public sealed partial class SampleChooser
{
    private const int MaxSamples = 50;
    private const int MaxRuns = 100;
    private static readonly double[] Targets = [0.8, 0.9, 0.95, 0.98, 0.99];
    private static readonly double[] Confidences = [0.9, 0.95, 0.99];
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<TeamCoverage> _teams = [];
    private IReadOnlyList<RunOverview> _runs = [];
    private IReadOnlyList<string> _models = [];
    private IReadOnlyList<Sample>? _samples;
    private SampleScope _scope;
    private string _team = "";
    private Guid _run;
    private string _model = "";
    private double _target = 0.95;
    private double _confidence = 0.95;
    private bool _byRung;
    private bool _isDrawing;
    private string? _note;
    private string? _failure;

    [Inject]
    public required ISpotChecks Checks { get; init; }

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required IRunReader Runs { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Actor { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>A team's slug to begin with.</summary>
    [SupplyParameterFromQuery(Name = "team")]
    private string? GivenTeam { get; set; }

    /// <summary>A run to begin with.</summary>
    [SupplyParameterFromQuery(Name = "run")]
    private Guid? GivenRun { get; set; }

    /// <summary>A model to begin with.</summary>
    [SupplyParameterFromQuery(Name = "model")]
    private string? GivenModel { get; set; }

    private SampleTerms Terms => new(_target, _confidence);

    private TeamCoverage? Team => _teams.FirstOrDefault(team => team.Team.Slug == _team);

    private int? Population =>
        _scope switch
        {
            SampleScope.Team => Team is null ? null : Current(Team),
            SampleScope.Run => _runs.FirstOrDefault(run => run.Id == _run)?.Succeeded,
            _ => null,
        };

    private string Takes =>
        Population is { } population
            ? $"{Figures.Count(Terms.PlannedReads(population), "read", "reads")} without a wrong one show it of {Figures.Count(population)}; each wrong one takes some more. It stops asking as soon as it is settled."
            : "It stops asking as soon as it is settled.";

    /// <inheritdoc />
    public void Dispose() => _leaving.Cancel(); // not disposed: a load already under way may still read the token

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LoadAsync();

    private static int Current(TeamCoverage team) => team.Counts.Summarised + team.Counts.Stale;

    private bool HasAny(SampleScope scope) =>
        scope switch
        {
            SampleScope.Team => _teams.Count > 0,
            SampleScope.Run => _runs.Count > 0,
            _ => _models.Count > 0,
        };

    private async Task LoadAsync()
    {
        try
        {
            _failure = null;
            var actor = await Actor.GetAsync(_leaving.Token);
            var coverage = Coverage.ReadAsync(Provider.Name, _leaving.Token);
            var runs = Runs.ListAsync(new RunFilter { Provider = Provider.Name, Take = MaxRuns }, _leaving.Token);
            var samples = Checks.ListAsync(Provider.Name, scope: null, MaxSamples, actor, _leaving.Token);
            _teams =
            [
                .. (await coverage)
                    .Teams.Where(team => Current(team) > 0)
                    .OrderBy(team => team.Team.Name, StringComparer.OrdinalIgnoreCase),
            ];
            _runs = [.. (await runs).Where(run => run.Succeeded > 0)];
            _models =
            [
                .. _runs
                    .SelectMany(run => run.Passes)
                    .Where(pass => pass.Succeeded > 0)
                    .Select(pass => pass.Model)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ];
            Choose();
            _samples = await samples;
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

    private void Choose()
    {
        if (Team is null && _teams.Count > 0)
        {
            _team = (_teams.FirstOrDefault(team => team.Team.Slug == GivenTeam) ?? _teams[0]).Team.Slug;
        }

        if (_runs.Count > 0)
        {
            _run = (_runs.FirstOrDefault(run => run.Id == GivenRun) ?? _runs[0]).Id;
        }

        if (_models.Count > 0)
        {
            _model = _models.FirstOrDefault(model => model == GivenModel) ?? _models[0];
        }

        _scope =
            GivenRun is not null && _run == GivenRun ? SampleScope.Run
            : GivenModel is not null && _model == GivenModel ? SampleScope.Model
            : _scope;
    }

    private async Task DrawAsync()
    {
        if (_isDrawing)
        {
            return;
        }

        _isDrawing = true;
        try
        {
            _note = null;
            var sample = await Checks.DrawAsync(
                new SampleRequest
                {
                    Provider = Provider.Name,
                    Scope = _scope,
                    TeamId = _scope is SampleScope.Team ? Team?.Team.Id : null,
                    RunId = _scope is SampleScope.Run ? _run : null,
                    Model = _scope is SampleScope.Model ? _model : null,
                    ByRung = _byRung,
                    Terms = Terms,
                },
                await Actor.GetAsync(_leaving.Token),
                _leaving.Token
            );
            if (sample is null)
            {
                _note = "There is no current summary to draw from.";
            }
            else
            {
                Navigation.NavigateTo($"spot-check/{sample.Id}");
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The page says what happened.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _note = failed is ArgumentException ? failed.Message : Failures.Say(failed);
        }
        finally
        {
            _isDrawing = false;
        }
    }
}
