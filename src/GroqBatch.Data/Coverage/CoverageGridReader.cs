using GroqBatch.Core.Coverage;
using Npgsql;

namespace GroqBatch.Data.Coverage;

internal sealed class CoverageGridReader(NpgsqlDataSource dataSource) : ICoverageGridReader
{
    /// <summary>By the beginning of the counters' key.</summary>
    private static readonly string Read = $"""
        select repository, month, {string.Join(", ", CoverageSql.Buckets)}
        from groqbatch.coverage_by_month
        where provider = $1 and team_id = $2
          and ({string.Join(" + ", CoverageSql.Buckets)}) > 0
        order by repository, month
        """;

    public async Task<IReadOnlyList<CoverageCell>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Read);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = teamId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cells = new List<CoverageCell>();
        while (await reader.ReadAsync(cancellationToken))
        {
            cells.Add(new CoverageCell(reader.GetString(0), reader.GetFieldValue<DateOnly>(1), CoverageReader.ReadCounts(reader, 2)));
        }

        return cells;
    }
}
