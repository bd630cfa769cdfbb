using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;

namespace GroqBatch.Cli.Runs;

/// <summary>Runs as they move, as plain lines: one for each change of state, and one now and then for progress.</summary>
internal sealed class RunLines(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Dictionary<Guid, Shown> _shown = [];

    /// <summary>Tells what has changed since the last time.</summary>
    public void Show(IReadOnlyList<RunOverview> runs)
    {
        foreach (var run in runs)
        {
            var states = StatesOf(run);
            var progress = ProgressOf(run);
            var known = _shown.TryGetValue(run.Id, out var last);
            var hasMoved = !known || !last!.States.SequenceEqual(states, StringComparer.Ordinal);
            var isDue =
                known && !string.Equals(last!.Progress, progress, StringComparison.Ordinal) && time.GetElapsedTime(last.At) >= Pause;
            if (!hasMoved && !isDue)
            {
                continue;
            }

            var lines = hasMoved ? states.Except(last?.States ?? [], StringComparer.Ordinal).ToList() : [];
            if (isDue || (hasMoved && known && !string.Equals(last!.Progress, progress, StringComparison.Ordinal)))
            {
                // Nothing comes after a run's end.
                lines.Insert(run.State.IsFinal() && lines.Count > 0 ? lines.Count - 1 : lines.Count, progress);
            }

            foreach (var line in lines)
            {
                terminal.Note($"{run.Team} {Figures.Short(run.Id)} {line}");
            }

            _shown[run.Id] = new Shown(states, progress, time.GetTimestamp());
        }
    }

    /// <summary>A batch in a few words.</summary>
    public static string Describe(BatchOverview batch, DateTimeOffset now) =>
        $"batch {batch.ProviderBatchId ?? $"{batch.Ordinal}"} {batch.State}"
        + (batch.Status is null ? "" : $", {batch.Status}")
        + (batch.PolledAt is { } polled && batch.State is BatchState.Submitted ? $", asked {Figures.Time(now - polled)} ago" : "")
        + (batch.Trouble is null ? "" : $", {batch.Trouble}");

    private static List<string> StatesOf(RunOverview run)
    {
        var own = run.State + (run.Reason is null ? "" : $": {run.Reason}");
        var states = new List<string>();
        foreach (var pass in run.Passes)
        {
            states.Add(
                $"pass {pass.Ordinal} on {Figures.Model(pass.Model, pass.Replaced)}: {pass.Requests:N0} request{(pass.Requests == 1 ? "" : "s")}"
            );
            states.AddRange(
                pass.Batches.Select(batch =>
                    $"pass {pass.Ordinal} batch {batch.ProviderBatchId ?? $"{batch.Ordinal}"} {batch.State}"
                    + (batch.Status is null ? "" : $" ({batch.Status})")
                )
            );
        }

        // In the order in which it came about: a run is planned before its passes and ends after them.
        states.Insert(run.State.IsFinal() ? states.Count : 0, own);
        return states;
    }

    private static string ProgressOf(RunOverview run) =>
        string.Join(
            "; ",
            run.Passes.Select(pass =>
                $"pass {pass.Ordinal}: {pass.Answered:N0} of {pass.Requests:N0} answered (the provider's count), {pass.Succeeded:N0} succeeded, {pass.Failed:N0} failed"
            )
        ) + $"; {run.Recovered:N0} recovered, booked {Figures.Booked(run.Booked, run.UnknownRequests)}";

    private sealed record Shown(List<string> States, string Progress, long At);
}
