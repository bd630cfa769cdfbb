using GroqBatch.Core.SpotChecks;
using Npgsql;

namespace GroqBatch.Data.SpotChecks;

/// <inheritdoc cref="IQualityReader" />
internal sealed class QualityReader(NpgsqlDataSource dataSource) : IQualityReader
{
    public async Task<IReadOnlyDictionary<int, Quality>> ReadTeamsAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SpotCheckSql.QualityOfTeams);
        command.Parameters.Add(new("provider", provider));
        var teams = new Dictionary<int, Quality>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            teams.Add(
                reader.GetInt32(0),
                Read(reader, 1) with
                {
                    SampleId = reader.GetGuid(4),
                    Settlement = Enum.Parse<Settlement>(reader.GetString(5)),
                }
            );
        }

        return teams;
    }

    public async Task<Quality?> ReadRunAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SpotCheckSql.QualityOfRun);
        command.Parameters.Add(new("run", runId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var quality = Read(reader, 0);
        return quality.Read == 0 ? null : quality;
    }

    public async Task<IReadOnlyDictionary<string, Quality>> ReadModelsAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SpotCheckSql.QualityOfModels);
        command.Parameters.Add(new("provider", provider));
        var models = new Dictionary<string, Quality>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(reader.GetString(0), Read(reader, 1));
        }

        return models;
    }

    private static Quality Read(NpgsqlDataReader reader, int at) =>
        new(reader.GetInt32(at), reader.GetInt32(at + 1), reader.GetInt32(at + 2));
}
