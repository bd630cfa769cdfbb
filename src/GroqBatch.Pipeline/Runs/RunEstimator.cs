using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Runs;

/// <summary>Gathers what a forecast is made of: the measured texts, the past of this provider, and where the team stands.</summary>
internal sealed class RunEstimator(IPastReader past, ICoverageReader coverage, IOptions<PipelineOptions> options) : IRunEstimator
{
    public async Task<Estimate> EstimateAsync(
        RunSelection selection,
        SelectionCount count,
        Ladder ladder,
        CancellationToken cancellationToken
    ) => Forecast.Of(await AskAsync(selection, count, ladder, cancellationToken));

    /// <summary>The question that <see cref="EstimateAsync"/> answers, for those who ask it in several ways.</summary>
    public async Task<ForecastQuestion> AskAsync(
        RunSelection selection,
        SelectionCount count,
        Ladder ladder,
        CancellationToken cancellationToken
    )
    {
        var overview = await coverage.ReadAsync(selection.Provider, cancellationToken);
        var team = overview.Teams.FirstOrDefault(team => team.Team.Id == selection.TeamId);
        return new ForecastQuestion
        {
            Selected = count.Selected,
            Refreshed = count.Stale,
            PromptBytes = count.PromptBytes,
            Ladder = ladder,
            StrongModels = [.. ladder.Rungs.Skip(1).Select(rung => rung.Model)],
            Past = await past.ReadAsync(selection.Provider, Forecast.PastRuns, cancellationToken),
            Coverage = team?.Counts,
            Goal = team?.Team.Goal ?? 0,
            MaxRequestsPerBatch = options.Value.MaxRequestsPerBatch,
            MaxBatchBytes = options.Value.MaxBatchBytes,
            CompletionWindow = options.Value.CompletionWindow,
        };
    }
}
