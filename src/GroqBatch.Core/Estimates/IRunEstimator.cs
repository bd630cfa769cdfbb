using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Estimates;

/// <summary>Says before a start what a run is likely to take.</summary>
public interface IRunEstimator
{
    /// <summary>Low, expected and high, from this provider's past where there is one, from defaults where there is none; it says which.</summary>
    /// <param name="selection">What would be sent.</param>
    /// <param name="count">How much that is.</param>
    /// <param name="ladder">On which rungs; without fallback it has one.</param>
    Task<Estimate> EstimateAsync(RunSelection selection, SelectionCount count, Ladder ladder, CancellationToken cancellationToken);
}
