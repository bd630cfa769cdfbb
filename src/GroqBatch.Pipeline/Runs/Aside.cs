namespace GroqBatch.Pipeline.Runs;

/// <summary>
/// What goes on beside a run's other steps: the next file is written, a written one is uploaded, and what came back is taken, a few batches at once.
/// </summary>
internal sealed class Aside(CancellationToken stopping) : IAsyncDisposable
{
    /// <summary>
    /// While the database takes one batch, the next is fetched, read and copied; more at once would only wait for the counters that both move.
    /// </summary>
    private const int IngestsAtOnce = 2;

    private readonly Dictionary<Guid, SideWork> _ingests = [];

    public SideWork Writing { get; } = new(stopping);

    public SideWork Uploading { get; } = new(stopping);

    /// <summary>Nothing goes on, and nothing has whose end is still to be looked at.</summary>
    public bool IsIdle => Writing.IsIdle && Uploading.IsIdle && _ingests.Count == 0;

    /// <summary>Begins to take a batch, unless it is being taken already, or as many are as may be at once.</summary>
    public void Ingest(Guid batchId, Func<CancellationToken, Task> ingest)
    {
        if (_ingests.Count == IngestsAtOnce || _ingests.ContainsKey(batchId))
        {
            return;
        }

        var work = new SideWork(stopping);
        _ingests.Add(batchId, work);
        work.Begin(ingest);
    }

    /// <summary>Looks at the end of what has come to one; whatever went wrong with the first of them is thrown here, the next time with the next.</summary>
    public async Task EndAsync()
    {
        await Writing.EndAsync();
        await Uploading.EndAsync();
        foreach (var (batchId, ingest) in _ingests.Where(one => one.Value.HasEnded).ToList())
        {
            _ingests.Remove(batchId);
            await using (ingest)
            {
                await ingest.EndAsync();
            }
        }
    }

    /// <summary>Waits until any of it has come to its end, for a while at most.</summary>
    public Task WaitAnyAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken) =>
        SideWork.WaitAnyAsync([Writing, Uploading, .. _ingests.Values], atMost, time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var work in _ingests.Values.Append(Uploading).Append(Writing))
        {
            await work.DisposeAsync();
        }
    }
}
