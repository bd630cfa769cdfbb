using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Webhooks;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Notifications;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Webhooks;

/// <summary>Deliveries in PostgreSQL: each change is one guarded statement.</summary>
internal sealed class WebhookStore(NpgsqlDataSource dataSource) : IWebhookStore
{
    public Task RegisterAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return ExecuteAsync(WebhookSql.Register, cancellationToken, new("key", endpoint.Key), new("host", endpoint.Host));
    }

    public async Task<int> EnqueueAsync(
        WebhookEndpoint endpoint,
        string provider,
        IReadOnlyCollection<NotificationKind> kinds,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(kinds);
        await ExecuteAsync(WebhookSql.Seen, cancellationToken, new NpgsqlParameter("key", endpoint.Key));
        return await ExecuteAsync(
            WebhookSql.Enqueue,
            cancellationToken,
            new("key", endpoint.Key),
            new("provider", provider),
            new("kinds", kinds.Select(kind => kind.ToString()).ToArray())
        );
    }

    public async Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(
        WebhookEndpoint endpoint,
        int take,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        await ExecuteAsync(WebhookSql.GiveUp, cancellationToken, new("key", endpoint.Key), new("most", WebhookSchedule.MostAttempts));
        await using var command = dataSource.CreateCommand(WebhookSql.Claim);
        command.Parameters.AddWithValue("key", endpoint.Key);
        command.Parameters.AddWithValue("most", WebhookSchedule.MostAttempts);
        command.Parameters.AddWithValue("take", take);
        command.Parameters.AddWithValue("lease", lease);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<WebhookDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(
                new WebhookDelivery(
                    reader.GetGuid(11),
                    reader.GetInt32(12),
                    NotificationInbox.Of(reader),
                    reader.GetFieldValue<DateTimeOffset>(13)
                )
            );
        }

        return claimed;
    }

    public async Task SettleAsync(
        WebhookEndpoint endpoint,
        WebhookDelivery delivery,
        WebhookOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(outcome);
        var status = new NpgsqlParameter("status", NpgsqlDbType.Integer) { Value = (object?)outcome.Status ?? DBNull.Value };
        if (outcome.IsDelivered)
        {
            await ExecuteAsync(WebhookSql.Delivered, cancellationToken, new("id", delivery.Id), status);
            if (delivery.Notification is null)
            {
                await ExecuteAsync(WebhookSql.Back, cancellationToken, new NpgsqlParameter("key", endpoint.Key));
            }

            return;
        }

        if (outcome.IsGone)
        {
            await ExecuteAsync(WebhookSql.Gone, cancellationToken, new("key", endpoint.Key), new("id", delivery.Id), status);
            return;
        }

        var delay = delivery.Notification is null ? null : WebhookSchedule.After(delivery.Attempt);
        if (delay is { } planned && outcome.RetryAfter is { } asked && asked > planned)
        {
            // Within reason: a receiver does not keep a delivery for ever by asking.
            delay = asked < TimeSpan.FromDays(1) ? asked : TimeSpan.FromDays(1);
        }

        await ExecuteAsync(
            WebhookSql.Failed,
            cancellationToken,
            new("id", delivery.Id),
            new("attempt", delivery.Attempt),
            new("delay", NpgsqlDbType.Interval) { Value = (object?)delay ?? DBNull.Value },
            status,
            new("error", NpgsqlDbType.Text) { Value = (object?)Cut(outcome.Error) ?? DBNull.Value }
        );
    }

    public async Task<WebhookDelivery> AddTestAsync(
        WebhookEndpoint endpoint,
        Actor actor,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(actor);
        await RegisterAsync(endpoint, cancellationToken);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await AuditSql.AppendAsync(ledger, actor, "webhook.test", endpoint.Host, before: null, after: null, cancellationToken);
        WebhookDelivery added;
        await using (
            var add = ledger.Command(
                WebhookSql.AddTest,
                [new("key", endpoint.Key), new("most", WebhookSchedule.MostAttempts), new("lease", lease)]
            )
        )
        await using (var reader = await add.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            added = new WebhookDelivery(
                reader.GetGuid(0),
                WebhookSchedule.MostAttempts,
                Notification: null,
                reader.GetFieldValue<DateTimeOffset>(1)
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return added;
    }

    public async Task<WebhookHealth> ReadHealthAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        await using var command = dataSource.CreateCommand(WebhookSql.Health);
        command.Parameters.AddWithValue("key", endpoint.Key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            // Nobody has worked for it yet.
            return new WebhookHealth { Host = endpoint.Host, ReadAt = DateTimeOffset.UnixEpoch };
        }

        return new WebhookHealth
        {
            Host = reader.GetString(0),
            ReadAt = reader.GetFieldValue<DateTimeOffset>(1),
            GoneAt = reader.TimeOrNull(2),
            DeliveredAt = reader.TimeOrNull(3),
            GivenUp = reader.GetInt32(4),
            Waiting = reader.GetInt32(5),
            Failing = reader.GetInt32(6),
            NextAttemptAt = reader.TimeOrNull(7),
            LastError = reader.IsDBNull(8) ? null : reader.GetString(8),
        };
    }

    private static string? Cut(string? text) => text is { Length: > Lengths.FoldedMessage } ? text[..Lengths.FoldedMessage] : text;

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
