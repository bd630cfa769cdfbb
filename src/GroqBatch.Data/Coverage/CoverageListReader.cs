using GroqBatch.Core.Coverage;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Coverage;

/// <summary>Teams as a list, from counters.</summary>
internal sealed class CoverageListReader(NpgsqlDataSource dataSource) : ICoverageListReader
{
    private const int AfterCounts = 13;

    public async Task<CoverageListPage> ReadAsync(CoverageListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(CoverageListSql.Count) { Parameters = { Search(query) } });
        batch.BatchCommands.Add(
            new(CoverageListSql.Read(query.Sort, query.IsDescending))
            {
                Parameters =
                {
                    Search(query),
                    new() { Value = query.Provider },
                    new() { Value = Math.Max(0, query.Skip) },
                    new() { Value = Math.Clamp(query.Take, 1, 500) },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (matching, readAt) = (reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<CoverageRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Of(reader));
        }

        return new CoverageListPage(rows, matching, readAt);
    }

    public async Task<IReadOnlyList<CoverageDay>> ReadDaysAsync(
        string provider,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(CoverageListSql.Days);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last.DayNumber - first.DayNumber });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var days = new List<CoverageDay>();
        while (await reader.ReadAsync(cancellationToken))
        {
            days.Add(new CoverageDay(reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3)));
        }

        return days;
    }

    private static NpgsqlParameter Search(CoverageListQuery query) =>
        new() { Value = string.IsNullOrWhiteSpace(query.Search) ? DBNull.Value : query.Search.Trim(), NpgsqlDbType = NpgsqlDbType.Text };

    private static CoverageRow Of(NpgsqlDataReader reader) =>
        new(
            new TeamCoverage(Teams.TeamRow.Read(reader, AfterCounts + 9), CoverageReader.ReadCounts(reader, 5)),
            LastRunSql.Read(reader, AfterCounts)
        );
}
