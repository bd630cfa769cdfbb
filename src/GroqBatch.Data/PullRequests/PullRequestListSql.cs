using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Data.PullRequests;

/// <summary>Raw, because EF can't say LATERAL, and the order and the direction of a page are pieces of the statement.</summary>
internal static class PullRequestListSql
{
    private const string Columns = """
        pr.id, pr.repository, pr.number, pr.title, pr.url, pr.author_login, page.state, page.failure_code, page.parked_reason, pr.changed_files,
        pr.additions, pr.deletions, pr.created_at, pr.merged_at
        """;

    private const string Found = "state.pull_request_id, state.created_at, state.state, state.failure_code, state.parked_reason";

    /// <summary>
    /// One page without a search. The counters say in which months there are rows, so that only as many months are looked into as the page needs,
    /// each by the index (provider, team, state, created): a repository with a dozen rows in a team of a million costs a dozen.
    /// </summary>
    public static string Page(PullRequestListQuery query)
    {
        var (direction, beyond) = query.IsBackwards ? ("asc", ">") : ("desc", "<");
        var order = $"created_at {direction}, pull_request_id {direction}";
        return $"""
            with counted as (
                select counter.month, sum({Sum(query.Filter)}) as rows
                from groqbatch.coverage_by_month counter
                where counter.provider = @provider and counter.team_id = @team{Where(query)}
                group by counter.month
                having sum({Sum(query.Filter)}) > 0
            ), walked as (
                select month, coalesce(sum({OfMonth(query)}) over (order by month {direction}
                                                                  rows between unbounded preceding and 1 preceding), 0) as before
                from counted
            ), page as (
                select found.*
                from (select month from walked where before <= @take) needed
                cross join unnest(@filter_states::text[]) wanted (state)
                cross join lateral (
                    select {Found}
                    from groqbatch.pull_request_states state
                    where state.provider = @provider and state.team_id = @team and state.state = wanted.state
                      and state.created_at >= needed.month::timestamp at time zone 'UTC'
                      and state.created_at < (needed.month + interval '1 month') at time zone 'UTC'
                      {(
                query.Filter.Repository is null ? "" : "and state.repository = @filter_repository"
            )}
                      {Beyond(query, beyond)}
                    order by state.created_at {direction}, state.pull_request_id {direction}
                    limit @take
                ) found
                order by {order}
                limit @take
            )
            select {Columns}
            from page join groqbatch.pull_requests pr on pr.id = page.pull_request_id
            order by page.created_at {direction}, page.pull_request_id {direction}
            """;
    }

    /// <summary>
    /// Among the newest rows only, without an index of words: a word that many titles have fills a page from these.
    /// </summary>
    public static string PageOfCommonWords(PullRequestListQuery query)
    {
        var (direction, beyond) = query.IsBackwards ? ("asc", ">") : ("desc", "<");
        return $"""
            with near as (
                select found.*
                from unnest(@filter_states::text[]) wanted (state)
                cross join lateral (
                    select {Found}
                    from groqbatch.pull_request_states state
                    where state.provider = @provider and state.team_id = @team and state.state = wanted.state {Place(
                query
            )} {Beyond(query, beyond)}
                    order by state.created_at {direction}, state.pull_request_id {direction}
                    limit @near
                ) found
                order by created_at {direction}, pull_request_id {direction}
                limit @near
            )
            select {Columns}
            from near page join groqbatch.pull_requests pr on pr.id = page.pull_request_id
            where {PullRequestFilterSql.Words} @@ to_tsquery('simple', @filter_words)
            order by page.created_at {direction}, page.pull_request_id {direction}
            limit @take
            """;
    }

    /// <summary>One page of any filter: what has the words is found by the index ix_pull_requests_words.</summary>
    public static string PageByCondition(PullRequestListQuery query)
    {
        var (direction, beyond) = query.IsBackwards ? ("asc", ">") : ("desc", "<");
        return $"""
            with page as (
                select {Found}
                from groqbatch.pull_request_states state
                where state.provider = @provider and state.team_id = @team{PullRequestFilterSql.Condition(query.Filter)} {Beyond(
                query,
                beyond
            )}
                order by state.created_at {direction}, state.pull_request_id {direction}
                limit @take
            )
            select {Columns}
            from page join groqbatch.pull_requests pr on pr.id = page.pull_request_id
            order by page.created_at {direction}, page.pull_request_id {direction}
            """;
    }

    /// <summary>How many match, by the counters; and the time.</summary>
    public static string Count(PullRequestFilter filter) =>
        $"""
            select coalesce(sum({Sum(filter)}), 0)::int, now()
            from groqbatch.coverage_by_month counter
            where counter.provider = @provider and counter.team_id = @team{Where(filter)}
            """;

    /// <summary>How many match, up to a number beyond which nobody counts; and the time.</summary>
    public static string CountByCondition(PullRequestFilter filter) =>
        $"""
            select count(*)::int, now()
            from (select 1 from groqbatch.pull_request_states state
                  where state.provider = @provider and state.team_id = @team{PullRequestFilterSql.Condition(filter)} limit @most) counted
            """;

    /// <summary>Everything that matches.</summary>
    public static string Stream(PullRequestFilter filter) =>
        $"""
            select {Columns}
            from (select {Found}
                  from groqbatch.pull_request_states state
                  where state.provider = @provider and state.team_id = @team{PullRequestFilterSql.Condition(filter)}) page
            join groqbatch.pull_requests pr on pr.id = page.pull_request_id
            order by page.created_at desc, page.pull_request_id desc
            """;

    private static string Sum(PullRequestFilter filter) =>
        string.Join(
            " + ",
            (filter.States.Count == 0 ? CoverageStates.All : filter.States).Select(state =>
                state == CoverageState.Summarised ? "counter.summarised_first + counter.recovered" : $"counter.{state.ToWire()}"
            )
        );

    private static string Where(PullRequestFilter filter) =>
        (filter.Repository is null ? "" : " and counter.repository = @filter_repository")
        + (filter.Month is null ? "" : " and counter.month = (@filter_from at time zone 'UTC')::date");

    private static string Where(PullRequestListQuery query) =>
        Where(query.Filter)
        + (
            query.Beyond is null
                ? ""
                : $" and counter.month {(query.IsBackwards ? ">=" : "<=")} date_trunc('month', @beyond_at at time zone 'UTC')::date"
        );

    // Of the month that the page begins in, nobody knows how many rows lie beyond that place.
    private static string OfMonth(PullRequestListQuery query) =>
        query.Beyond is null ? "rows" : "case when month = date_trunc('month', @beyond_at at time zone 'UTC')::date then 0 else rows end";

    private static string Beyond(PullRequestListQuery query, string beyond) =>
        query.Beyond is null ? "" : $"and (state.created_at, state.pull_request_id) {beyond} (@beyond_at, @beyond_id)";

    private static string Place(PullRequestListQuery query) =>
        (query.Filter.Repository is null ? "" : "and state.repository = @filter_repository ")
        + (query.Filter.Month is null ? "" : "and state.created_at >= @filter_from and state.created_at < @filter_to");
}
