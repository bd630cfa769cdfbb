using GroqBatch.Data;
using GroqBatch.Data.Installation;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Testing.Databases;

/// <summary>
/// A database that test databases are copied from: made once per <see cref="Key"/>, by whichever test process comes first, and kept for
/// later runs. A copy takes the time of copying some hundred files, however long the preparation took.
/// </summary>
/// <param name="Key">Says when a kept template no longer fits; letters, digits and underscores.</param>
/// <param name="PrepareAsync">Fills the empty database whose connection string it is given.</param>
public sealed record DatabaseTemplate(string Key, Func<string, CancellationToken, Task> PrepareAsync)
{
    /// <summary>How many older ones of its kind, which is the key's first word, are kept beside a new one.</summary>
    public int Kept { get; init; } = 8;

    private string Kind => Key.Split('_')[0];

    /// <summary>An empty database.</summary>
    public static DatabaseTemplate Empty { get; } = new("empty", (_, _) => Task.CompletedTask);

    /// <summary>
    /// The schema of GroqBatch, as its migrations make it. Keyed by the compiled Data assembly, so that a changed migration is a new template.
    /// </summary>
    public static DatabaseTemplate Migrated { get; } =
        new($"migrated_{typeof(GroqBatchDbContext).Assembly.ManifestModule.ModuleVersionId:N}", MigrateAsync);

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(connectionString);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<DatabaseInitialiser>().MigrateAsync(cancellationToken);
    }

    /// <summary>Makes a fresh copy of this template under the given name.</summary>
    internal async Task CopyToAsync(NpgsqlDataSource maintenance, string database, CancellationToken cancellationToken)
    {
        var template = $"template_{Key}";
        await using var connection = await maintenance.OpenConnectionAsync(cancellationToken);

        try
        {
            await CopyAsync();
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.InvalidCatalogName)
        {
            await using (await TemplateLock.TakeAsync(connection, Kind, cancellationToken))
            {
                await MakeAsync(connection, template, cancellationToken);
            }

            await CopyAsync();
        }

        // Since 15 a copy goes through the log, page by page, unless it is told to copy files, which takes a third of it.
        Task CopyAsync() =>
            ExecuteAsync(
                connection,
                $"create database {database} template {template}{(connection.PostgreSqlVersion.Major >= 15 ? " strategy file_copy" : "")}",
                cancellationToken
            );
    }

    private async Task MakeAsync(NpgsqlConnection connection, string template, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand($"select 1 from pg_database where datname = '{template}'", connection);
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return; // another process was first
        }

        await DropOldAsync(connection, cancellationToken);

        // Prepared under another name: a template that exists is complete.
        var unfinished = $"unfinished_{Kind}";
        await ExecuteAsync(connection, $"drop database if exists {unfinished} with (force)", cancellationToken);
        await ExecuteAsync(connection, $"create database {unfinished}", cancellationToken);
        await PrepareAsync(TestCluster.ConnectionStringOf(unfinished).ConnectionString, cancellationToken);
        // A connection that is just closing would make the copies fail: with connections refused, those left are ended.
        await ExecuteAsync(connection, $"alter database {unfinished} allow_connections false", cancellationToken);
        await ExecuteAsync(
            connection,
            $"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{unfinished}'",
            cancellationToken
        );
        await ExecuteAsync(connection, $"alter database {unfinished} rename to {template}", cancellationToken);
    }

    /// <summary>Each build of the Data assembly leaves a template: the newest few are kept, for others work beside this process.</summary>
    private async Task DropOldAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(
            $"select datname from pg_database where starts_with(datname, 'template_{Kind}_') order by oid desc offset {Kept}",
            connection
        );
        var old = new List<string>();
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                old.Add(reader.GetString(0));
            }
        }

        foreach (var database in old)
        {
            await ExecuteAsync(connection, $"drop database if exists {database}", cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
