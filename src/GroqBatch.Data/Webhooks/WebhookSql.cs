namespace GroqBatch.Data.Webhooks;

/// <summary>Raw, because EF has no ON CONFLICT, no SKIP LOCKED and no INSERT … SELECT.</summary>
internal static class WebhookSql
{
    /// <summary>An address that comes back after longer than any delivery lives starts anew: nobody wants last month's notifications.</summary>
    public const string Register = """
        insert into groqbatch.webhook_endpoints as endpoint (key, host) values (@key, @host)
        on conflict (key) do update
        set host = excluded.host, seen_at = now(),
            since = case when endpoint.seen_at < now() - interval '4 days' then now() else endpoint.since end
        """;

    public const string Seen =
        "update groqbatch.webhook_endpoints set seen_at = now() where key = @key and seen_at < now() - interval '10 minutes'";

    /// <summary>
    /// What has no delivery yet, rather than what comes after the last that has: numbers are given before their transactions end. By
    /// <c>ix_notifications_at</c>.
    /// </summary>
    public const string Enqueue = """
        insert into groqbatch.webhook_deliveries (endpoint_key, notification_id, state, attempts)
        select endpoint.key, notification.id, 'Waiting', 0
        from groqbatch.webhook_endpoints endpoint
        join groqbatch.notifications notification on notification.at >= greatest(endpoint.since, now() - interval '4 days')
        where endpoint.key = @key and endpoint.gone_at is null and notification.provider = @provider
          and (cardinality(@kinds) = 0 or notification.kind = any(@kinds))
          and not exists (select 1 from groqbatch.webhook_deliveries made
                          where made.endpoint_key = endpoint.key and made.notification_id = notification.id)
        order by notification.id
        on conflict (endpoint_key, notification_id) do nothing
        """;

    /// <summary>A process that died in its last try leaves nothing to try.</summary>
    public const string GiveUp = """
        update groqbatch.webhook_deliveries set state = 'GivenUp', lease_until = null
        where endpoint_key = @key and state = 'Waiting' and attempts >= @most and (lease_until is null or lease_until < now())
        """;

    /// <summary>Oldest first; two that claim at once get different ones.</summary>
    public const string Claim = """
        with due as (
            select delivery.id from groqbatch.webhook_deliveries delivery
            join groqbatch.webhook_endpoints endpoint on endpoint.key = delivery.endpoint_key
            where delivery.endpoint_key = @key and delivery.state = 'Waiting' and delivery.next_attempt_at <= now() and delivery.attempts < @most
              and (delivery.lease_until is null or delivery.lease_until < now()) and endpoint.gone_at is null
            order by delivery.next_attempt_at, delivery.notification_id
            limit @take
            for update of delivery skip locked
        ), claimed as (
            update groqbatch.webhook_deliveries delivery
            set attempts = delivery.attempts + 1, lease_until = now() + @lease
            from due where delivery.id = due.id
            returning delivery.id, delivery.attempts, delivery.notification_id, delivery.created_at
        )
        select notification.id, notification.kind, notification.at, notification.provider, team.slug, team.name, notification.run_id,
               notification.actor, notification.reason, notification.figures::text, false, claimed.id, claimed.attempts, claimed.created_at
        from claimed
        join groqbatch.notifications notification on notification.id = claimed.notification_id
        join groqbatch.teams team on team.id = notification.team_id
        order by notification.id
        """;

    public const string Delivered = """
        update groqbatch.webhook_deliveries
        set state = 'Delivered', delivered_at = now(), lease_until = null, last_status = @status, last_error = null
        where id = @id and state <> 'Delivered'
        """;

    /// <summary>By the number of the try: a slow one must not settle what another process is at meanwhile.</summary>
    public const string Failed = """
        update groqbatch.webhook_deliveries
        set state = case when @delay::interval is null then 'GivenUp' else 'Waiting' end,
            next_attempt_at = now() + coalesce(@delay::interval, interval '0'), lease_until = null, last_status = @status, last_error = @error
        where id = @id and attempts = @attempt and state = 'Waiting'
        """;

    /// <summary>Everything that waits for this receiver, and the receiver.</summary>
    public const string Gone = """
        with endpoint as (
            update groqbatch.webhook_endpoints set gone_at = coalesce(gone_at, now()) where key = @key
        )
        update groqbatch.webhook_deliveries
        set state = 'Gone', lease_until = null, last_status = case when id = @id then @status else last_status end
        where endpoint_key = @key and state = 'Waiting'
        """;

    public const string AddTest = """
        insert into groqbatch.webhook_deliveries (endpoint_key, state, attempts, lease_until)
        values (@key, 'Waiting', @most, now() + @lease)
        returning id, created_at
        """;

    /// <summary>A receiver that was gone takes a test: from now on it is told again.</summary>
    public const string Back =
        "update groqbatch.webhook_endpoints set gone_at = null, since = now() where key = @key and gone_at is not null";

    public const string Health = """
        select endpoint.host, now(), endpoint.gone_at,
               (select max(delivered_at) from groqbatch.webhook_deliveries where endpoint_key = @key and state = 'Delivered'),
               (select count(*)::int from groqbatch.webhook_deliveries where endpoint_key = @key and state = 'GivenUp' and notification_id is not null),
               waiting.total, waiting.failing, waiting.next, waiting.error
        from groqbatch.webhook_endpoints endpoint
        cross join lateral (
            select count(*)::int as total, (count(*) filter (where failed))::int as failing, min(next_attempt_at) filter (where failed) as next,
                   (array_agg(coalesce(last_error, last_status::text) order by next_attempt_at desc) filter (where failed))[1] as error
            from (select next_attempt_at, last_error, last_status, last_error is not null or last_status is not null as failed
                  from groqbatch.webhook_deliveries where endpoint_key = @key and state = 'Waiting') delivery
        ) waiting
        where endpoint.key = @key
        """;
}
