using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Backfills;

/// <summary>What people choose a backfill by, before they start it with <see cref="IRunService"/>.</summary>
public interface IBackfillOutlooks
{
    /// <summary>
    /// What there is to send in some teams and what an estimate of it stands on, from counters and a bounded number of rows: quick however large a
    /// team is. Takes <see cref="Right.View"/>.
    /// </summary>
    /// <param name="teamIds">Teams; those that are not there are left out of the answer.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Models.LadderUnavailableException">A rung's model is not to be had.</exception>
    /// <exception cref="Batches.ProviderException">The provider could not be asked for its models.</exception>
    Task<BackfillOutlook> ReadAsync(IReadOnlyCollection<int> teamIds, Actor actor, CancellationToken cancellationToken);

    /// <summary>The pull requests that a start would send, in its order and by the query that sends them. Takes <see cref="Right.View"/>.</summary>
    /// <param name="request">What would be started.</param>
    /// <param name="skip">So many are passed over.</param>
    /// <param name="take">So many at most.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<SelectedPullRequest>> ListAsync(
        StartRun request,
        int skip,
        int take,
        Actor actor,
        CancellationToken cancellationToken
    );
}

/// <summary>Reads where teams stand for a backfill.</summary>
public interface IBackfillSizesReader
{
    /// <summary>By team; a team without anything to send has empty sizes.</summary>
    /// <param name="provider">The active one.</param>
    /// <param name="teamIds">Teams.</param>
    /// <param name="sample">How many of a team's newest and how many of its oldest missing pull requests are looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyDictionary<int, BackfillSizes>> ReadAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        int sample,
        CancellationToken cancellationToken
    );
}

/// <summary>Sizes of what a team lacks, and its runs.</summary>
/// <param name="Newest">UTF-8 bytes of the prompts of its newest missing pull requests, in a run's order.</param>
/// <param name="OldestMean">The mean of its oldest ones; null when nothing is missing.</param>
/// <param name="BeginsAfter">Its latest run that has claimed what it takes, or ended; null: none yet.</param>
/// <param name="LiveRun">Its latest run that has not ended; null: none.</param>
public sealed record BackfillSizes(IReadOnlyList<int> Newest, double? OldestMean, Guid? BeginsAfter, Guid? LiveRun);
