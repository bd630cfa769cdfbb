using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Data.FailureGroups;
using GroqBatch.Data.PullRequests;

namespace GroqBatch.Data.Runs;

/// <summary>Raw, because EF has no INSERT … SELECT, no common table expressions that write and no guarded UPDATE … RETURNING.</summary>
internal static class RunSql
{
    /// <summary>
    /// The one condition by which runs select: it counts, it lists, and it claims. Put together from fixed pieces, so that the plan of each
    /// kind of selection can use its index. Parameters: provider, team, states, retry_of, codes, only, message, pass, model, since, and those of
    /// the filter.
    /// </summary>
    private static string Candidates(RunSelection selection, bool withClaimed = false) =>
        "from groqbatch.pull_request_states state where state.provider = @provider and state.team_id = @team"
        + (
            selection switch
            {
                { PullRequestId: not null } => " and state.pull_request_id = @only and state.is_eligible",
                { Filter: { } filter } => Matching(filter, withClaimed),
                _ => $" and state.state = any(@states{(withClaimed ? " || '{in_flight}'::text[]" : "")})",
            }
        )
        + (
            selection switch
            {
                { RetryOf: not null } => $"""
                     and exists (select 1 from groqbatch.requests failed
                                where failed.run_id = @retry_of and failed.pull_request_id = state.pull_request_id and failed.is_final
                                  and (cardinality(@codes) = 0 or failed.failure_code = any(@codes))
                                  {(selection.Failures?.Message is null ? "" : "and failed.message_key = @message")}
                                  {(selection.Failures?.Pass is null ? "" : "and failed.pass_ordinal = @pass")})
                    """,
                { Failures: { } filter } =>
                    $"""
                     and state.failure_group_id in (select failed.id from groqbatch.failure_groups failed
                                                   where failed.provider = @provider and failed.team_id = @team and {FailureGroupSql.Matching(
                        filter
                    )})
                    """,
                _ => "",
            }
        );

    // What can't be sent is left out whatever was wished for; what another run has is counted where it was wished for.
    private static string Matching(PullRequestFilter filter, bool withClaimed) =>
        filter.Sendable() is { } sendable
            ? PullRequestFilterSql.Condition(
                sendable,
                withClaimed && (filter.States.Count == 0 || filter.States.Contains(CoverageState.InFlight))
            ) + " and state.is_eligible"
            : " and false";

    private const string Unclaimed = """
        and not exists (select 1 from groqbatch.claims claim where claim.pull_request_id = state.pull_request_id)
        """;

    private const string Order = "order by state.created_at desc, state.pull_request_id desc";

    public static string Count(RunSelection selection) =>
        $"""
            select count(*)::int, coalesce(sum(prompt_bytes), 0)::bigint,
                   (select count(*)::int {Candidates(
                selection,
                withClaimed: true
            )} and exists (select 1 from groqbatch.claims claim where claim.pull_request_id = state.pull_request_id)),
                   (count(*) filter (where sized.state in ('stale', 'summarised')))::int, min(sized.id) filter (where sized.position = 1)
            from (select pull_request.id, pull_request.prompt_bytes, selected.state, selected.position
                  from (select state.pull_request_id, state.state, row_number() over ({Order}) as position
                        {Candidates(selection)} {Unclaimed} {Order} limit @limit) selected
                  join groqbatch.pull_requests pull_request on pull_request.id = selected.pull_request_id) sized
            """;

    /// <summary>In the order of <see cref="Select"/>; ends with the last that is asked for.</summary>
    public static string List(RunSelection selection) =>
        $"""
            select pull_request.id, pull_request.repository, pull_request.number, pull_request.title, pull_request.created_at, pull_request.prompt_bytes
            from (select state.pull_request_id, state.created_at {Candidates(selection)} {Unclaimed} {Order}
                  offset @skip limit least(@take, greatest(@limit - @skip, 0))) selected
            join groqbatch.pull_requests pull_request on pull_request.id = selected.pull_request_id
            order by selected.created_at desc, selected.pull_request_id desc
            """;

