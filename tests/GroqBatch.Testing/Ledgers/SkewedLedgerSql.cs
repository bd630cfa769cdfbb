using System.Globalization;

namespace GroqBatch.Testing.Ledgers;

internal static class SkewedLedgerSql
{
    private static readonly string[] Sequenced = ["teams", "pull_requests", "requests", "attempts", "summaries"];

    /// <summary>Coverage that has grown to what it is today, a point a day and team.</summary>
    public static string History(int days) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed, parked,
                                                    pending, goal)
            select provider, team_id, now() - day * interval '1 day', excluded, (summarised_first * (1 - day / {2 * days}.0))::int,
                   (recovered * (1 - day / {2 * days}.0))::int, stale, 0, failed, parked,
                   pending + in_flight + (summarised_first * (day / {2 * days}.0))::int, 0.95
            from groqbatch.coverage_by_team cross join generate_series(0, {days - 1}) day
            order by day desc, team_id
            """
        );

    /// <summary>Counters of failures by code and message, and the last failure of each pull request that has no summary.</summary>
    public const string FailureGroups = """
        insert into groqbatch.failure_groups (run_id, ordinal, code, message_key, message, provider, team_id, model, requests, final, first_at, last_at)
        select run.id, pass.ordinal, request.failure_code, request.message_key, groqbatch.folded_message(coalesce(min(request.message), '')),
               run.provider, run.team_id, pass.model, count(*), count(*) filter (where request.is_final),
               coalesce(min(request.resolved_at), run.created_at), coalesce(max(request.resolved_at), run.created_at)
        from groqbatch.requests request
        join groqbatch.runs run on run.id = request.run_id
        join groqbatch.passes pass on pass.run_id = run.id and pass.ordinal = request.pass_ordinal
        where request.outcome = 'failed'
        group by run.id, pass.ordinal, request.failure_code, request.message_key, pass.model;

        update groqbatch.pull_request_states state set failure_group_id = latest.id
        from (
            select distinct on (request.pull_request_id) run.provider, request.pull_request_id, failed.id
            from groqbatch.requests request
            join groqbatch.runs run on run.id = request.run_id
            join groqbatch.failure_groups failed
              on failed.run_id = request.run_id and failed.ordinal = request.pass_ordinal and failed.code = request.failure_code
             and failed.message_key = request.message_key
            where request.outcome = 'failed' and request.is_final
            order by request.pull_request_id, request.resolved_at desc nulls last, request.id desc
        ) latest
        where state.provider = latest.provider and state.pull_request_id = latest.pull_request_id and state.has_failed
        """;

    /// <summary>How each run ended.</summary>
    public const string Notifications = """
        insert into groqbatch.notifications (kind, provider, team_id, run_id, actor, reason, figures, dedupe_key, at)
        select 'Run' || state, provider, team_id, id, 'pipeline', reason, jsonb_build_object('selected', selected, 'succeeded', succeeded),
               'run-event:' || id, ended_at
        from groqbatch.runs where state in ('Completed', 'CompletedWithFailures', 'Cancelled') and ended_at is not null order by ended_at
        """;

    /// <summary>Who started what.</summary>
    public const string Audit = """
        insert into groqbatch.audit_events (at, actor, origin, action, target, after)
        select created_at, started_by, 'web from 127.0.0.1', 'run.start', id::text, jsonb_build_object('selected', selected)
        from groqbatch.runs order by created_at
        """;

    /// <summary>The event behind each verdict that stands.</summary>
    public const string LinkVerdicts = """
        update groqbatch.sample_items item set verdict_id = verdict.id
        from groqbatch.verdicts verdict
        where verdict.sample_id = item.sample_id and verdict.position = item.position and item.verdict is not null and item.verdict_id is null
        """;

    /// <summary>What comes next must not take an id that was given here.</summary>
    public static string Sequences { get; } =
        string.Join(
            ";\n",
            Sequenced.Select(table =>
                $"select setval(pg_get_serial_sequence('groqbatch.{table}', 'id'), (select coalesce(max(id), 1) from groqbatch.{table}))"
            )
        );
}
