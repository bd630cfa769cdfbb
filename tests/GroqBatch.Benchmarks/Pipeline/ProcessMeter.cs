using System.Globalization;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>What a process has used, read from Linux's <c>/proc</c>.</summary>
internal static class ProcessMeter
{
    // USER_HZ is 100 wherever Linux runs .NET.
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds of a process so far, those of its ended children included; 0 when it is gone.</summary>
    public static double CpuSeconds(int processId, bool withEndedChildren = false)
    {
        var fields = Stat(processId);
        if (fields is null)
        {
            return 0;
        }

        var ticks = Number(fields[11]) + Number(fields[12]);
        return (withEndedChildren ? ticks + Number(fields[13]) + Number(fields[14]) : ticks) / TicksPerSecond;
    }

    /// <summary>The processes whose parent is this one.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Stat(id) is { } fields
                && (int)Number(fields[1]) == processId
            )
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>The largest resident memory of a process since its start or the last <see cref="ResetOwnPeak"/>, in bytes.</summary>
    public static long PeakBytes(int processId)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
            {
                return (long)Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2]) * 1024;
            }
        }

        return 0;
    }

    /// <summary>Lets the kernel's own peak of this process begin anew: what a sampling thread would miss it does not.</summary>
    public static void ResetOwnPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>The fields after the command's name, which may hold blanks: state, parent, …</summary>
    private static string[]? Stat(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>CPU of a PostgreSQL server: its postmaster, the backends it has now, and those that have ended.</summary>
internal sealed class ServerMeter(int postmasterId)
{
    // Finding the backends reads the whole of /proc; one that is missed for a moment is added up later, since all figures are totals.
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private IReadOnlyList<int> _backends = [];
    private long _refreshedAt;

    public double CpuSeconds(bool exactly = false)
    {
        if (exactly || _refreshedAt == 0 || System.Diagnostics.Stopwatch.GetElapsedTime(_refreshedAt) > Refresh)
        {
            _backends = ProcessMeter.ChildrenOf(postmasterId);
            _refreshedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        }

        return ProcessMeter.CpuSeconds(postmasterId, withEndedChildren: true) + _backends.Sum(id => ProcessMeter.CpuSeconds(id));
    }

    /// <summary>The process id in the first line of a data directory's <c>postmaster.pid</c>.</summary>
    public static int PostmasterOf(string dataFolder) =>
        int.Parse(File.ReadLines(Path.Combine(dataFolder, "pg", "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
}
