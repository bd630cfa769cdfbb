namespace GroqBatch.Data.Notifications;

/// <summary>Raw, because EF has no INSERT … SELECT, no ON CONFLICT and no data-modifying WITH.</summary>
internal static class NotificationSql
{
    /// <summary>
    /// In the transaction that moves the run, with the event that tells of the move: it is told of exactly if it happened. The run's own row is
    /// read after its update, so its figures are those of its end.
    /// </summary>
    public const string OfRun = """
        insert into groqbatch.notifications (kind, provider, team_id, run_id, actor, reason, figures, dedupe_key)
        select @kind, run.provider, run.team_id, run.id, @actor, @reason,
               jsonb_build_object('selected', run.selected, 'succeeded', run.succeeded), 'run-event:' || @event
        from groqbatch.runs run where run.id = @run
        on conflict (dedupe_key) do nothing
        """;

    /// <summary>Nobody waits: whoever has it looks. A statement of its own, so that the figures are read after it is had.</summary>
    public const string TryLockWatch = "select pg_try_advisory_xact_lock(7164202612)";

    /// <summary>
    /// A team that is looked at for the first time starts from what it is. The two parts see the table as it was before both, so a first look is
    /// never a crossing.
    /// </summary>
    public const string Goals = """
        with seen as (
            select seen.* from unnest(@teams, @reached, @covered, @eligible, @goals) as seen (team_id, is_reached, covered, eligible, goal)
            where exists (select 1 from groqbatch.teams team where team.id = seen.team_id)
        ), first as (
            insert into groqbatch.goal_states (provider, team_id, is_reached, crossings)
            select @provider, team_id, is_reached, 0 from seen
            on conflict (provider, team_id) do nothing
        ), crossed as (
            update groqbatch.goal_states state set is_reached = seen.is_reached, crossings = state.crossings + 1
            from seen
            where state.provider = @provider and state.team_id = seen.team_id and state.is_reached <> seen.is_reached
            returning state.team_id, state.is_reached, state.crossings, seen.covered, seen.eligible, seen.goal
        )
        insert into groqbatch.notifications (kind, provider, team_id, actor, figures, dedupe_key)
        select case when is_reached then 'GoalReached' else 'GoalLost' end, @provider, team_id, @actor,
               jsonb_build_object('covered', covered, 'eligible', eligible, 'goal', goal), 'goal:' || @provider || ':' || team_id || ':' || crossings
        from crossed
        order by team_id
        on conflict (dedupe_key) do nothing
        """;

    /// <summary>
    /// Passes that the charts flag, unless they were over long before anybody looked: limits are judged anew with each run, and what they say of
    /// last month is no news.
    /// </summary>
    public const string Limits = """
        insert into groqbatch.notifications (kind, provider, team_id, run_id, actor, figures, dedupe_key)
        select 'OutOfLimits', run.provider, run.team_id, run.id, @actor,
               jsonb_build_object('model', flagged.model, 'pass', flagged.pass, 'failed', flagged.failed, 'requests', flagged.requests,
                                  'low', flagged.low, 'high', flagged.high),
               'limits:' || run.id || ':' || flagged.pass
        from unnest(@runs, @passes, @models, @failed, @requests, @low, @high) as flagged (run_id, pass, model, failed, requests, low, high)
        join groqbatch.runs run on run.id = flagged.run_id
        join groqbatch.passes pass on pass.run_id = run.id and pass.ordinal = flagged.pass
        where pass.ended_at > now() - interval '1 day'
          and not exists (select 1 from groqbatch.notifications told where told.dedupe_key = 'limits:' || run.id || ':' || flagged.pass)
        on conflict (dedupe_key) do nothing
        """;

    /// <summary>What nobody will look for any more.</summary>
    public const string RemoveOld = "delete from groqbatch.notifications where at < now() - interval '90 days'";

    /// <summary>By the primary key; no row for somebody who was never here.</summary>
    public const string Reader = "select read_to, now() from groqbatch.notification_readers where provider = @provider and name = @name";

    public const string AddReader = """
        insert into groqbatch.notification_readers (provider, name, read_to)
        values (@provider, @name, coalesce((select max(id) from groqbatch.notifications where provider = @provider), 0))
        on conflict (provider, name) do nothing
        """;

    /// <summary>By <c>ix_notifications_provider_id</c>, only beyond what is read as a whole, and no more than are counted.</summary>
    public const string Unread = """
        select count(*)::int, (select coalesce(max(id), 0) from groqbatch.notifications where provider = @provider) from (
            select 1 from groqbatch.notifications notification
            where notification.provider = @provider and notification.id > @read_to and notification.actor <> @name
              and not exists (select 1 from groqbatch.notification_reads read
                              where read.reader = @name and read.notification_id = notification.id)
            order by notification.id desc
            limit @most) unread
        """;

    /// <summary>By <c>ix_notifications_provider_id</c>, or <c>ix_notifications_provider_kind_id</c> for one kind.</summary>
    public static string Page(bool hasKind) =>
        $"""
            select notification.id, notification.kind, notification.at, notification.provider, team.slug, team.name, notification.run_id,
                   notification.actor, notification.reason, notification.figures::text,
                   notification.id <= @read_to or notification.actor = @name
                   or exists (select 1 from groqbatch.notification_reads read
                              where read.reader = @name and read.notification_id = notification.id)
            from groqbatch.notifications notification
            join groqbatch.teams team on team.id = notification.team_id
            where notification.provider = @provider and notification.id < @older{(hasKind ? " and notification.kind = @kind" : "")}
            order by notification.id desc
            limit @take
            """;

    /// <summary>Told to the person's other pages as well.</summary>
    public const string MarkRead = """
        with marked as (
            insert into groqbatch.notification_reads (reader, notification_id)
            select @name, id from groqbatch.notifications where provider = @provider and id = @id
            on conflict do nothing
            returning 1
        )
        select pg_notify('groqbatch_changes', 'notification:read') from marked
        """;

    /// <summary>
    /// Numbers are given before their transactions end, so one may still appear below the highest: only what is older than any transaction gets is
    /// read as a whole, the rest one by one.
    /// </summary>
    public const string MarkAllRead = """
        with reader as (
            insert into groqbatch.notification_readers as reader (provider, name, read_to)
            values (@provider, @name,
                    coalesce((select max(id) from groqbatch.notifications
                              where provider = @provider and id <= @up_to and at < now() - interval '1 hour'), 0))
            on conflict (provider, name) do update set read_to = greatest(reader.read_to, excluded.read_to)
            returning read_to
        ), folded as (
            delete from groqbatch.notification_reads read
            using groqbatch.notifications notification, reader
            where read.reader = @name and read.notification_id = notification.id and notification.provider = @provider
              and notification.id <= reader.read_to
        ), marked as (
            insert into groqbatch.notification_reads (reader, notification_id)
            select @name, notification.id
            from groqbatch.notifications notification, reader
            where notification.provider = @provider and notification.id > reader.read_to and notification.id <= @up_to
            on conflict do nothing
        )
        select pg_notify('groqbatch_changes', 'notification:read')
        """;
}
