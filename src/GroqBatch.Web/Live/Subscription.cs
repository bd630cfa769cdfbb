namespace GroqBatch.Web.Live;

/// <summary>One subscriber: takes snapshots one after the other, keeps only the newest while it is busy, and hurts nobody when it breaks.</summary>
/// <typeparam name="TSnapshot">What it is told.</typeparam>
internal sealed class Subscription<TSnapshot>(
    Func<TSnapshot, Task> changed,
    Action<Exception> failed,
    Action<Subscription<TSnapshot>> leave
) : IDisposable
{
    private readonly Lock _gate = new();
    private (bool Has, TSnapshot? Value) _waiting;
    private bool _isBusy;
    private bool _hasLeft;

    /// <summary>Hands a snapshot over; returns at once.</summary>
    public void Tell(TSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_hasLeft)
            {
                return;
            }

            _waiting = (true, snapshot);
            if (_isBusy)
            {
                return;
            }

            _isBusy = true;
        }

        // Apart from the feed and from each other.
        _ = Task.Run(DeliverAsync);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _hasLeft = true;
            _waiting = default;
        }

        leave(this);
    }

    private async Task DeliverAsync()
    {
        while (true)
        {
            TSnapshot snapshot;
            lock (_gate)
            {
                if (!_waiting.Has || _hasLeft)
                {
                    _isBusy = false;
                    return;
                }

                snapshot = _waiting.Value!;
                _waiting = default;
            }

            try
            {
                await changed(snapshot);
            }
            catch (ObjectDisposedException)
            {
                // Its page went away between two snapshots.
                Dispose();
            }
#pragma warning disable CA1031 // Whatever a page does with its snapshot must not reach the feed or another page.
            catch (Exception broken)
#pragma warning restore CA1031
            {
                failed(broken);
            }
        }
    }
}
