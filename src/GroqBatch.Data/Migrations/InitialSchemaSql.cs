namespace GroqBatch.Data.Migrations;

/// <summary>What the first migration needs and EF has no words for: triggers, the installation's row, the scheduler's schema.</summary>
internal static class InitialSchemaSql
{
    private static readonly string[] Buckets =
    [
        "excluded",
        "summarised_first",
        "recovered",
        "stale",
        "in_flight",
        "failed",
        "parked",
        "pending",
    ];

    private static string Columns => string.Join(", ", Buckets);
    private static string Sums => string.Join(", ", Buckets.Select(bucket => $"coalesce(sum(sign) filter (where bucket = '{bucket}'), 0)::int as {bucket}"));
    private static string Added => string.Join(", ", Buckets.Select(bucket => $"{bucket} = counter.{bucket} + delta.{bucket}"));
    private static string AddedOnConflict => string.Join(", ", Buckets.Select(bucket => $"{bucket} = counter.{bucket} + excluded.{bucket}"));
    private static string AnyMoved => string.Join(" or ", Buckets.Select(bucket => $"{bucket} <> 0"));

    /// <summary>
    /// The rows of a statement as signed buckets. <c>state</c> is the generated column, so counters follow what lists select by.
    /// </summary>
    private static string Moved(bool added, bool removed) =>
        string.Join(
            " union all ",
            new[] { (Use: added, Table: "added", Sign: "1"), (Use: removed, Table: "removed", Sign: "-1") }
                .Where(part => part.Use)
                .Select(part =>
                    $"""
                    select provider, team_id, repository, date_trunc('month', created_at at time zone 'UTC')::date as month,
                           case when state = 'summarised' then case when summary_rung > 1 then 'recovered' else 'summarised_first' end
                                else state end as bucket,
                           {part.Sign} as sign
                    from {part.Table}
                    """
                )
        );

    private static string Upsert(bool removed) =>
        $"""
            insert into groqbatch.coverage_by_team as counter (provider, team_id, {Columns})
            select * from (select provider, team_id, {Sums} from ({Moved(added: true, removed)}) moved group by provider, team_id) delta
            where {AnyMoved}
            order by provider, team_id
            on conflict (provider, team_id) do update set {AddedOnConflict};

            insert into groqbatch.coverage_by_month as counter (provider, team_id, repository, month, {Columns})
            select * from (select provider, team_id, repository, month, {Sums} from ({Moved(added: true, removed)}) moved
                           group by provider, team_id, repository, month) delta
            where {AnyMoved}
            order by provider, team_id, repository, month
            on conflict (provider, team_id, repository, month) do update set {AddedOnConflict};
            """;

    public static string Up =>
        $"""
            create schema if not exists quartz;

            insert into groqbatch.installation (id, installation_id) values (1, gen_random_uuid());

            -- Each pull request has a state for each provider this installation has worked with.
            create function groqbatch.pull_requests_inserted() returns trigger language plpgsql as $$
            begin
                insert into groqbatch.pull_request_states (provider, pull_request_id, team_id, repository, created_at, is_eligible, content_hash,
                                                           is_prompt_outdated, is_claimed, has_failed, is_parked)
                select provider.name, pull_request.id, pull_request.team_id, pull_request.repository, pull_request.created_at,
                       pull_request.is_eligible, pull_request.content_hash, false, false, false, false
                from added pull_request cross join groqbatch.providers provider;
                return null;
            end $$;

            create trigger pull_requests_inserted after insert on groqbatch.pull_requests
            referencing new table as added for each statement execute function groqbatch.pull_requests_inserted();

            create function groqbatch.pull_requests_updated() returns trigger language plpgsql as $$
            begin
                update groqbatch.pull_request_states state
                set created_at = pull_request.created_at, is_eligible = pull_request.is_eligible, content_hash = pull_request.content_hash
                from added pull_request
                where state.pull_request_id = pull_request.id
                  and (state.created_at, state.is_eligible, state.content_hash)
                      is distinct from (pull_request.created_at, pull_request.is_eligible, pull_request.content_hash);
                return null;
            end $$;

            create trigger pull_requests_updated after update on groqbatch.pull_requests
            referencing new table as added for each statement execute function groqbatch.pull_requests_updated();

            -- Counters. One statement adds up its own rows first, and takes the counters' locks in the order of their keys.
            create function groqbatch.coverage_counted() returns trigger language plpgsql as $$
            begin
                if tg_op = 'INSERT' then
            {Upsert(removed: false)}
                elsif tg_op = 'UPDATE' then
            {Upsert(removed: true)}
                else
                    -- No insert here: a team on its way out has lost its counters already.
                    update groqbatch.coverage_by_team counter set {Added}
                    from (select provider, team_id, {Sums} from ({Moved(added: false, removed: true)}) moved group by provider, team_id) delta
                    where counter.provider = delta.provider and counter.team_id = delta.team_id;

                    update groqbatch.coverage_by_month counter set {Added}
                    from (select provider, team_id, repository, month, {Sums} from ({Moved(added: false, removed: true)}) moved
                          group by provider, team_id, repository, month) delta
                    where counter.provider = delta.provider and counter.team_id = delta.team_id
                      and counter.repository = delta.repository and counter.month = delta.month;
                end if;
                return null;
            end $$;

            create trigger coverage_counted_insert after insert on groqbatch.pull_request_states
            referencing new table as added for each statement execute function groqbatch.coverage_counted();
            create trigger coverage_counted_update after update on groqbatch.pull_request_states
            referencing new table as added old table as removed for each statement execute function groqbatch.coverage_counted();
            create trigger coverage_counted_delete after delete on groqbatch.pull_request_states
            referencing old table as removed for each statement execute function groqbatch.coverage_counted();

            -- Live pages. Ids only; the same id within a transaction is sent once.
            create function groqbatch.run_changed() returns trigger language plpgsql as $$
            begin
                perform pg_notify('groqbatch_changes', 'run:' || new.id);
                return null;
            end $$;

            create function groqbatch.changed_run() returns trigger language plpgsql as $$
            begin
                perform pg_notify('groqbatch_changes', 'run:' || new.run_id);
                return null;
            end $$;

            create trigger runs_changed after insert or update on groqbatch.runs for each row execute function groqbatch.run_changed();
            create trigger passes_changed after insert or update on groqbatch.passes for each row execute function groqbatch.changed_run();
            create trigger batches_changed after insert or update on groqbatch.batches for each row execute function groqbatch.changed_run();

            create function groqbatch.changed_team() returns trigger language plpgsql as $$
            begin
                perform pg_notify('groqbatch_changes', 'team:' || new.team_id);
                return null;
            end $$;

            create trigger coverage_changed after insert or update on groqbatch.coverage_by_team
            for each row execute function groqbatch.changed_team();

            -- What is append-only stays so whoever connects. Rows of a team that is removed go with it, but nothing is rewritten.
            create function groqbatch.append_only() returns trigger language plpgsql as $$
            begin
                raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
            end $$;

            create trigger audit_events_append_only before update or delete or truncate on groqbatch.audit_events
            for each statement execute function groqbatch.append_only();
            create trigger summaries_append_only before update on groqbatch.summaries
            for each statement execute function groqbatch.append_only();
            create trigger run_events_append_only before update on groqbatch.run_events
            for each statement execute function groqbatch.append_only();
            create trigger coverage_history_append_only before update on groqbatch.coverage_history
            for each statement execute function groqbatch.append_only();
            """;
}
