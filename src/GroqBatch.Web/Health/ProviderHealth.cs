using GroqBatch.Core.Batches;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GroqBatch.Web.Health;

/// <summary>
/// Whether the provider answers; said, and never a failure: runs wait for it, and taking the instance out of service would not bring it back.
/// Asked at most twice a minute, however often health is.
/// </summary>
internal sealed class ProviderHealth(IBatchProvider provider, TimeProvider time) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (long At, HealthCheckResult Result)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) > Age)
            {
                last = (time.GetTimestamp(), await AskAsync(cancellationToken));
                _last = last;
            }

            return last.Result;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<HealthCheckResult> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await provider.ListModelsAsync(patience.Token);
            return HealthCheckResult.Healthy($"{provider.Name} answers at {provider.Host}.");
        }
        catch (ProviderException failed)
        {
            return HealthCheckResult.Degraded(failed.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Degraded($"{provider.Name} has not answered at {provider.Host} within {Patience.TotalSeconds:0} s.");
        }
    }
}
