using GroqBatch.Core.Teams;
using Npgsql;

namespace GroqBatch.Data.Teams;

/// <summary>A team as raw SQL reads it: id, slug, name, goal and is_sample first, its ladder wherever a statement has it.</summary>
internal static class TeamRow
{
    /// <param name="reader">On a row.</param>
    /// <param name="ladder">The column of the ladder.</param>
    public static Team Read(NpgsqlDataReader reader, int ladder) =>
        new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetDouble(3), reader.GetBoolean(4))
        {
            Ladder = reader.IsDBNull(ladder) ? null : reader.GetFieldValue<string[]>(ladder),
        };
}
