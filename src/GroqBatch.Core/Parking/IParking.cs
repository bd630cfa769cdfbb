using GroqBatch.Core.Access;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Parking;

/// <summary>Sets failed pull requests aside, with a reason, and brings them back.</summary>
public interface IParking
{
    /// <summary>
    /// Failed pull requests of a team that failed on at least two rungs in at least two runs: sending them again is unlikely to help. Takes
    /// <see cref="Right.View"/>.
    /// </summary>
    Task<IReadOnlyList<ParkingOffer>> ListOffersAsync(string provider, int teamId, Actor actor, CancellationToken cancellationToken);

    /// <summary>Parks failed pull requests; those in any other state stay as they are. Takes <see cref="Right.Operate"/>.</summary>
    /// <param name="reason">Required, at most 500 characters.</param>
    /// <returns>How many were parked by this call, and how many were parked already.</returns>
    /// <exception cref="ArgumentException">There is no reason.</exception>
    Task<ParkingResult> ParkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Parks every failed pull request of a team that matches, as one recorded action: one transaction, one audit event with filter and count. Takes
    /// <see cref="Right.Operate"/>.
    /// </summary>
    /// <param name="reason">Required, at most 500 characters.</param>
    /// <returns>What was done; <see cref="ParkingResult.Refused"/> are those that match and have not failed.</returns>
    /// <exception cref="ArgumentException">There is no reason.</exception>
    Task<ParkingResult> ParkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Parks the failed pull requests whose last failure matches a filter, with one audit event. Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <param name="teamId">Only of this team; null: of all.</param>
    /// <param name="filter">Which failures.</param>
    /// <param name="reason">Required, at most 500 characters.</param>
    /// <returns>How many were parked by this call.</returns>
    /// <exception cref="ArgumentException">There is no reason.</exception>
    Task<int> ParkFailuresAsync(
        string provider,
        int? teamId,
        FailureGroups.FailureFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    );

    /// <summary>Brings back every parked pull request of a team that matches, likewise. Takes <see cref="Right.Operate"/>.</summary>
    Task<ParkingResult> UnparkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        Actor actor,
        CancellationToken cancellationToken
    );

    /// <summary>Brings parked pull requests back: they are failed again, and the next full run takes them. Takes <see cref="Right.Operate"/>.</summary>
    Task<ParkingResult> UnparkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        Actor actor,
        CancellationToken cancellationToken
    );
}

/// <summary>A pull request that keeps failing.</summary>
/// <param name="PullRequestId">Its key.</param>
/// <param name="Runs">Runs it failed in.</param>
/// <param name="Rungs">Different models it failed on.</param>
/// <param name="LastCode">The last failure's code in its wire form.</param>
public sealed record ParkingOffer(long PullRequestId, string Repository, long Number, string Title, int Runs, int Rungs, string LastCode);

/// <summary>What a call did.</summary>
/// <param name="Changed">Moved by this call.</param>
/// <param name="AlreadyThere">Were there before.</param>
/// <param name="Refused">In a state that does not allow it, or unknown.</param>
public sealed record ParkingResult(int Changed, int AlreadyThere, int Refused);
