using System.Reflection;
using GroqBatch.Core.Batches;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace GroqBatch.Data.Installation;

/// <summary>Brings the database to this version. Safe to take twice, and by two processes at once.</summary>
public sealed class DatabaseInitialiser(IDbContextFactory<GroqBatchDbContext> contexts, NpgsqlDataSource dataSource) : IInstallation
{
    // Boxed: a reference is written whole, a Guid is not.
    private object? _id;

    /// <summary>Applies the migrations that are missing.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // The usual case, found out without EF: building its model takes longer than most commands have to do.
        if (await HasEveryMigrationAsync(cancellationToken))
        {
            return;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>
    /// Makes a provider known, so that each pull request has a state for it, and marks summaries of an earlier major prompt version as outdated.
    /// </summary>
    /// <param name="provider">Its name, such as <c>simulator</c>.</param>
    /// <param name="promptMajor">The major version of the prompt that this application sends.</param>
    public async Task PrepareProviderAsync(string provider, int promptMajor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (
            var known = new NpgsqlCommand("select 1 from groqbatch.providers where name = $1", connection)
            {
                Parameters = { new() { Value = provider } },
            }
        )
        {
            if (await known.ExecuteScalarAsync(cancellationToken) is null)
            {
                await AddProviderAsync(connection, provider, cancellationToken);
            }
        }

        await using var outdated = new NpgsqlCommand(InstallationSql.MarkOutdatedPrompts, connection)
        {
            Parameters =
            {
                new() { Value = provider },
                new() { Value = promptMajor },
            },
            CommandTimeout = 600,
        };
        await outdated.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<Guid> GetIdAsync(CancellationToken cancellationToken)
    {
        if (_id is Guid known)
        {
            return known;
        }

        await using var command = dataSource.CreateCommand("select installation_id from groqbatch.installation");
        var id = (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
        _id = id;
        return id;
    }

    private async Task<bool> HasEveryMigrationAsync(CancellationToken cancellationToken)
    {
        var missing = typeof(GroqBatchDbContext)
            .Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        try
        {
            await using var command = dataSource.CreateCommand(
                $"select migration_id from {GroqBatchDbContext.Schema}.{GroqBatchDbContext.MigrationsTable}"
            );
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                missing.Remove(reader.GetString(0));
            }

            return missing.Count == 0;
        }
        catch (PostgresException empty) when (empty.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return false;
        }
    }

    private static async Task AddProviderAsync(NpgsqlConnection connection, string provider, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var add = new NpgsqlCommand(InstallationSql.AddProvider, connection, transaction) { CommandTimeout = 600 };
        add.Parameters.AddWithValue("provider", provider);
        await add.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
