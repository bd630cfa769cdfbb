using GroqBatch.Core.Access;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Ladders;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Backfills;

/// <summary>Gathers what a choice is made on; the choosing itself is computing.</summary>
internal sealed class BackfillOutlooks(
    IRunStore runs,
    IBackfillSizesReader sizes,
    ICoverageReader coverage,
    IPastReader past,
    ILadderResolver ladders,
    IBatchProvider provider,
    IOptions<PipelineOptions> options
) : IBackfillOutlooks
{
    // Over all teams together, so that many of them take no longer than one.
    private const int Sample = 1_000;
    private const int LeastSample = 20;

    public async Task<BackfillOutlook> ReadAsync(IReadOnlyCollection<int> teamIds, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var sample = Math.Max(LeastSample, Sample / Math.Max(1, teamIds.Count));
        var measured = await sizes.ReadAsync(provider.Name, teamIds, sample, cancellationToken);
        var overview = await coverage.ReadAsync(provider.Name, cancellationToken);
        var resolved = new ResolvedLadders(ladders);
        var teams = new List<TeamOutlook>();
        foreach (var team in overview.Teams.Where(team => measured.ContainsKey(team.Team.Id)))
        {
            teams.Add(
                new TeamOutlook(team.Team, team.Counts, measured[team.Team.Id], await resolved.OfAsync(team.Team, cancellationToken))
            );
        }

        return new BackfillOutlook
        {
            Provider = provider.Name,
            Teams = teams,
            Past = await past.ReadAsync(provider.Name, Forecast.PastRuns, cancellationToken),
            MaxRequestsPerBatch = options.Value.MaxRequestsPerBatch,
            MaxBatchBytes = options.Value.MaxBatchBytes,
            CompletionWindow = options.Value.CompletionWindow,
        };
    }

    public Task<IReadOnlyList<SelectedPullRequest>> ListAsync(
        StartRun request,
        int skip,
        int take,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.View);
        return runs.ListSelectionAsync(RunSelection.Of(request, provider.Name), skip, take, cancellationToken);
    }
}
