using System.Diagnostics;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// Adds up what passes between two changes of stage and gives it to whatever was under way. What is under way at once is a row of its own, so
/// that nothing is counted twice.
/// </summary>
internal sealed class StageClock(ServerMeter postgres, int simulatorId)
{
    public const string Waiting = "answered (waiting)";
    public const string SecondPass = "second pass";

    private readonly Lock _lock = new();
    private readonly List<string> _active = [];
    private readonly Dictionary<string, StageFigures> _rows = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private Reading _first = new(0, 0, 0, 0);
    private Reading _last = new(0, 0, 0, 0);
    private bool _isSecondPass;

    /// <summary>Begins.</summary>
    public void Start()
    {
        ProcessMeter.ResetOwnPeak();
        _first = _last = Read(exactly: true);
    }

    /// <summary>A stage begins; one that is under way already goes on.</summary>
    public void Begin(string stage)
    {
        lock (_lock)
        {
            Note();
            if (!_active.Contains(stage))
            {
                _active.Add(stage);
            }
        }
    }

    /// <summary>A stage ends.</summary>
    public void End(string stage)
    {
        lock (_lock)
        {
            Note();
            _active.Remove(stage);
        }
    }

    /// <summary>From here on everything is the second pass.</summary>
    public void BeginSecondPass()
    {
        lock (_lock)
        {
            Note();
            _isSecondPass = true;
        }
    }

    /// <summary>Ends, with the rows in the order in which they first came.</summary>
    public (IReadOnlyList<StageFigures> Stages, StageFigures Whole) Stop()
    {
        lock (_lock)
        {
            Note(exactly: true);
            var whole = Between("whole", _first, _last, _rows.Values.Max(row => row.PeakBytes));
            return ([.. _order.Select(name => _rows[name])], whole);
        }
    }

    private void Note(bool exactly = false)
    {
        var now = Read(exactly);
        var name =
            _isSecondPass ? SecondPass
            : _active.Count == 0 ? Waiting
            : string.Join(" + ", _active.Order(StringComparer.Ordinal));
        var passed = Between(name, _last, now, ProcessMeter.PeakBytes(Environment.ProcessId));
        ProcessMeter.ResetOwnPeak();
        _last = now;
        if (!_rows.TryGetValue(name, out var row))
        {
            _order.Add(name);
            _rows[name] = passed;
            return;
        }

        _rows[name] = new StageFigures(
            name,
            row.Wall + passed.Wall,
            row.Cpu + passed.Cpu,
            row.Postgres + passed.Postgres,
            row.Simulator + passed.Simulator,
            Math.Max(row.PeakBytes, passed.PeakBytes)
        );
    }

    private Reading Read(bool exactly) =>
        new(
            Stopwatch.GetTimestamp(),
            Environment.CpuUsage.TotalTime.TotalSeconds,
            postgres.CpuSeconds(exactly),
            ProcessMeter.CpuSeconds(simulatorId)
        );

    private static StageFigures Between(string name, Reading from, Reading to, long peak) =>
        new(
            name,
            Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds,
            to.Cpu - from.Cpu,
            to.Postgres - from.Postgres,
            to.Simulator - from.Simulator,
            peak
        );

    private sealed record Reading(long At, double Cpu, double Postgres, double Simulator);
}
