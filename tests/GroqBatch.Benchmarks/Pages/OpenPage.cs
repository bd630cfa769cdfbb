namespace GroqBatch.Benchmarks.Pages;

/// <summary>What an open page has shown, and when.</summary>
internal sealed class OpenPage
{
    private readonly Lock _gate = new();
    private readonly List<(int Value, DateTimeOffset At)> _shown = [];

    /// <summary>Notes what a render shows: the count that the benchmark writes, or nothing where there is none.</summary>
    public void Note(int? value, DateTimeOffset at)
    {
        if (value is { } count)
        {
            lock (_gate)
            {
                _shown.Add((count, at));
            }
        }
    }

    /// <summary>When this count, or a later one, was first shown; null: not yet.</summary>
    public DateTimeOffset? FirstShown(int value)
    {
        lock (_gate)
        {
            foreach (var (shown, at) in _shown)
            {
                if (shown >= value)
                {
                    return at;
                }
            }

            return null;
        }
    }

    /// <summary>The most renders with news within any second since a time.</summary>
    public int MostWithinASecond(DateTimeOffset since)
    {
        lock (_gate)
        {
            var times = _shown.Where(shown => shown.At >= since).Select(shown => shown.At).ToList();
            return times.Count == 0 ? 0 : times.Max(at => times.Count(other => other >= at && other < at.AddSeconds(1)));
        }
    }

    /// <summary>The largest count of the form 1dd,ddd in the bytes of a render; null: none.</summary>
    public static int? Find(ReadOnlySpan<byte> bytes)
    {
        int? found = null;
        for (var at = 1; at + 7 < bytes.Length; at++)
        {
            if (bytes[at] != '1' || bytes[at + 3] != ',' || IsOfNumber(bytes[at - 1]) || IsOfNumber(bytes[at + 7]))
            {
                continue;
            }

            var value = 1;
            foreach (var offset in (ReadOnlySpan<int>)[1, 2, 4, 5, 6])
            {
                var digit = bytes[at + offset] - '0';
                value = digit is < 0 or > 9 || value < 0 ? -1 : (value * 10) + digit;
            }

            found = value > (found ?? 0) ? value : found;
        }

        return found;
    }

    private static bool IsOfNumber(byte character) => character is (>= (byte)'0' and <= (byte)'9') or (byte)',' or (byte)'.';
}
