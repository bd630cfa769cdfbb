using GroqBatch.Core.Backfills;
using Npgsql;

namespace GroqBatch.Data.Backfills;

/// <summary>A bounded number of rows of each team, both ends of the index that a run selects by.</summary>
internal sealed class BackfillSizesReader(NpgsqlDataSource dataSource) : IBackfillSizesReader
{
    public async Task<IReadOnlyDictionary<int, BackfillSizes>> ReadAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        int sample,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(BackfillSql.Sizes);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("teams", teamIds.ToArray());
        command.Parameters.AddWithValue("sample", sample);
        var sizes = new Dictionary<int, BackfillSizes>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sizes[reader.GetInt32(0)] = new BackfillSizes(
                reader.GetFieldValue<int[]>(1),
                reader.IsDBNull(2) ? null : reader.GetDouble(2),
                reader.IsDBNull(3) ? null : reader.GetGuid(3),
                reader.IsDBNull(4) ? null : reader.GetGuid(4)
            );
        }

        return sizes;
    }
}
