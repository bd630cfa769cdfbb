using Npgsql;

namespace GroqBatch.Data.Coverage;

/// <summary>Counts every pull request and compares: the counters are equal to a recount, always. A scan, so never on a page.</summary>
public sealed class CoverageRecount(NpgsqlDataSource dataSource)
{
    /// <summary>Where counters or states differ from the facts, in words; empty when they do not. Read at one instant.</summary>
    public async Task<IReadOnlyList<string>> FindDifferencesAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CoverageSql.Differences);
        command.CommandTimeout = 600;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var differences = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = reader.IsDBNull(3) ? "" : $" {reader.GetString(3)} {reader.GetString(4)}";
            differences.Add(
                $"{reader.GetString(0)} {reader.GetString(1)} team {reader.GetInt32(2)}{place} {reader.GetString(5)}: "
                    + $"{reader.GetInt32(6)} by recount, {reader.GetInt32(7)} stored"
            );
        }

        return differences;
    }
}
