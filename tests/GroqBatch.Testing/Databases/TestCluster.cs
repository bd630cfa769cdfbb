using GroqBatch.Data.PrivatePostgres;
using Npgsql;

namespace GroqBatch.Testing.Databases;

/// <summary>
/// The one PostgreSQL of all test processes of this user, run by the product's own launcher. The first test that wants a database starts
/// it, the last process out stops it; its data lies in the temporary folder and is nothing to keep.
/// </summary>
internal static class TestCluster
{
    // A test run that loses power is run again: what makes data durable is only time here.
    private static readonly PrivatePostgresOptions Options = new()
    {
        ServerSettings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["fsync"] = "off",
            ["full_page_writes"] = "off",
            ["synchronous_commit"] = "off",
            ["wal_compression"] = "off",
            ["shared_buffers"] = "128MB",
            ["max_connections"] = "500",
        },
    };

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static PrivatePostgresLease? _lease;

    /// <summary>Connection string of the maintenance database, unpooled, after making sure that the server runs.</summary>
    public static async Task<NpgsqlConnectionStringBuilder> StartAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (_lease is null)
            {
                var folder = Path.Combine(Path.GetTempPath(), $"groqbatch-tests-{Environment.UserName}");
                _lease = await PrivatePostgresCluster.StartOrAttachAsync(folder, Options, cancellationToken);
                // A test process has no other moment that comes after its last test, whatever classes it ran.
                AppDomain.CurrentDomain.ProcessExit += (_, _) => _lease.DisposeAsync().AsTask().GetAwaiter().GetResult();
                await SweepAsync(cancellationToken);
            }

            return Maintenance(_lease);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static NpgsqlConnectionStringBuilder Maintenance(PrivatePostgresLease lease) =>
        new(lease.ConnectionString) { Database = "postgres", Pooling = false };

    /// <summary>The first one in drops what killed test processes have left behind.</summary>
    private static async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Maintenance(_lease!).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using (await TemplateLock.TakeAsync(connection, "sweep", cancellationToken))
        {
            await using var find = new NpgsqlCommand(
                """
                select datname from pg_database
                where starts_with(datname, 'test_')
                  and 1 >= (select count(*) from pg_stat_activity where starts_with(application_name, 'groqbatch-lease-'))
                """,
                connection
            );
            var leftovers = new List<string>();
            await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    leftovers.Add(reader.GetString(0));
                }
            }

            foreach (var leftover in leftovers)
            {
                await using var drop = new NpgsqlCommand($"drop database if exists {leftover} with (force)", connection);
                await drop.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }
}
