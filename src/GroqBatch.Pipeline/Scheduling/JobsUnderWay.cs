namespace GroqBatch.Pipeline.Scheduling;

/// <summary>
/// This process's jobs at work, and how they are stopped. The scheduler's own interruption is of a job's name, and every host of the store has the
/// same ones: it would stop them all.
/// </summary>
internal sealed class JobsUnderWay : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private int _count;

    /// <summary>Whether one is.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>One more, until it is disposed of.</summary>
    /// <param name="cancellationToken">The scheduler's.</param>
    public Job Begin(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return new Job(this, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _leaving.Token));
    }

    /// <summary>Stops those that are under way, and whatever begins after this.</summary>
    public Task StopAsync() => _leaving.CancelAsync();

    /// <inheritdoc />
    public void Dispose() => _leaving.Dispose();

    /// <summary>A job at work.</summary>
    internal sealed class Job(JobsUnderWay jobs, CancellationTokenSource stopping) : IDisposable
    {
        /// <summary>Cancelled when the scheduler or this host wants it to end.</summary>
        public CancellationToken Token => stopping.Token;

        /// <summary>Whether that is so.</summary>
        public bool IsStopping => stopping.IsCancellationRequested;

        public void Dispose()
        {
            stopping.Dispose();
            Interlocked.Decrement(ref jobs._count);
        }
    }
}
