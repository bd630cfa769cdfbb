using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.TeamComparisons;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Teams beside each other: one row a team, in the order of the page's columns.</summary>
internal static class ComparedTeamTable
{
    private static readonly string[] Columns =
    [
        .. TeamTable.CoverageColumns,
        "summariesRead",
        "goodLow",
        "goodHigh",
        "sinceAt",
        "runs",
        "firstPassTried",
        "firstPassFailed",
        "firstPassFailureRateLow",
        "firstPassFailureRateHigh",
        "recoveredByRuns",
        "finalFailures",
        "failureCodes",
        "costBookedUsd",
        "requestsOfUnknownCost",
        "costPerSummaryUsd",
        "lastRun",
        "lastRunState",
        "lastRunAt",
    ];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(CompareView view) =>
        view.ToAddress().Replace("teams/compare", "teams/compare.csv", StringComparison.Ordinal);

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        ICoverageReader coverage,
        ITeamRunsReader runs,
        IQualityReader qualities,
        IBatchProvider provider,
        TimeProvider time,
        [FromQuery(Name = "team")] string[]? team
    )
    {
        var view = CompareView.Read(team);
        var overview = await coverage.ReadAsync(provider.Name, context.RequestAborted);
        var chosen = view.Choose(overview);
        var since = time.GetUtcNow().AddDays(-ComparisonTable.Days);
        var totals = await runs.ReadAsync(provider.Name, [.. chosen.Select(one => one.Team.Id)], since, context.RequestAborted);
        var read = await qualities.ReadTeamsAsync(provider.Name, context.RequestAborted);
        return ExportEndpoints.Download(
            context,
            "teams-compared",
            "team",
            "compared",
            Columns,
            chosen
                .Select(one =>
                    RowOf(one, totals.GetValueOrDefault(one.Team.Id) ?? new TeamRunTotals(), read.GetValueOrDefault(one.Team.Id), since)
                )
                .ToAsyncEnumerable()
        );
    }

    private static IReadOnlyList<object?> RowOf(TeamCoverage team, TeamRunTotals runs, Quality? quality, DateTimeOffset since) =>
        [
            .. TeamTable.CellsOf(team),
            quality?.Read ?? 0,
            quality is { Read: > 0 } ? quality.Interval.Low : null,
            quality is { Read: > 0 } ? quality.Interval.High : null,
            since,
            runs.Runs,
            runs.FirstPassTried,
            runs.FirstPassFailed,
            runs.FirstPassFailureRate?.Low,
            runs.FirstPassFailureRate?.High,
            runs.Recovered,
            runs.FinalFailures,
            string.Join("; ", runs.Failures.Select(failure => $"{failure.Code.ToWire()} {failure.Requests}")),
            runs.Cost,
            runs.UnknownRequests,
            runs.CostPerSummary,
            runs.Last?.Id,
            runs.Last?.State.ToString(),
            runs.Last?.At,
        ];
}
