using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Coverage;

/// <summary>Coverage from its counters: a read of a few rows, however many pull requests there are.</summary>
public interface ICoverageReader
{
    /// <summary>The coverage of all teams, for one provider: summaries of another never count.</summary>
    /// <param name="provider">The active one, such as <c>groq</c> or <c>simulator</c>.</param>
    Task<CoverageOverview> ReadAsync(string provider, CancellationToken cancellationToken);

    /// <summary>The coverage of one team, by its slug.</summary>
    /// <returns>An overview with that team only; null when there is none with this slug.</returns>
    Task<CoverageOverview?> ReadTeamAsync(string provider, string slug, CancellationToken cancellationToken);
}

/// <summary>Keeps what coverage was over time.</summary>
public interface ICoverageHistory
{
    /// <summary>
    /// Appends a row for each team whose counters (or goal) have moved since its last row, if that is an hour old, and for each team whose last
    /// row is of an earlier day (UTC). Called as often as one likes, by any number of processes.
    /// </summary>
    /// <returns>How many rows were appended.</returns>
    Task<int> AppendAsync(string provider, CancellationToken cancellationToken);

    /// <summary>The rows of a team since a time, oldest first.</summary>
    Task<IReadOnlyList<CoveragePoint>> ReadAsync(string provider, int teamId, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>
    /// The last row of each day (UTC) of several teams, oldest first, by the team's id; a day without a row is absent, and so is a team without one.
    /// </summary>
    /// <param name="provider">The active one.</param>
    /// <param name="teamIds">Which teams.</param>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>> ReadDaysAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    );
}

/// <summary>What coverage was at a time.</summary>
public sealed record CoveragePoint(DateTimeOffset At, CoverageCounts Counts, double Goal);

/// <summary>A team's coverage.</summary>
public sealed record TeamCoverage(Team Team, CoverageCounts Counts)
{
    /// <summary>How many more summaries reach the goal.</summary>
    public int MissingToGoal => Counts.MissingTo(Team.Goal);

    /// <summary>Whether the goal is reached, decided in whole pull requests and never by a rounded share.</summary>
    public bool IsReached => MissingToGoal == 0;
}

/// <summary>Several teams' coverage.</summary>
/// <param name="Teams">By slug.</param>
public sealed record CoverageOverview(IReadOnlyList<TeamCoverage> Teams)
{
    /// <summary>The sum over all teams.</summary>
    public CoverageCounts Total { get; } = Teams.Aggregate(new CoverageCounts(), (sum, team) => sum + team.Counts);

    /// <summary>What the teams' goals come to together: each weighed by its eligible pull requests; 1 when nothing is eligible.</summary>
    public double Goal => Total.Eligible == 0 ? 1 : Teams.Sum(team => team.Team.Goal * team.Counts.Eligible) / Total.Eligible;

    /// <summary>How many more summaries bring every team to its goal. What one team has above its goal does not help another.</summary>
    public int MissingToGoal => Teams.Sum(team => team.MissingToGoal);
}
