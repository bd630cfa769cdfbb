using GroqBatch.Core.Installation;
using Npgsql;

namespace GroqBatch.Data.Installation;

/// <summary>Raw, since it reads the server's own views and the scheduler's table beside the ledger.</summary>
internal sealed class HealthReader(NpgsqlDataSource dataSource) : IHealthReader
{
    private const string Server = $"""
        select clock_timestamp(), current_setting('server_version'), pg_database_size(current_database()),
               (select max(migration_id) from groqbatch.{GroqBatchDbContext.MigrationsTable}),
               to_regclass('quartz.qrtz_scheduler_state') is not null
        """;

    // The scheduler writes its times as .NET ticks, its interval in milliseconds.
    private const string Nodes = """
        select instance_name, last_checkin_time, checkin_interval from quartz.qrtz_scheduler_state
        where sched_name = @scheduler order by instance_name
        """;

    private const string Batches = """
        select count(*)::int, (count(*) filter (where state = 'Uploaded'))::int, min(polled_at) filter (where state = 'Submitted'),
               (array_agg(poll_error order by polled_at desc) filter (where poll_error is not null))[1]
        from groqbatch.batches
        where provider = @provider and (state = 'Submitted' or (state = 'Uploaded' and intent_at is not null))
        """;

    private const string Adopted = """
        select count(*)::int, max(adopted_at) from groqbatch.batches where provider = @provider and adopted_at is not null
        """;

    public async Task<HealthReading> ReadAsync(string provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (now, version, bytes, migration, hasScheduler) = await ReadServerAsync(connection, cancellationToken);
        var nodes = hasScheduler ? await ReadNodesAsync(connection, provider, cancellationToken) : [];
        await using var batches = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Batches) { Parameters = { new("provider", provider) } },
                new(Adopted) { Parameters = { new("provider", provider) } },
            },
        };
        await using var reader = await batches.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (live, doubtful) = (reader.GetInt32(0), reader.GetInt32(1));
        var stalest = await reader.IsDBNullAsync(2, cancellationToken) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(2);
        var error = await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new HealthReading
        {
            ReadAt = now,
            ServerVersion = version,
            DatabaseBytes = bytes,
            Schema = migration,
            Nodes = nodes,
            LiveBatches = live,
            DoubtfulBatches = doubtful,
            StalestPollAt = stalest,
            PollError = error,
            AdoptedBatches = reader.GetInt32(0),
            LastAdoptedAt = await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(1),
        };
    }

    private static async Task<(DateTimeOffset Now, string Version, long Bytes, string Migration, bool HasScheduler)> ReadServerAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(Server, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var migration = reader.GetString(3);
        return (
            reader.GetFieldValue<DateTimeOffset>(0),
            reader.GetString(1).Split(' ')[0],
            reader.GetInt64(2),
            migration[(migration.IndexOf('_', StringComparison.Ordinal) + 1)..],
            reader.GetBoolean(4)
        );
    }

    private static async Task<IReadOnlyList<SchedulerNode>> ReadNodesAsync(
        NpgsqlConnection connection,
        string provider,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(Nodes, connection) { Parameters = { new("scheduler", $"groqbatch-{provider}") } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var nodes = new List<SchedulerNode>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(
                new SchedulerNode(
                    reader.GetString(0),
                    new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero),
                    TimeSpan.FromMilliseconds(reader.GetInt64(2))
                )
            );
        }

        return nodes;
    }
}
