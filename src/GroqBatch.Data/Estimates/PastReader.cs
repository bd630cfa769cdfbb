using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using Npgsql;

namespace GroqBatch.Data.Estimates;

/// <summary>The past from the counters of passes and batches.</summary>
internal sealed class PastReader(NpgsqlDataSource dataSource) : IPastReader
{
    public async Task<IReadOnlyList<PastPass>> ReadAsync(string provider, int runs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        await using var command = dataSource.CreateCommand(PastSql.Read);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("runs", runs);
        var passes = new List<PastPass>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            passes.Add(Of(reader));
        }

        return passes;
    }

    private static PastPass Of(NpgsqlDataReader reader) =>
        new()
        {
            RunId = reader.GetGuid(0),
            Team = reader.GetString(1),
            Ordinal = reader.GetInt16(2),
            Model = reader.GetString(3),
            Format = !reader.IsDBNull(4) && Enum.TryParse<ResponseFormat>(reader.GetString(4), out var format) ? format : null,
            StartedAt = reader.GetFieldValue<DateTimeOffset>(5),
            IsLastRung = reader.GetBoolean(6),
            Requests = reader.GetInt32(7),
            Succeeded = reader.GetInt32(8),
            UnknownRequests = reader.GetInt32(9),
            PromptTokens = reader.GetInt64(10),
            CompletionTokens = reader.GetInt64(11),
            Cost = reader.GetDecimal(12),
            Batches = reader.GetInt32(13),
            Sent = reader.GetInt32(14),
            LargestBatch = reader.GetInt32(15),
            Bytes = reader.GetInt64(16),
            Seconds = reader.IsDBNull(17) ? null : reader.GetDouble(17),
            Failures = CodesOf(reader.GetFieldValue<string[]>(18), reader.GetFieldValue<int[]>(19)),
            Stuck = reader.GetInt32(20),
        };

    private static Dictionary<FailureCode, int> CodesOf(string[] codes, int[] counts)
    {
        var failures = new Dictionary<FailureCode, int>();
        foreach (var (text, count) in codes.Zip(counts))
        {
            if (!FailureCodes.TryParse(text, out var code))
            {
                throw new InvalidDataException($"The ledger holds the failure code {text}, which this version does not know.");
            }

            failures[code] = count;
        }

        return failures;
    }
}
