namespace GroqBatch.Pipeline.Batches;

/// <summary>
/// The one file of a run that may be written while the run's other steps go on: batches that have ended are taken and written ones are sent
/// meanwhile. Ends with its holder: what is not whole by then is given up and leaves nothing behind.
/// </summary>
internal sealed class FileUnderWay(CancellationToken stopping) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private Task? _writing;

    /// <summary>None is being written, and none has been whose end is still to be looked at.</summary>
    public bool IsIdle => _writing is null;

    /// <summary>Begins the next file.</summary>
    /// <exception cref="InvalidOperationException">There is one already: the next one's lines depend on which it takes.</exception>
    public void Begin(Func<CancellationToken, Task> write)
    {
        if (_writing is not null)
        {
            throw new InvalidOperationException("A file is being written already.");
        }

        _writing = Task.Run(() => write(_ending.Token), _ending.Token);
    }

    /// <summary>Waits until the file is written, for a while at most.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_writing is { } writing)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(writing, Task.Delay(atMost, time, enough.Token));
            await enough.CancelAsync();
        }
    }

    /// <summary>Looks at the end of a file that has come to one; whatever went wrong is thrown here.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> TryEndAsync()
    {
        if (_writing is not { IsCompleted: true } written)
        {
            return false;
        }

        _writing = null;
        await written;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_writing is { } writing)
        {
            // Whoever gives up has a reason of its own to tell; this one's end tells nothing more.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ending.Dispose();
    }
}
