using GroqBatch.Core.Models;

namespace GroqBatch.Core.Estimates;

/// <summary>What a summary is likely to cost, so that a gap can be said in dollars wherever it is said in pull requests.</summary>
public interface ISummaryPrice
{
    /// <summary>Dollars for one summary on the ladder as it is today; null when a price or the provider's models can't be had.</summary>
    /// <param name="provider">The active one.</param>
    /// <param name="own">A team's own ladder; null: the installation's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<SummaryPrice?> ReadAsync(string provider, TeamLadder? own, CancellationToken cancellationToken);
}

/// <summary>What one summary costs, fallback included.</summary>
/// <param name="Dollars">Expected.</param>
/// <param name="Basis">Where that comes from, in words.</param>
public sealed record SummaryPrice(decimal Dollars, string Basis);

/// <summary>Sizes of prompts, without reading any.</summary>
public interface IPromptSizes
{
    /// <summary>Mean UTF-8 bytes of the prompts of the pull requests that were stored last, eligible ones only; null when there are none.</summary>
    /// <param name="latest">How many to look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<double?> ReadMeanBytesAsync(int latest, CancellationToken cancellationToken);
}

/// <summary>
/// The forecast of a thousand pull requests of ordinary size, a thousandth of it. Kept for ten minutes: the ladder is the provider's answer, and the
/// past changes little within them.
/// </summary>
public sealed class SummaryPriceReader(ILadderResolver ladders, IPastReader past, IPromptSizes sizes, TimeProvider time)
    : ISummaryPrice,
        IDisposable
{
    private const int Sample = 1_000;

    // Ladders that are in use at once; those that were changed since are forgotten with the rest.
    private const int Most = 500;
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AgeOfNothing = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (long At, SummaryPrice? Price)> _last = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<SummaryPrice?> ReadAsync(string provider, TeamLadder? own, CancellationToken cancellationToken)
    {
        // Teams whose ladders have the same models have the same price.
        var key = $"{provider}\n{(own is null ? "" : string.Join('\n', own.Models))}";
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last.TryGetValue(key, out var last) && time.GetElapsedTime(last.At) < (last.Price is null ? AgeOfNothing : Age))
            {
                return last.Price;
            }

            // Not kept: it is quickly asked for, and the first pull requests may come any moment.
            if (await sizes.ReadMeanBytesAsync(Sample, cancellationToken) is not { } bytes)
            {
                return null;
            }

            var price = await ForecastAsync(provider, own, bytes, cancellationToken);
            if (_last.Count >= Most)
            {
                _last.Clear();
            }

            _last[key] = (time.GetTimestamp(), price);
            return price;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private async Task<SummaryPrice?> ForecastAsync(string provider, TeamLadder? own, double bytes, CancellationToken cancellationToken)
    {
        Ladder ladder;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            ladder = await ladders.ResolveAsync(own, patience.Token);
        }
        catch (Exception unknown)
            when (unknown is LadderUnavailableException or Batches.ProviderException
                || (unknown is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }

        var question = new ForecastQuestion
        {
            Selected = Sample,
            PromptBytes = (long)(bytes * Sample),
            Ladder = ladder,
            Past = await past.ReadAsync(provider, Forecast.PastRuns, cancellationToken),
            MaxRequestsPerBatch = Sample,
            MaxBatchBytes = 100_000_000,
            CompletionWindow = "24h",
        };
        // Thousands of draws: not on the thread that a page is waiting for.
        var estimate = await Task.Run(() => Forecast.Of(question), cancellationToken);
        return estimate.Cost is { } cost ? new SummaryPrice((decimal)cost.Expected / Sample, estimate.Basis) : null;
    }
}
