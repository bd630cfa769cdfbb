using GroqBatch.Core.Coverage;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Tests.TeamComparisons;

/// <summary>What runs of teams came to, and what coverage was, in memory.</summary>
internal sealed class FakeTeamRuns : ITeamRunsReader, ICoverageHistory
{
    public Dictionary<int, TeamRunTotals> Teams { get; } = [];
    public Dictionary<int, IReadOnlyList<CoveragePoint>> Days { get; } = [];
    public List<IReadOnlyList<int>> Asked { get; } = [];
    public Exception? Failure { get; set; }

    public Task<IReadOnlyDictionary<int, TeamRunTotals>> ReadAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        Asked.Add([.. teamIds]);
        return Failure is null
            ? Task.FromResult<IReadOnlyDictionary<int, TeamRunTotals>>(
                teamIds.ToDictionary(id => id, id => Teams.GetValueOrDefault(id) ?? new TeamRunTotals())
            )
            : Task.FromException<IReadOnlyDictionary<int, TeamRunTotals>>(Failure);
    }

    public Task<int> AppendAsync(string provider, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<IReadOnlyList<CoveragePoint>> ReadAsync(
        string provider,
        int teamId,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => Task.FromResult(Days.GetValueOrDefault(teamId, []));

    public Task<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>> ReadDaysAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>>(Days);

    /// <summary>One run of two passes on which so many of pass 1 failed, all of them recovered but one.</summary>
    public static TeamRunTotals Of(int tried, int failed, decimal cost = 0.1m, int unknown = 0, int cancelled = 0) =>
        new()
        {
            Runs = 3,
            Succeeded = tried - Math.Min(1, failed),
            Rungs =
            [
                new RungTotals
                {
                    Ordinal = 1,
                    Model = "openai/gpt-oss-20b",
                    Runs = 3,
                    Requests = tried + cancelled,
                    Succeeded = tried - failed,
                    Failed = failed + cancelled,
                    NotRun = cancelled,
                    PromptTokens = 800_000,
                    CompletionTokens = 180_000,
                    Cost = cost,
                    UnknownRequests = unknown,
                },
                new RungTotals
                {
                    Ordinal = 2,
                    Model = "openai/gpt-oss-120b",
                    Runs = 1,
                    Requests = failed,
                    Succeeded = failed - Math.Min(1, failed),
                    Failed = Math.Min(1, failed),
                    NotRun = 0,
                    PromptTokens = 8_000,
                    CompletionTokens = 1_800,
                    Cost = 0,
                    UnknownRequests = 0,
                },
            ],
            Failures =
                failed == 0
                    ? []
                    :
                    [
                        new CodeTotals(FailureCode.JsonValidateFailed, failed, 0),
                        new CodeTotals(FailureCode.MaxTokens, Math.Min(1, failed), Math.Min(1, failed)),
                    ],
        };
}
