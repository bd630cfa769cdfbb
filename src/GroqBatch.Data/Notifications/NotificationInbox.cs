using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;
using Npgsql;

namespace GroqBatch.Data.Notifications;

/// <summary>Inboxes in PostgreSQL.</summary>
internal sealed class NotificationInbox(NpgsqlDataSource dataSource) : INotifications
{
    public async Task<Inbox> ReadAsync(InboxQuery query, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (readTo, now) =
            await FindReaderAsync(connection, query.Provider, actor, cancellationToken)
            ?? await AddReaderAsync(connection, query.Provider, actor, cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(NotificationSql.Unread)
                {
                    Parameters =
                    {
                        new("provider", query.Provider),
                        new("name", actor.Name),
                        new("read_to", readTo),
                        new("most", Inbox.MostUnread),
                    },
                },
                new(NotificationSql.Page(query.Kind is not null))
                {
                    Parameters =
                    {
                        new("provider", query.Provider),
                        new("name", actor.Name),
                        new("read_to", readTo),
                        new("older", query.OlderThan ?? long.MaxValue),
                        new("take", query.Take + 1),
                    },
                },
            },
        };
        if (query.Kind is { } kind)
        {
            batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter("kind", kind.ToString()));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (unread, newest) = (reader.GetInt32(0), reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken);
        var notifications = new List<Notification>();
        while (await reader.ReadAsync(cancellationToken))
        {
            notifications.Add(Of(reader));
        }

        return new Inbox([.. notifications.Take(query.Take)], notifications.Count > query.Take, unread, newest, now);
    }

    public async Task MarkReadAsync(string provider, long id, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        await using var command = dataSource.CreateCommand(NotificationSql.MarkRead);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("name", actor.Name);
        command.Parameters.AddWithValue("id", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task MarkAllReadAsync(string provider, long upTo, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        await using var command = dataSource.CreateCommand(NotificationSql.MarkAllRead);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("name", actor.Name);
        command.Parameters.AddWithValue("up_to", upTo);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Columns in the order of <see cref="NotificationSql.Page"/>; whether it is read is the last and may be absent.</summary>
    internal static Notification Of(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(0),
            Kind = Enum.Parse<NotificationKind>(reader.GetString(1)),
            At = reader.GetFieldValue<DateTimeOffset>(2),
            Provider = reader.GetString(3),
            Team = reader.GetString(4),
            TeamName = reader.GetString(5),
            RunId = reader.IsDBNull(6) ? null : reader.GetGuid(6),
            Actor = reader.GetString(7),
            Reason = reader.IsDBNull(8) ? null : reader.GetString(8),
            Figures = JsonSerializer.Deserialize(reader.GetString(9), NotificationJson.Default.NotificationFigures)!,
            IsRead = reader.GetBoolean(10),
        };

    private static async Task<(long ReadTo, DateTimeOffset Now)?> FindReaderAsync(
        NpgsqlConnection connection,
        string provider,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(NotificationSql.Reader, connection)
        {
            Parameters = { new("provider", provider), new("name", actor.Name) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    private static async Task<(long ReadTo, DateTimeOffset Now)> AddReaderAsync(
        NpgsqlConnection connection,
        string provider,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        await using (
            var command = new NpgsqlCommand(NotificationSql.AddReader, connection)
            {
                Parameters = { new("provider", provider), new("name", actor.Name) },
            }
        )
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return (await FindReaderAsync(connection, provider, actor, cancellationToken))!.Value;
    }
}
