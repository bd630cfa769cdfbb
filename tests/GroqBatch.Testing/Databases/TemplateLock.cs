using Npgsql;

namespace GroqBatch.Testing.Databases;

/// <summary>
/// One test process at a time makes templates of a kind, or sweeps: who waits for an empty schema does not wait for a large ledger. Ends with its connection, so a killed process
/// holds nobody up.
/// </summary>
internal sealed class TemplateLock : IAsyncDisposable
{
    private const int Key = 716_420_250;
    private readonly NpgsqlConnection _connection;

    private readonly int _what;

    private TemplateLock(NpgsqlConnection connection, int what)
    {
        _connection = connection;
        _what = what;
    }

    public static async Task<TemplateLock> TakeAsync(NpgsqlConnection connection, string what, CancellationToken cancellationToken)
    {
        // The same in every process, as a string's own hash is not.
        var hash = what.Aggregate(17, (sum, letter) => unchecked((sum * 31) + letter));
        await using var take = new NpgsqlCommand($"select pg_advisory_lock({Key}, {hash})", connection) { CommandTimeout = 600 };
        await take.ExecuteNonQueryAsync(cancellationToken);
        return new TemplateLock(connection, hash);
    }

    public async ValueTask DisposeAsync()
    {
        await using var release = new NpgsqlCommand($"select pg_advisory_unlock({Key}, {_what})", _connection);
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
