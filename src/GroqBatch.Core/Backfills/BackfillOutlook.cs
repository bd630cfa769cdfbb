using System.Collections.Concurrent;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Backfills;

/// <summary>
/// What an estimate stands on, read once: each change of a choice is then answered by computing alone. Where no more is chosen than was looked at,
/// its sizes are exact; beyond that the rest is taken to be as large as what was seen of it.
/// </summary>
public sealed record BackfillOutlook
{
    private const int DrawsOfAll = 10 * Forecast.FullDraws;
    private const int LeastDraws = 200;

    // With the past in its key: a copy of this record may have another.
    private readonly ConcurrentDictionary<(IReadOnlyList<PastPass>, Ladder, bool), ForecastBasis> _bases = new();

    /// <summary>The active provider.</summary>
    public required string Provider { get; init; }

    /// <summary>In the order of their names.</summary>
    public required IReadOnlyList<TeamOutlook> Teams { get; init; }

    /// <summary>What earlier runs took.</summary>
    public required IReadOnlyList<PastPass> Past { get; init; }

    /// <summary>Lines in a batch's file at most.</summary>
    public required int MaxRequestsPerBatch { get; init; }

    /// <summary>Bytes in a batch's file at most.</summary>
    public required long MaxBatchBytes { get; init; }

    /// <summary>The provider's time for a batch, such as <c>24h</c>.</summary>
    public required string CompletionWindow { get; init; }

    /// <summary>How many of the latest runs the past was read from.</summary>
    public int PastRuns => Past.Select(pass => pass.RunId).Distinct().Count();

    /// <summary>Teams that climb the same ladder, together: one group unless teams have ladders of their own.</summary>
    public IReadOnlyList<IReadOnlyList<TeamOutlook>> ByLadder =>
        [
            .. Teams
                .GroupBy(team =>
                    (
                        IsOwn: team.Ladder.Owner is not null,
                        string.Join('\n', team.Ladder.Rungs.Select(rung => $"{rung.Model} {rung.Replaced}"))
                    )
                )
                .Select(group => (IReadOnlyList<TeamOutlook>)[.. group]),
        ];

    /// <summary>What a run of a team is likely to take. With many teams each is drawn less often: all of them are computed with each change.</summary>
    public Estimate EstimateOf(TeamOutlook team, StartRun request)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(request);
        var count = team.CountOf(request.Limit, request.IncludeStale);
        var ladder = team.LadderOf(request.WithFallback);
        string[] strong = [.. ladder.Rungs.Skip(1).Select(rung => rung.Model)];
        var basis = _bases.GetOrAdd((Past, team.Ladder, request.WithFallback), _ => ForecastBasis.Of(ladder, strong, Past));
        return Forecast.Of(
            new ForecastQuestion
            {
                Selected = count.Selected,
                Refreshed = count.Stale,
                PromptBytes = count.PromptBytes,
                Ladder = ladder,
                StrongModels = strong,
                Past = Past,
                Coverage = team.Counts,
                Goal = team.Team.Goal,
                MaxRequestsPerBatch = MaxRequestsPerBatch,
                MaxBatchBytes = MaxBatchBytes,
                CompletionWindow = CompletionWindow,
                Draws = Math.Clamp(DrawsOfAll / Teams.Count, LeastDraws, Forecast.FullDraws),
            },
            basis
        );
    }
}

/// <summary>A team in a <see cref="BackfillOutlook"/>.</summary>
/// <param name="Team">The team.</param>
/// <param name="Counts">Where it stands.</param>
/// <param name="Sizes">Of what it lacks.</param>
/// <param name="Ladder">What its runs climb, as it is resolved today, with its fallbacks.</param>
public sealed record TeamOutlook(Team Team, CoverageCounts Counts, BackfillSizes Sizes, Ladder Ladder)
{
    /// <summary>The ladder with or without its fallbacks.</summary>
    public Ladder LadderOf(bool withFallback) => withFallback ? Ladder : Ladder.WithoutFallback();

    /// <summary>What a full run takes.</summary>
    public int Missing => Counts.Pending + Counts.Failed;

    /// <summary>What a run would take, by the counters.</summary>
    /// <param name="limit">Newest first, at most this many; null: everything missing.</param>
    /// <param name="includeStale">Whether stale summaries are refreshed too.</param>
    public SelectionCount CountOf(int? limit, bool includeStale)
    {
        var stale = includeStale ? Counts.Stale : 0;
        var all = Missing + stale;
        var selected = Math.Min(limit ?? all, all);
        var refreshed = all == 0 ? 0 : (int)Math.Round((double)selected * stale / all);
        return new SelectionCount(selected, Counts.InFlight, BytesOf(selected)) { Stale = refreshed };
    }

    private long BytesOf(int selected)
    {
        var seen = Math.Min(selected, Sizes.Newest.Count);
        var bytes = Sizes.Newest.Take(seen).Sum(size => (long)size);
        if (selected == seen)
        {
            return bytes;
        }

        // Those between the newest and the oldest that were looked at lie between both in size as well, as far as anybody knows.
        var newest = seen == 0 ? Sizes.OldestMean ?? 0 : (double)bytes / seen;
        return bytes + (long)((selected - seen) * (newest + (Sizes.OldestMean ?? newest)) / 2);
    }
}
