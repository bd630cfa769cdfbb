namespace GroqBatch.Web.Live;

/// <summary>Those who want to be told of one thing.</summary>
/// <typeparam name="TSnapshot">What they are told.</typeparam>
internal sealed class Subscribers<TSnapshot>
{
    private readonly Lock _gate = new();
    private readonly List<Subscription<TSnapshot>> _all = [];
    private bool _isClosed;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>Adds one.</summary>
    public IDisposable Add(Func<TSnapshot, Task> changed, Action<Exception> failed) => TryAdd(changed, failed, lastLeft: null)!;

    /// <summary>Adds one; null when the last has left and this list with it.</summary>
    /// <param name="changed">Takes a snapshot.</param>
    /// <param name="failed">Told when that breaks.</param>
    /// <param name="lastLeft">Called when the last has left, after which nobody can be added; null: the list stays.</param>
    public IDisposable? TryAdd(Func<TSnapshot, Task> changed, Action<Exception> failed, Action? lastLeft)
    {
        var subscription = new Subscription<TSnapshot>(changed, failed, gone => Remove(gone, lastLeft));
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            _all.Add(subscription);
            return subscription;
        }
    }

    /// <summary>Hands a snapshot to all; returns at once.</summary>
    public void Tell(TSnapshot snapshot)
    {
        Subscription<TSnapshot>[] all;
        lock (_gate)
        {
            all = [.. _all];
        }

        foreach (var subscription in all)
        {
            subscription.Tell(snapshot);
        }
    }

    private void Remove(Subscription<TSnapshot> gone, Action? lastLeft)
    {
        lock (_gate)
        {
            if (!_all.Remove(gone) || _all.Count > 0 || lastLeft is null)
            {
                return;
            }

            _isClosed = true;
        }

        lastLeft();
    }
}