    /// <summary>
    /// A table of its own, to be analysed: after a first import the server takes everything for one row, and <see cref="Plan"/>'s joins would compare each
    /// with each.
    /// </summary>
    public static string Select(RunSelection selection) =>
        $"""
            create temporary table selected on commit drop as
            select state.pull_request_id, (row_number() over ({Order}))::int as position {Candidates(
                selection
            )} {Unclaimed} {Order} limit @limit
            """;

    public const string Plan = """
        with claimed as (
            insert into groqbatch.claims (pull_request_id, run_id)
            select pull_request_id, @run from selected
            on conflict do nothing
            returning pull_request_id
        ), made as (
            insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
            select @run, 1, selected.pull_request_id, selected.position, false, 0
            from selected join claimed on claimed.pull_request_id = selected.pull_request_id
            returning pull_request_id
        ), marked as (
            update groqbatch.pull_request_states state set is_claimed = true
            from made where state.provider = @provider and state.pull_request_id = made.pull_request_id
        )
        select count(*)::int from made
        """;

    public const string Create = """
        insert into groqbatch.runs (id, team_id, provider, state, reason, scope_limit, with_fallback, include_stale, retry_codes,
                                    only_pull_request_id, filter, ladder, prompt_version, settings, estimate, parent_run_id, request_key, started_by,
                                    hold_after_pass, is_canary_decided, failure_filter, selected, succeeded)
        values (@id, @team, @provider, 'Queued', @reason, @limit, @with_fallback, @include_stale, @codes, @only, @filter, @ladder, @prompt_version,
                @settings, @estimate, @retry_of, @request_key, @started_by, @hold_after_pass, @canary_decided, @failure_filter,
                0, 0)
        on conflict (request_key) do nothing
        """;

    /// <summary>By ix_runs_team_id_created_at; what waits is among a team's latest.</summary>
    public const string FindWaiting = """
        select run.id
        from groqbatch.runs run
        where run.team_id = @team and run.provider = @provider and run.planned_at is null and run.state = 'Queued'
          and run.parent_run_id is not distinct from @retry_of and run.only_pull_request_id is not distinct from @only
          and run.retry_codes = @codes and run.failure_filter is not distinct from @failure_filter and run.ladder = @ladder
        order by run.created_at
        limit 1
        """;

    public const string Find = """
        select run.id, run.team_id, team.slug, run.provider, run.state, run.scope_limit, run.with_fallback, run.include_stale, run.ladder::text,
               run.prompt_version, run.settings::text, run.estimate::text, run.parent_run_id, run.started_by, run.created_at, run.planned_at,
               run.ended_at, run.cancel_requested_at, run.selected, run.reason, run.hold_after_pass, run.retry_codes, run.only_pull_request_id,
               run.is_canary_decided, run.filter::text, run.failure_filter::text
        from groqbatch.runs run join groqbatch.teams team on team.id = run.team_id
        where run.id = @run
        """;

    /// <summary>
    /// The live runs, and those that have ended while a batch of theirs had not: whether it exists is still to be settled, it is still to be
    /// cancelled, or what it answers is still to be saved.
    /// </summary>
    public const string Live = """
        select id from groqbatch.runs
        where provider = @provider and state in ('Queued', 'Running', 'Held', 'NeedsAttention', 'Cancelling')
        union
        select run_id from groqbatch.batches where provider = @provider and state in ('Planned', 'Uploaded', 'Ended')
        union
        select batch.run_id
        from groqbatch.batches batch join groqbatch.runs run on run.id = batch.run_id
        where batch.provider = @provider and batch.state = 'Submitted' and batch.cancel_requested_at is null and run.state = 'Cancelled'
        order by 1
        """;

    public const string LockPasses = "select 1 from groqbatch.passes where run_id = @run for update";

    public const string FirstPass = """
        insert into groqbatch.passes (run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                      unknown_requests)
        values (@run, 1, @model, @replaced, 0, 0, 0, 0, 0, 0, 0)
        on conflict do nothing
        """;

