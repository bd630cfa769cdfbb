using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Tests.Coverage;

/// <summary>Coverage in memory. Sorts, searches and pages as the database does.</summary>
internal sealed class FakeCoverage : ICoverageReader, ICoverageListReader, ISummaryPrice
{
    public List<CoverageRow> Rows { get; } = [];
    public List<CoverageDay> Days { get; } = [];
    public SummaryPrice? Price { get; set; } = new(0.00026m, "measured in earlier runs");

    /// <summary>What happens when a price is asked for; null: it is said.</summary>
    public Exception? PriceFailure { get; set; }

    /// <summary>How often a price was asked for.</summary>
    public int PriceReads { get; private set; }

    /// <summary>How long the provider takes to say its prices.</summary>
    public Task PriceAfter { get; set; } = Task.CompletedTask;

    /// <summary>Of a team's own ladder.</summary>
    public SummaryPrice? OwnPrice { get; set; }
    public Exception? Failure { get; set; }
    public List<CoverageListQuery> Asked { get; } = [];

    public Task<CoverageOverview> ReadAsync(string provider, CancellationToken cancellationToken) =>
        Failure is null
            ? Task.FromResult(new CoverageOverview([.. Rows.Select(row => row.Coverage)]))
            : Task.FromException<CoverageOverview>(Failure);

    public Task<CoverageOverview?> ReadTeamAsync(string provider, string slug, CancellationToken cancellationToken) =>
        Task.FromResult<CoverageOverview?>(
            Rows.Find(row => row.Coverage.Team.Slug == slug) is { } found ? new CoverageOverview([found.Coverage]) : null
        );

    public Task<CoverageListPage> ReadAsync(CoverageListQuery query, CancellationToken cancellationToken)
    {
        Asked.Add(query);
        var found = Rows.Where(row => row.Coverage.Team.Name.Contains(query.Search ?? "", StringComparison.OrdinalIgnoreCase)).ToList();
        var sorted = query.Sort switch
        {
            CoverageSort.Name => found.OrderBy(row => row.Coverage.Team.Name, StringComparer.Ordinal),
            _ => found.OrderByDescending(row => row.Coverage.MissingToGoal),
        };
        return Task.FromResult(
            new CoverageListPage(
                [.. sorted.Skip(query.Skip).Take(query.Take)],
                found.Count,
                new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)
            )
        );
    }

    public Task<IReadOnlyList<CoverageDay>> ReadDaysAsync(
        string provider,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyList<CoverageDay>>(Days);

    async Task<SummaryPrice?> ISummaryPrice.ReadAsync(string provider, TeamLadder? own, CancellationToken cancellationToken)
    {
        PriceReads++;
        await PriceAfter.WaitAsync(cancellationToken);
        return PriceFailure is null
            ? own is null
                ? Price
                : OwnPrice
            : throw PriceFailure;
    }

    /// <summary>A team with so many summarised on the first rung, failed and pending.</summary>
    public CoverageRow Add(string name, int summarised, int pending, int failed = 0, int excluded = 0, LastRun? lastRun = null)
    {
        var row = new CoverageRow(
            new TeamCoverage(
                new Team(Rows.Count + 1, name.ToLowerInvariant().Replace('.', '-'), name, 0.95, false),
                new CoverageCounts
                {
                    SummarisedFirst = summarised,
                    Pending = pending,
                    Failed = failed,
                    Excluded = excluded,
                }
            ),
            lastRun
        );
        Rows.Add(row);
        return row;
    }
}
