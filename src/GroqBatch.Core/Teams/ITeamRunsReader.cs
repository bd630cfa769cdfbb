namespace GroqBatch.Core.Teams;

/// <summary>What the runs of teams came to, added up from the counters of runs and passes; never by counting requests.</summary>
public interface ITeamRunsReader
{
    /// <summary>
    /// The runs that were started since a time, and each team's latest run whenever it was, all at one instant. By the team's id; every team that
    /// was asked for is in it, those without a run as well.
    /// </summary>
    /// <param name="provider">The active one: runs of another never count.</param>
    /// <param name="teamIds">Which teams.</param>
    /// <param name="since">The earliest start that counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyDictionary<int, TeamRunTotals>> ReadAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateTimeOffset since,
        CancellationToken cancellationToken
    );
}
