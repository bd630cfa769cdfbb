using GroqBatch.Core.Coverage;
using Npgsql;

namespace GroqBatch.Data.Coverage;

internal sealed class CoverageReader(NpgsqlDataSource dataSource) : ICoverageReader
{
    public async Task<CoverageOverview> ReadAsync(string provider, CancellationToken cancellationToken) =>
        new(await ListAsync(provider, null, cancellationToken));

    public async Task<CoverageOverview?> ReadTeamAsync(string provider, string slug, CancellationToken cancellationToken) =>
        await ListAsync(provider, slug, cancellationToken) is { Count: > 0 } teams ? new CoverageOverview(teams) : null;

    private async Task<IReadOnlyList<TeamCoverage>> ListAsync(string provider, string? slug, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CoverageSql.Read);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = (object?)slug ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var teams = new List<TeamCoverage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            teams.Add(new TeamCoverage(Teams.TeamRow.Read(reader, CoverageSql.Buckets.Length + 5), ReadCounts(reader, 5)));
        }

        return teams;
    }

    /// <summary>Counts in the order of <see cref="CoverageSql.Buckets"/>.</summary>
    internal static CoverageCounts ReadCounts(NpgsqlDataReader reader, int first) =>
        new()
        {
            Excluded = reader.GetInt32(first),
            SummarisedFirst = reader.GetInt32(first + 1),
            Recovered = reader.GetInt32(first + 2),
            Stale = reader.GetInt32(first + 3),
            InFlight = reader.GetInt32(first + 4),
            Failed = reader.GetInt32(first + 5),
            Parked = reader.GetInt32(first + 6),
            Pending = reader.GetInt32(first + 7),
        };
}
