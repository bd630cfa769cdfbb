using GroqBatch.Core.Estimates;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Runs;

/// <summary>When a run is likely to end, from the estimate at its start and what it has left behind of it.</summary>
internal static class RunEnd
{
    /// <summary><c>ends in 3 to 9 min</c>, <c>ends in under 9 min</c>, <c>takes longer than expected</c>; null where nothing can be said.</summary>
    public static string? Say(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.State != RunState.Running || run.PlannedAt is not { } planned || run.Estimate is not { } estimate)
        {
            return null;
        }

        if (Left(run, estimate) is not { } left)
        {
            return estimate.LatestSeconds is { } latest && latest > (run.ReadAt - planned).TotalSeconds
                ? $"ends in {Figures.Duration(TimeSpan.FromSeconds(latest) - (run.ReadAt - planned))} at the latest"
                : null;
        }

        var (low, high) = left;
        return high <= 0 ? "takes longer than expected"
            : low < 1 ? $"ends in under {Up(high)}"
            : Between(low, high);
    }

    /// <summary>Seconds that are left: of the pass that it is in, and of those that are still to come.</summary>
    private static (double Low, double High)? Left(RunOverview run, Estimate estimate)
    {
        if (run.CurrentPass is { } current && estimate.Passes is { } passes && passes.All(pass => pass.Seconds is not null))
        {
            var spent = (run.ReadAt - current.StartedAt).TotalSeconds;
            var rest = passes.Where(pass => pass.Ordinal > current.Ordinal).ToList();
            var now = passes.FirstOrDefault(pass => pass.Ordinal == current.Ordinal)?.Seconds ?? Core.Estimates.Range.Exactly(0);
            var isDone = current.Open == 0;
            return (
                (isDone ? 0 : Math.Max(0, now.Low - spent)) + rest.Sum(pass => pass.Seconds!.Low),
                (isDone ? 0 : Math.Max(0, now.High - spent)) + rest.Sum(pass => pass.Seconds!.High)
            );
        }

        var elapsed = (run.ReadAt - run.PlannedAt!.Value).TotalSeconds;
        return estimate.Seconds is { } seconds ? (Math.Max(0, seconds.Low - elapsed), seconds.High - elapsed) : null;
    }

    private static string Between(double low, double high)
    {
        var (size, unit) = high switch
        {
            < 120 => (1, "s"),
            < 7_200 => (60, "min"),
            _ => (3_600, "h"),
        };
        var (from, to) = (Math.Floor(low / size), Math.Ceiling(high / size));
        return from < 1 ? $"ends in under {to:0} {unit}"
            : from >= to ? $"ends in about {to:0} {unit}"
            : $"ends in {from:0} to {to:0} {unit}";
    }

    private static string Up(double seconds) =>
        seconds < 120 ? $"{Math.Ceiling(seconds):0} s"
        : seconds < 7_200 ? $"{Math.Ceiling(seconds / 60):0} min"
        : $"{Math.Ceiling(seconds / 3_600):0} h";
}
