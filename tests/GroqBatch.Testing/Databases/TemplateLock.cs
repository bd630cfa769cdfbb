using Npgsql;

namespace GroqBatch.Testing.Databases;

/// <summary>One test process at a time makes templates or sweeps. Ends with its connection, so a killed process holds nobody up.</summary>
internal sealed class TemplateLock : IAsyncDisposable
{
    private const long Key = 7_164_202_501;
    private readonly NpgsqlConnection _connection;

    private TemplateLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<TemplateLock> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand($"select pg_advisory_lock({Key})", connection) { CommandTimeout = 600 };
        await take.ExecuteNonQueryAsync(cancellationToken);
        return new TemplateLock(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await using var release = new NpgsqlCommand($"select pg_advisory_unlock({Key})", _connection);
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
