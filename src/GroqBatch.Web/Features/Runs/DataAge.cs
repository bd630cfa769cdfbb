using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Runs;

/// <summary>How old what a page shows of a live run is, and why where it is older than it should be.</summary>
/// <param name="At">When the oldest of it was said: by the provider while anything is in flight, by the ledger otherwise.</param>
/// <param name="Trouble">Why the last poll or step failed; null when it did not.</param>
internal sealed record DataAge(DateTimeOffset At, string? Trouble)
{
    /// <summary>Of a live run; null once it has ended: then nothing ages.</summary>
    public static DataAge? Of(RunOverview run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.State.IsFinal())
        {
            return null;
        }

        var open = run
            .Passes.SelectMany(pass => pass.Batches)
            .Where(batch => batch.State is not (BatchState.Ingested or BatchState.Abandoned))
            .ToList();
        var asked = open.Where(batch => batch.State == BatchState.Submitted && batch.PolledAt is not null).ToList();
        return new DataAge(
            asked.Count == 0 ? run.ReadAt : asked.Min(batch => batch.PolledAt!.Value),
            open.Select(batch => batch.Trouble).FirstOrDefault(trouble => trouble is not null)
        );
    }
}
