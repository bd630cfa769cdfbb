using System.Data;
using System.Text.Json;
using GroqBatch.Core.Bundles;
using Npgsql;

namespace GroqBatch.Data.Bundles;

/// <summary>A run's rows in one snapshot, streamed.</summary>
internal sealed class BundleSource : IBundleSource
{
    private static readonly byte[] LineFeed = [(byte)'\n'];

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _snapshot;
    private readonly Guid _runId;

    private BundleSource(NpgsqlConnection connection, NpgsqlTransaction snapshot, Guid runId)
    {
        _connection = connection;
        _snapshot = snapshot;
        _runId = runId;
    }

    public IReadOnlyList<string> Members { get; } = [.. BundleSql.Rows.Select(rows => rows.Member)];

    public static async Task<BundleSource> OpenAsync(NpgsqlDataSource dataSource, Guid runId, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var utc = new NpgsqlCommand("set local time zone 'UTC'", connection, snapshot);
            await utc.ExecuteNonQueryAsync(cancellationToken);
            return new BundleSource(connection, snapshot, runId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task WriteAsync(string member, Stream target, CancellationToken cancellationToken)
    {
        await using var command = Command(BundleSql.Rows.Single(rows => rows.Member == member).Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            await target.WriteAsync(reader.GetFieldValue<byte[]>(0), cancellationToken);
            await target.WriteAsync(LineFeed, cancellationToken);
        }
    }

    public async Task<JsonElement> ReadFiguresAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(BundleSql.Figures);
        var json = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        return JsonElement.Parse(json);
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql) =>
        new(sql, _connection, _snapshot) { Parameters = { new() { Value = _runId } }, CommandTimeout = 600 };
}
