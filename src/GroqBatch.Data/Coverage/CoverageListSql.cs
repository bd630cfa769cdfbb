using GroqBatch.Core.Coverage;

namespace GroqBatch.Data.Coverage;

/// <summary>Raw, because EF can't say LATERAL, and an order that a reader chose is a column's name.</summary>
internal static class CoverageListSql
{
    private static readonly string Buckets = string.Join(
        ", ",
        CoverageSql.Buckets.Select(bucket => $"coalesce(counter.{bucket}, 0) as {bucket}")
    );

    private static readonly string PageBuckets = string.Join(", ", CoverageSql.Buckets.Select(bucket => $"page.{bucket}"));

    private const string Matches = "($1::text is null or strpos(lower(team.name), lower($1)) > 0 or strpos(team.slug, lower($1)) > 0)";

    // The same sums as in CoverageCounts; what is missing is rounded up there and here alike.
    private const string Covered = "(summarised_first + recovered + stale)";
    private const string Eligible = "(summarised_first + recovered + stale + in_flight + failed + parked + pending)";

    /// <summary>How many teams match.</summary>
    public const string Count = $"select count(*)::int, now() from groqbatch.teams team where {Matches}";

    /// <summary>
    /// One page of them. The latest run is found by ix_runs_team_id_created_at, for the teams of the page only, unless
    /// it is what the page is sorted by; a pass by its primary key.
    /// </summary>
    public static string Read(CoverageSort sort, bool isDescending) =>
        $"""
            with counted as (
                select team.id, team.slug, team.name, team.goal, team.is_sample, team.ladder, {Buckets}
                from groqbatch.teams team
                left join groqbatch.coverage_by_team counter on counter.team_id = team.id and counter.provider = $2
                where {Matches}
            ), page as (
                select counted.*, row_number() over (order by {OrderOf(sort, isDescending)}) as place
                from counted
                order by place
                offset $3 limit $4
            )
            select page.id, page.slug, page.name, page.goal, page.is_sample, {PageBuckets},
                   {LastRunSql.Columns}, page.ladder
            from page
            {LastRunSql.Of("page.id", "$2")}
            order by page.place
            """;

    /// <summary>
    /// For each day and team one step back in the index (provider, team_id, taken_at). Days by number: how many rows a series of dates has is not known to
    /// the planner, which takes a thousand for granted and compiles the statement, for ten times what it takes to run it.
    /// </summary>
    public const string Days = """
        select $2::date + day.number, sum(history.summarised_first + history.recovered + history.stale)::bigint,
               sum(history.summarised_first + history.recovered + history.stale + history.in_flight + history.failed + history.parked
                   + history.pending)::bigint,
               count(*)::int
        from generate_series(0, $3::int) day(number)
        cross join groqbatch.teams team
        cross join lateral (
            select taken.*
            from groqbatch.coverage_history taken
            where taken.provider = $1 and taken.team_id = team.id and taken.taken_at < ($2::date + day.number + 1)::timestamp at time zone 'UTC'
            order by taken.taken_at desc
            limit 1
        ) history
        group by day.number
        order by day.number
        """;

    /// <summary>Which teams there are, in one word.</summary>
    public const string TeamSet = "select coalesce(md5(string_agg(team.id::text, ',' order by team.id)), '') from groqbatch.teams team";

    private static string OrderOf(CoverageSort sort, bool isDescending)
    {
        var direction = isDescending ? "desc" : "asc";
        var column = sort switch
        {
            CoverageSort.Missing => $"greatest(0, ceil(goal * {Eligible} - 1e-6) - {Covered})",
            CoverageSort.Name => "lower(name)",
            CoverageSort.Share => $"case when {Eligible} = 0 then 1 else {Covered}::double precision / {Eligible} end",
            CoverageSort.Eligible => Eligible,
            CoverageSort.Excluded => "excluded",
            CoverageSort.Total => $"({Eligible} + excluded)",
            CoverageSort.Failed => "(failed + parked)",
            CoverageSort.LastRun =>
                "(select max(run.created_at) from groqbatch.runs run where run.team_id = counted.id and run.provider = $2)",
            _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "Unknown order."),
        };
        // Teams that are even stand in the order of their names, whichever way the column goes.
        return $"{column} {direction} nulls last, lower(name), id";
    }
}
