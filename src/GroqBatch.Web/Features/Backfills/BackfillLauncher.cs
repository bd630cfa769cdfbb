using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Coverage;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>What a dialog is opened with.</summary>
/// <param name="Teams">At least one.</param>
/// <param name="Choices">What is chosen at first.</param>
/// <param name="Closed">Set when it is closed.</param>
internal sealed record OpenBackfill(IReadOnlyList<Team> Teams, BackfillChoices Choices, TaskCompletionSource Closed);

/// <summary>Between the pages that open the dialog and the frame that shows it; one for each reader.</summary>
internal sealed class BackfillLauncher : IBackfillLauncher
{
    /// <summary>What is open; null: nothing is.</summary>
    public OpenBackfill? Open { get; private set; }

    /// <summary>Called when another is open, or none; null: the frame shows nothing yet.</summary>
    public Action? Changed { get; set; }

    public Task OpenAsync(IReadOnlyList<Team> teams, CancellationToken cancellationToken) =>
        OpenAsync(teams, new BackfillChoices(), cancellationToken);

    public async Task OpenAsync(IReadOnlyList<Team> teams, BackfillChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(teams);
        Close(Open);
        var open = new OpenBackfill(teams, choices, new(TaskCreationOptions.RunContinuationsAsynchronously));
        Open = open;
        Changed?.Invoke();
        await using (cancellationToken.Register(() => Close(open)))
        {
            await open.Closed.Task;
        }
    }

    /// <summary>Closes it, if it is still the one that is open.</summary>
    public void Close(OpenBackfill? open)
    {
        if (open is null)
        {
            return;
        }

        if (ReferenceEquals(Open, open))
        {
            Open = null;
        }

        open.Closed.TrySetResult();
        Changed?.Invoke();
    }
}
