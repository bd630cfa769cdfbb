namespace GroqBatch.Web.Features.SpotChecks;

/// <summary>How long somebody takes for one: the median of their latest, so that a call in between does not count.</summary>
internal sealed class ReadingPace
{
    private const int Fewest = 3;
    private const int Latest = 15;
    private readonly Queue<double> _seconds = new();
    private long? _began;

    /// <summary>Null until a few were read.</summary>
    public double? Seconds => _seconds.Count < Fewest ? null : _seconds.Order().ElementAt(_seconds.Count / 2);

    /// <summary>One is before their eyes.</summary>
    public void Begin(long now) => _began = now;

    /// <summary>They have judged it.</summary>
    public void Note(long now, TimeProvider time)
    {
        if (_began is { } began)
        {
            _seconds.Enqueue(time.GetElapsedTime(began, now).TotalSeconds);
            if (_seconds.Count > Latest)
            {
                _seconds.Dequeue();
            }
        }

        _began = null;
    }
}
