using GroqBatch.Core.Runs;

namespace GroqBatch.Data.Runs;

/// <summary>
/// A page of a run's requests, put together from fixed pieces so that each filter gets its plan. Raw, because EF has no row comparison and no
/// LATERAL.
/// </summary>
internal static class RequestListSql
{
    private static string Condition(RequestListQuery query) =>
        (query.Pass is null ? "" : " and pass_ordinal = @pass")
        + query.Selection switch
        {
            RequestSelection.Succeeded => " and outcome = 'succeeded'",
            RequestSelection.Recovered => " and outcome = 'succeeded' and pass_ordinal > 1",
            RequestSelection.Failed => " and outcome = 'failed'",
            RequestSelection.FinalFailures => " and outcome = 'failed' and is_final",
            RequestSelection.Open => " and outcome is null",
            _ => "",
        }
        + (query.Code is null ? "" : " and outcome = 'failed' and failure_code = @code")
        + (query.Code is null || query.Message is null ? "" : " and message_key = @message");

    /// <summary>
    /// The unique index (run_id, pass_ordinal, pull_request_id) gives the order, <c>ix_requests_failed</c> the failures; either way only requests of
    /// this run are read, one page of them, or the search's budget. Pull requests and attempts are found by their keys, one for each row: <c>offset
    /// 0</c> keeps the planner from reading all pull requests for the sake of a search's ten thousand. What is looked through is not materialised: it
    /// keeps its order, so that a search ends with the row that fills the page.
    /// </summary>
    /// <remarks>The last two columns say where the search stopped: they are of the last request that was looked at, when the budget was used up.</remarks>
    public static string Read(RequestListQuery query)
    {
        var isBackwards = query.Before is not null;
        string OrderOf(string rows) =>
            isBackwards ? $"{rows}pass_ordinal desc, {rows}pull_request_id desc" : $"{rows}pass_ordinal, {rows}pull_request_id";
        var from = (isBackwards, query.After) switch
        {
            (true, _) => " and (pass_ordinal, pull_request_id) < (@from_pass, @from_id)",
            (false, not null) => " and (pass_ordinal, pull_request_id) > (@from_pass, @from_id)",
            _ => "",
        };
        var isSearch = query.Search.Length > 0;
        return $"""
            with looked as not materialized (
                select * from groqbatch.requests
                where run_id = @run{Condition(query)}{from}
                order by {OrderOf("")}
                limit {(isSearch ? "@budget" : "@take + 1")}
            ), found as (
                select request.*, pull_request.repository, pull_request.number, pull_request.title, pull_request.url
                from looked request
                cross join lateral (select repository, number, title, url from groqbatch.pull_requests
                                    where id = request.pull_request_id offset 0) pull_request
                {(
                isSearch
                    ? "where pull_request.number = @number or strpos(lower(pull_request.title), lower(@search)) > 0"
                    : ""
            )}
                order by {OrderOf("request.")}
                limit @take + 1
            )
            select request.pass_ordinal, pass.model, request.pull_request_id, request.repository, request.number, request.title, request.url,
                   request.outcome, request.failure_code, request.message, request.is_final, request.batch_id is not null, request.resolved_at,
                   spent.attempts, spent.prompt_tokens, spent.completion_tokens, spent.cost, spent.is_unknown
            from found request
            join groqbatch.passes pass on pass.run_id = request.run_id and pass.ordinal = request.pass_ordinal
            cross join lateral (
                select count(*)::int as attempts, sum(prompt_tokens)::bigint as prompt_tokens, sum(completion_tokens)::bigint as completion_tokens,
                       sum(cost) as cost, coalesce(bool_or(cost is null and outcome in ('succeeded', 'failed')), false) as is_unknown
                from groqbatch.attempts where request_id = request.id
            ) spent
            order by {OrderOf("request.")};

            {(
                isSearch
                    ? $"""
                    select pass_ordinal, pull_request_id from groqbatch.requests
                    where run_id = @run{Condition(query)}{from}
                    order by {OrderOf("")}
                    offset @budget - 1 limit 1;
                    """
                    : ""
            )}
            """;
    }

    /// <summary>How many there are without a search, from counters.</summary>
    public static string Total(RequestListQuery query)
    {
        var ofPass = query.Pass is null ? "" : " and ordinal = @pass";
        return (query.Code, query.Selection) switch
        {
            (not null, RequestSelection.Succeeded or RequestSelection.Recovered or RequestSelection.Open) => "select 0, now()",
            (not null, var selection) => $"""
                select coalesce(sum({(selection == RequestSelection.FinalFailures ? "final" : "requests")}), 0)::int, now()
                from groqbatch.failure_groups
                where run_id = @run{ofPass} and code = @code{(query.Message is null ? "" : " and message_key = @message")}
                """,
            (null, RequestSelection.FinalFailures) => $"""
                select coalesce(sum(final), 0)::int, now() from groqbatch.pass_failures where run_id = @run{ofPass}
                """,
            (null, RequestSelection.Recovered) => $"""
                select coalesce(sum(succeeded), 0)::int, now() from groqbatch.passes where run_id = @run and ordinal > 1{ofPass}
                """,
            (null, var selection) =>
                $"""
                select coalesce(sum({selection switch
                {
                    RequestSelection.Succeeded => "succeeded",
                    RequestSelection.Failed => "failed",
                    RequestSelection.Open => "requests - succeeded - failed",
                    _ => "requests",
                }}), 0)::int, now()
                from groqbatch.passes where run_id = @run{ofPass}
                """,
        };
    }
}
