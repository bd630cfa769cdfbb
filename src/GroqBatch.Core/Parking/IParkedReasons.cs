namespace GroqBatch.Core.Parking;

/// <summary>Why pull requests are parked.</summary>
public interface IParkedReasons
{
    /// <summary>
    /// Reasons of a team's parked pull requests, the most frequent first. Reads the newest <see cref="MostRead"/> of them: how many are parked
    /// at all, the counters say.
    /// </summary>
    Task<IReadOnlyList<ParkedReason>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken);

    /// <summary>More are not read.</summary>
    public const int MostRead = 1_000;
}

/// <summary>A reason, written by a person.</summary>
/// <param name="Reason">To be shown as text.</param>
/// <param name="PullRequests">How many are parked with it.</param>
public sealed record ParkedReason(string Reason, int PullRequests);
