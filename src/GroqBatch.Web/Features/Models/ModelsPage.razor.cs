using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Models;

/// <summary>What models have shown, what another ladder would take, and what is known of them.</summary>
public sealed partial class ModelsPage
{
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<ModelFigures>? _models;
    private CoverageOverview? _coverage;
    private Plan? _plan;
    private string? _team;
    private string? _failure;
    private string? _planFailure;
    private bool _isPlanning;
    private int _plans;

    [Inject]
    public required IPastReader Past { get; init; }

    [Inject]
    public required IModelCatalogue Catalogue { get; init; }

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required IPlanner Planner { get; init; }

    [Inject]
    public required ICurrentActor Me { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>The slug of the team whose gap is planned for; without one, the team that misses most.</summary>
    [SupplyParameterFromQuery(Name = "team")]
    private string? TeamSlug { get; set; }

    private TeamCoverage? Chosen =>
        _coverage?.Teams.FirstOrDefault(team => team.Team.Slug == TeamSlug)
        ?? _coverage?.Teams.MaxBy(team => team.Counts.Pending + team.Counts.Failed);

    private DateOnly Today => DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);

    /// <inheritdoc />
    public void Dispose() => _leaving.Cancel(); // Not disposed: a read already under way may still look at it.

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (_coverage is null)
        {
            await LoadAsync();
        }

        if (Chosen is { } team && team.Team.Slug != _team)
        {
            _team = team.Team.Slug;
            _plan = null;
            _planFailure = null;
            _plans++;
        }
    }

    private async Task LoadAsync()
    {
        _failure = null;
        try
        {
            var past = Past.ReadAsync(Provider.Name, ModelFigures.RunsBack, _leaving.Token);
            _coverage = await Coverage.ReadAsync(Provider.Name, _leaving.Token);
            _models = ModelFigures.Of(await past);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The page says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
        }
    }

    /// <summary>Counts exactly what would be sent, so it is asked for and never done by just looking at the page.</summary>
    private async Task PlanAsync()
    {
        if (_team is not { } team)
        {
            return;
        }

        var number = ++_plans;
        _plan = null;
        _planFailure = null;
        _isPlanning = true;
        try
        {
            var plan = await Planner.PlanAsync(team, await Me.GetAsync(_leaving.Token), _leaving.Token);
            if (number != _plans)
            {
                return; // Another team was chosen meanwhile.
            }

            _plan = plan;
            _planFailure = plan is null ? "The team is not there any more." : null;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
        catch (Exception unavailable) when (unavailable is LadderUnavailableException or ProviderException)
        {
            _planFailure = unavailable.Message;
        }
#pragma warning disable CA1031 // The page says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _planFailure = Failures.Say(failed);
        }
        finally
        {
            _isPlanning = false;
        }
    }

    private void ChooseTeam(ChangeEventArgs chosen) =>
        Navigation.NavigateTo($"models?team={Uri.EscapeDataString(chosen.Value?.ToString() ?? "")}", replace: true);
}
