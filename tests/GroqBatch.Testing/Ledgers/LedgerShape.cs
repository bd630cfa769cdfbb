namespace GroqBatch.Testing.Ledgers;

/// <summary>How large a generated ledger is, and how uneven.</summary>
public sealed record LedgerShape
{
    /// <summary>Pull requests of all teams.</summary>
    public required int PullRequests { get; init; }

    /// <summary>How many teams share them.</summary>
    public required int Teams { get; init; }

    /// <summary>Pull requests of the largest team; half of them are in one repository.</summary>
    public required int LargestTeam { get; init; }

    /// <summary>Characters of a body on average; 1,172 is what real ones have.</summary>
    public required int MeanBody { get; init; }

    /// <summary>Days of coverage history.</summary>
    public required int HistoryDays { get; init; }

    /// <summary>The same seed, the same ledger, but for the times that depend on when it was written.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Live runs at most, each of another team.</summary>
    public int LiveRuns { get; init; } = 20;

    /// <summary>The size at which pages are measured.</summary>
    public static LedgerShape Million { get; } =
        new()
        {
            PullRequests = 1_000_000,
            Teams = 200,
            LargestTeam = 300_000,
            MeanBody = 1_172,
            HistoryDays = 400,
        };

    /// <summary>Large enough for the planner to prefer indexes, small enough for a test.</summary>
    public static LedgerShape ForPlans { get; } =
        new()
        {
            PullRequests = 50_000,
            Teams = 40,
            LargestTeam = 15_000,
            MeanBody = 300,
            HistoryDays = 60,
        };
}
