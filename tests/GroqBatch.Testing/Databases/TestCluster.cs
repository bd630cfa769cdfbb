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
    private static NpgsqlDataSource? _maintenance;

    /// <summary>
    /// Connections to the maintenance database, after making sure that the server runs. They are kept between tests: each makes a database and drops it, and
    /// a session costs as much as a small test.
    /// </summary>
    public static async Task<NpgsqlDataSource> StartAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (_lease is null)
            {
                var folder = Path.Combine(Path.GetTempPath(), $"groqbatch-tests-{Environment.UserName}");
                _lease = await PrivatePostgresCluster.StartOrAttachAsync(folder, Options, cancellationToken);
                // A test process has no other moment that comes after its last test, whatever classes it ran.
                AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAsync().GetAwaiter().GetResult();
                _maintenance = PoolOf(new NpgsqlConnectionStringBuilder(_lease.ConnectionString) { Database = "postgres", Pooling = true });
                await SweepAsync(cancellationToken);
            }

            return _maintenance!;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>The connection string of a database of this server, without anything else that a pool would be told.</summary>
    public static NpgsqlConnectionStringBuilder ConnectionStringOf(string database) =>
        new(_lease!.ConnectionString) { Database = database, Pooling = false };

    /// <summary>A pool that asks, like the product's, for no types.</summary>
    public static NpgsqlDataSource PoolOf(NpgsqlConnectionStringBuilder connectionString)
    {
        var source = new NpgsqlDataSourceBuilder(connectionString.ConnectionString);
        source.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        return source.Build();
    }

    private static async Task StopAsync()
    {
        await DatabaseShelf.ClearAsync();
        await _maintenance!.DisposeAsync();
        await _lease!.DisposeAsync();
    }

    /// <summary>The first one in drops what killed test processes have left behind.</summary>
    private static async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _maintenance!.OpenConnectionAsync(cancellationToken);
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
