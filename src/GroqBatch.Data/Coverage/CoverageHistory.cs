using GroqBatch.Core.Coverage;
using Npgsql;

namespace GroqBatch.Data.Coverage;

internal sealed class CoverageHistory(NpgsqlDataSource dataSource, TimeProvider timeProvider) : ICoverageHistory
{
    public async Task<int> AppendAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CoverageSql.AppendHistory);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("now", timeProvider.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<CoveragePoint>> ReadAsync(
        string provider,
        int teamId,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(CoverageSql.ReadHistory);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = teamId });
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var points = new List<CoveragePoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            points.Add(
                new CoveragePoint(reader.GetFieldValue<DateTimeOffset>(0), CoverageReader.ReadCounts(reader, 2), reader.GetDouble(1))
            );
        }

        return points;
    }
}
