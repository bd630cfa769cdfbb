using GroqBatch.Core.Leases;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Pipeline.Leases;

/// <summary>Holds a lease while work is under way: renews it in the background, and cancels the work when it is lost.</summary>
internal sealed partial class LeaseKeeper : IAsyncDisposable
{
    private readonly ILeases _leases;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _work;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _renewing;
    private readonly ILogger _logger;

    private LeaseKeeper(ILeases leases, Lease lease, TimeSpan duration, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        _leases = leases;
        _duration = duration;
        _logger = logger;
        Lease = lease;
        _work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _renewing = RenewAsync(time);
    }

    public Lease Lease { get; }

    /// <summary>Cancelled when the host stops or the lease is lost.</summary>
    public CancellationToken Token => _work.Token;

    /// <summary>Null when somebody else holds the lease.</summary>
    public static async Task<LeaseKeeper?> TryTakeAsync(
        ILeases leases,
        string name,
        string owner,
        TimeSpan duration,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var lease = await leases.TryAcquireAsync(name, owner, duration, cancellationToken);
        return lease is null ? null : new LeaseKeeper(leases, lease, duration, time, logger, cancellationToken);
    }

    /// <summary>
    /// Whoever moves a run holds its lease for moments: waits as long as a lease lasts. Null when somebody holds it for longer, who then is at work
    /// on something.
    /// </summary>
    public static async Task<LeaseKeeper?> TakeAsync(
        ILeases leases,
        string name,
        string owner,
        TimeSpan duration,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var keeper = await TryTakeAsync(leases, name, owner, duration, time, logger, cancellationToken);
            if (keeper is not null || time.GetElapsedTime(began) > duration)
            {
                return keeper;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _renewing;
        try
        {
            // Even when the host is stopping: the next holder need not wait for the expiry.
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _leases.ReleaseAsync(Lease, soon.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Log.NotReleased(_logger, Lease.Name, failure.Message);
        }

        _work.Dispose();
        _ending.Dispose();
    }

    private async Task RenewAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(_duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                try
                {
                    if (!await _leases.RenewAsync(Lease, _duration, _ending.Token))
                    {
                        Log.Lost(_logger, Lease.Name);
                        await _work.CancelAsync();
                        return;
                    }
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // The database may be away for a moment. If it stays away the work fails by itself; if the lease
                    // runs out meanwhile, the fence refuses whatever this holder still writes.
                    Log.NotRenewed(_logger, Lease.Name, failure.Message);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested) { }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Lease} is held by somebody else now; this work stops.")]
        public static partial void Lost(ILogger logger, string lease);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Lease} could not be renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string lease, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The lease {Lease} could not be given back and will expire: {Reason}")]
        public static partial void NotReleased(ILogger logger, string lease, string reason);
    }
}
