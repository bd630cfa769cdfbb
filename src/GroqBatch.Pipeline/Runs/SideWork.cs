namespace GroqBatch.Pipeline.Runs;

/// <summary>
/// One thing that goes on while a run's other steps are taken: a file is written or uploaded, a batch is taken. It ends with its holder:
/// what is not done by then is given up, and what it had achieved is in the ledger or was nothing.
/// </summary>
internal sealed class SideWork(CancellationToken stopping) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private Task? _work;

    /// <summary>Nothing goes on, and nothing has whose end is still to be looked at.</summary>
    public bool IsIdle => _work is null;

    /// <summary>It has come to an end that is still to be looked at.</summary>
    public bool HasEnded => _work is { IsCompleted: true };

    /// <summary>Begins.</summary>
    /// <exception cref="InvalidOperationException">It goes on already.</exception>
    public void Begin(Func<CancellationToken, Task> work)
    {
        if (_work is not null)
        {
            throw new InvalidOperationException("It goes on already.");
        }

        _work = Task.Run(() => work(_ending.Token), _ending.Token);
    }

    /// <summary>Looks at the end of what has come to one; whatever went wrong is thrown here.</summary>
    public async Task EndAsync()
    {
        if (_work is { IsCompleted: true } ended)
        {
            _work = null;
            await ended;
        }
    }

    /// <summary>Waits until one of several has come to its end, for a while at most.</summary>
    public static async Task WaitAnyAsync(
        IEnumerable<SideWork> several,
        TimeSpan atMost,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([.. several.Select(one => one._work).OfType<Task>(), Task.Delay(atMost, time, enough.Token)]);
        await enough.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_work is { } work)
        {
            // Whoever gives up has a reason of its own to tell; how this ended tells nothing more.
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ending.Dispose();
    }
}
