using GroqBatch.Core.Coverage;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Teams;

/// <summary>What a team's runs of some time came to.</summary>
public sealed record TeamRunTotals
{
    /// <summary>Runs that were started in that time.</summary>
    public int Runs { get; init; }

    /// <summary>Of those, the ones that are still live.</summary>
    public int Live { get; init; }

    /// <summary>Pull requests with a summary of one of these runs; one that two of them summarised counts twice.</summary>
    public long Succeeded { get; init; }

    /// <summary>By rung, then by model.</summary>
    public IReadOnlyList<RungTotals> Rungs { get; init; } = [];

    /// <summary>Most failed requests first.</summary>
    public IReadOnlyList<CodeTotals> Failures { get; init; } = [];

    /// <summary>The latest run, whenever it was; null: it has had none.</summary>
    public LastRun? Last { get; init; }

    /// <summary>Requests of pass 1 whose outcome is the model's or the provider's.</summary>
    public long FirstPassTried => Rungs.Where(rung => rung.Ordinal == 1).Sum(rung => rung.Tried);

    /// <summary>Of those, the failed ones.</summary>
    public long FirstPassFailed => Rungs.Where(rung => rung.Ordinal == 1).Sum(rung => rung.TriedAndFailed);

    /// <summary>The first-pass failure rate: Wilson's interval, 95 %; null where nothing was tried, since nothing is known then.</summary>
    public Interval? FirstPassFailureRate => FirstPassTried == 0 ? null : Wilson.Of(FirstPassFailed, FirstPassTried);

    /// <summary>Failed on one rung, succeeded on a later one.</summary>
    public long Recovered => Rungs.Where(rung => rung.Ordinal > 1).Sum(rung => rung.Succeeded);

    /// <summary>Requests that no later rung tried in their run, cancelled ones included.</summary>
    public long FinalFailures => Failures.Sum(failure => failure.Final);

    /// <summary>Dollars booked, once per attempt.</summary>
    public decimal Cost => Rungs.Sum(rung => rung.Cost);

    /// <summary>Attempts whose cost is unknown: <see cref="Cost"/> is a lower bound when there are some.</summary>
    public long UnknownRequests => Rungs.Sum(rung => rung.UnknownRequests);

    /// <summary>Dollars booked per summary, failures' included; null without summaries, and where every attempt's cost is unknown.</summary>
    public decimal? CostPerSummary => Succeeded == 0 || (Cost == 0 && UnknownRequests > 0) ? null : Cost / Succeeded;
}

/// <summary>What a model came to on a rung, over several runs.</summary>
public sealed record RungTotals
{
    /// <summary>Counted from 1.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What the passes were sent to, or, where a model was replaced on the way, were sent to last.</summary>
    public required string Model { get; init; }

    /// <summary>Runs with a pass on it.</summary>
    public required int Runs { get; init; }

    public required long Requests { get; init; }
    public required long Succeeded { get; init; }
    public required long Failed { get; init; }

    /// <summary>Of the failed ones, those that were cancelled or never sent: no model had a part in that.</summary>
    public required long NotRun { get; init; }

    public required long PromptTokens { get; init; }
    public required long CompletionTokens { get; init; }

    /// <summary>Dollars booked.</summary>
    public required decimal Cost { get; init; }

    public required long UnknownRequests { get; init; }

    /// <summary>Requests with an outcome that is the model's or the provider's.</summary>
    public long Tried => Succeeded + Failed - NotRun;

    /// <summary>Of those, the failed ones.</summary>
    public long TriedAndFailed => Failed - NotRun;
}

/// <summary>How often a failure code came, over several runs.</summary>
/// <param name="Code">Why.</param>
/// <param name="Requests">Requests that failed with it, in any pass.</param>
/// <param name="Final">Of those, the ones that no later rung tried.</param>
public sealed record CodeTotals(FailureCode Code, long Requests, long Final);
