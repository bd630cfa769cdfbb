using GroqBatch.Core.Leases;
using Npgsql;

namespace GroqBatch.Data.Ledger;

/// <summary>
/// One transaction on the ledger. With a lease it begins by locking the lease's row and checking the fence: until it ends nobody can take the
/// lease over, and a holder whose lease was taken over meanwhile can't write. The lock is shared by what the holder does at once.
/// </summary>
internal sealed class LedgerTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private LedgerTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    public NpgsqlConnection Connection => _connection;

    /// <exception cref="LeaseLostException">Somebody else holds the lease now.</exception>
    public static async Task<LedgerTransaction> BeginAsync(NpgsqlDataSource dataSource, Lease? lease, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var ledger = new LedgerTransaction(connection, transaction);
            if (lease is not null)
            {
                var held = await ledger.ScalarAsync(
                    "select 1 from groqbatch.leases where name = @name and fence = @fence for share",
                    [new("name", lease.Name), new("fence", lease.Fence)],
                    cancellationToken
                );
                if (held is null)
                {
                    throw new LeaseLostException(lease.Name);
                }
            }

            return ledger;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public NpgsqlCommand Command(string sql, IEnumerable<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction) { CommandTimeout = 600 };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public async Task<int> ExecuteAsync(string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<object?> ScalarAsync(string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        var value = await command.ExecuteScalarAsync(cancellationToken);
        return value is DBNull ? null : value;
    }

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