    public const string Move = """
        update groqbatch.runs
        set state = @to, reason = @reason,
            is_canary_decided = is_canary_decided or @decide_canary,
            hold_after_pass = case when @clear_hold then null else hold_after_pass end,
            cancel_requested_at = case when @to = 'Cancelling' then now() else cancel_requested_at end,
            ended_at = case when @to in ('Completed', 'CompletedWithFailures', 'Cancelled') then now() else ended_at end
        where id = @run and state = any(@expected)
        """;

    public const string AddEvent = """
        insert into groqbatch.run_events (run_id, actor, subject, batch_id, pass, from_state, to_state, reason)
        values (@run, @actor, @subject, @batch, @pass, @from, @to, @reason)
        returning id
        """;

    public const string Progress = """
        select pass.ordinal, pass.requests, pass.succeeded, pass.failed,
               (select count(*)::int from groqbatch.requests request
                where request.run_id = pass.run_id and request.pass_ordinal = pass.ordinal
                  and request.outcome is null and request.batch_id is null)
        from groqbatch.passes pass where pass.run_id = @run order by pass.ordinal
        """;

    public const string PassesWithWaiting = """
        select distinct pass_ordinal from groqbatch.requests where run_id = @run and outcome is null and batch_id is null
        """;

    public const string PassesWithOpen = """
        select ordinal from groqbatch.passes where run_id = @run and requests > succeeded + failed
        """;

    public const string WaitingToResolutions = """
        insert into resolutions (request_id, pull_request_id, position, action, code, message, ran, next_pass)
        select id, pull_request_id, position, 'final', @code, @message, 0, null
        from groqbatch.requests
        where run_id = @run and pass_ordinal = @pass and outcome is null and batch_id is null
        """;

    public const string OpenToResolutions = """
        insert into resolutions (request_id, pull_request_id, position, action, code, message, ran, next_pass)
        select id, pull_request_id, position, 'final', @code, @message, 0, null
        from groqbatch.requests
        where run_id = @run and pass_ordinal = @pass and outcome is null
        """;

    public const string GiveClaimsBack = """
        with given as (delete from groqbatch.claims where run_id = @run returning pull_request_id)
        update groqbatch.pull_request_states state set is_claimed = false
        from given where state.provider = @provider and state.pull_request_id = given.pull_request_id and state.is_claimed
        """;

    /// <summary>
    /// The passes of a run beside a recount of its requests, and the run's own figures with each; where it has no pass, those alone.
    /// </summary>
    public const string Recount = """
        select pass.ordinal, pass.requests, pass.succeeded, pass.failed,
               count(request.id)::int, (count(request.id) filter (where request.outcome = 'succeeded'))::int,
               (count(request.id) filter (where request.outcome = 'failed'))::int,
               (count(request.id) filter (where request.is_final))::int,
               coalesce((select sum(failure.final) from groqbatch.pass_failures failure
                         where failure.run_id = pass.run_id and failure.ordinal = pass.ordinal), 0)::int,
               coalesce((select sum(failure.requests) from groqbatch.pass_failures failure
                         where failure.run_id = pass.run_id and failure.ordinal = pass.ordinal), 0)::int,
               coalesce((select sum(failed.requests) from groqbatch.failure_groups failed
                         where failed.run_id = pass.run_id and failed.ordinal = pass.ordinal), 0)::int,
               coalesce((select sum(failed.final) from groqbatch.failure_groups failed
                         where failed.run_id = pass.run_id and failed.ordinal = pass.ordinal), 0)::int,
               run.selected, run.succeeded
        from groqbatch.runs run
        left join groqbatch.passes pass on pass.run_id = run.id
        left join groqbatch.requests request on request.run_id = pass.run_id and request.pass_ordinal = pass.ordinal
        where run.id = @run
        group by pass.run_id, pass.ordinal, pass.requests, pass.succeeded, pass.failed, run.selected, run.succeeded
        order by pass.ordinal
        """;
}
