using GroqBatch.Core.Coverage;
using GroqBatch.Data.Ledger;
using Npgsql;

namespace GroqBatch.Data.Coverage;

internal sealed class CoverageHistory(NpgsqlDataSource dataSource, TimeProvider timeProvider) : ICoverageHistory
{
    public async Task<int> AppendAsync(string provider, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        if (await ledger.ScalarAsync(CoverageSql.TryLockHistory, [], cancellationToken) is not true)
        {
            return 0;
        }

        var appended = await ledger.ExecuteAsync(
            CoverageSql.AppendHistory,
            [new("provider", provider), new("now", timeProvider.GetUtcNow())],
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
        return appended;
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

    public async Task<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>> ReadDaysAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(CoverageSql.ReadHistoryDays);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = teamIds.Distinct().ToArray() });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last.DayNumber - first.DayNumber });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var days = new Dictionary<int, List<CoveragePoint>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var point = new CoveragePoint(
                reader.GetFieldValue<DateTimeOffset>(1),
                CoverageReader.ReadCounts(reader, 3),
                reader.GetDouble(2)
            );
            if (!days.TryAdd(reader.GetInt32(0), [point]))
            {
                days[reader.GetInt32(0)].Add(point);
            }
        }

        return days.ToDictionary(team => team.Key, IReadOnlyList<CoveragePoint> (team) => team.Value);
    }
}
