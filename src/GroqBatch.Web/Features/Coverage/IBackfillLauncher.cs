using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Backfills;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>Opens what a backfill is started from. Where nothing does, no page shows a button for it.</summary>
public interface IBackfillLauncher
{
    /// <summary>Lets the reader start a backfill of one or several teams; ends when they have started it or gone back.</summary>
    /// <param name="teams">At least one.</param>
    /// <param name="cancellationToken">The page is left.</param>
    Task OpenAsync(IReadOnlyList<Team> teams, CancellationToken cancellationToken);

    /// <summary>The same with choices made already, such as those of a run that is cloned (<see cref="BackfillChoices.Of"/>).</summary>
    /// <param name="teams">At least one.</param>
    /// <param name="choices">What it opens with.</param>
    /// <param name="cancellationToken">The page is left.</param>
    Task OpenAsync(IReadOnlyList<Team> teams, BackfillChoices choices, CancellationToken cancellationToken);
}
