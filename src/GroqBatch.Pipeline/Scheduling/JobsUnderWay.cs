namespace GroqBatch.Pipeline.Scheduling;

/// <summary>Counts this process's jobs at work. The scheduler knows only what the store says of all of them.</summary>
internal sealed class JobsUnderWay
{
    private int _count;

    /// <summary>Whether one is.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>One more, until what this gives is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _count);
        return new Work(this);
    }

    private sealed class Work(JobsUnderWay jobs) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref jobs._count);
    }
}
