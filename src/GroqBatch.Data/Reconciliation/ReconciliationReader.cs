using System.Data;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Runs;
using Npgsql;

namespace GroqBatch.Data.Reconciliation;

internal sealed class ReconciliationReader(NpgsqlDataSource dataSource) : IReconciliationReader
{
    public async Task<RunReconciliation?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One snapshot: rows and counters move together, and are to be seen together.
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        int selected,
            succeeded,
            waiting;
        RunState state;
        await using (var command = Command(ReconciliationSql.Run))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            selected = reader.GetInt32(0);
            state = Enum.Parse<RunState>(reader.GetString(1));
            succeeded = reader.GetInt32(2);
            waiting = reader.GetInt32(3);
        }

        var final = await CountByCodeAsync(Command(ReconciliationSql.FinalByCode), cancellationToken);
        var failedByBatch = await CountByBatchAsync(Command(ReconciliationSql.FailedByBatch), cancellationToken);
        var batches = await ReadBatchesAsync(Command(ReconciliationSql.Batches), failedByBatch, cancellationToken);
        List<string> differences;
        await using (var command = Command(RunSql.Recount))
        {
            differences = await RunStore.ReadDifferencesAsync(command, cancellationToken);
        }

        if (state.IsFinal() && waiting > 0)
        {
            differences.Add($"The run has ended, and {waiting} requests have no outcome.");
        }

        return new RunReconciliation
        {
            RunId = runId,
            Planned = selected,
            Succeeded = succeeded,
            FailuresByCode = final,
            Open = waiting,
            Batches = batches,
            Differences = differences,
        };

        NpgsqlCommand Command(string sql) => new(sql, connection, snapshot) { Parameters = { new("run", runId) }, CommandTimeout = 600 };
    }

    private static async Task<List<BatchReconciliation>> ReadBatchesAsync(
        NpgsqlCommand command,
        Dictionary<Guid, Dictionary<FailureCode, int>> failed,
        CancellationToken cancellationToken
    )
    {
        var batches = new List<BatchReconciliation>();
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetGuid(0);
                var codes = failed.GetValueOrDefault(id) ?? [];
                var state = Enum.Parse<BatchState>(reader.GetString(4));
                batches.Add(
                    new BatchReconciliation
                    {
                        BatchId = id,
                        Pass = reader.GetInt16(1),
                        Ordinal = reader.GetInt32(2),
                        ProviderBatchId = reader.IsDBNull(3) ? null : reader.GetString(3),
                        State = state,
                        Planned = reader.GetInt32(5),
                        Theirs = reader.IsDBNull(6)
                            ? null
                            : new RequestCounts(reader.GetInt32(6), reader.NumberOrNull(7) ?? 0, reader.NumberOrNull(8) ?? 0),
                        OffendingIds = reader.IsDBNull(10) ? [] : reader.GetFieldValue<string[]>(10),
                        Succeeded = reader.GetInt32(14),
                        NotRun = reader.GetInt32(15),
                        Open = reader.GetInt32(16),
                        FailuresByCode = codes,
                        Difference = Describe(reader, state, codes.Values.Sum()),
                    }
                );
            }
        }

        return batches;
    }

    /// <summary>What was found when it was ingested, and what its rows say otherwise today.</summary>
    private static string? Describe(NpgsqlDataReader reader, BatchState state, int failed)
    {
        var found = new List<string>();
        if (!reader.IsDBNull(9))
        {
            found.Add(reader.GetString(9));
        }

        var (planned, rows, succeeded, open) = (reader.GetInt32(5), reader.GetInt32(13), reader.GetInt32(14), reader.GetInt32(16));
        if (planned != rows)
        {
            found.Add($"{planned} requests were planned, the ledger has attempts of {rows}.");
        }

        if (state == BatchState.Ingested && open > 0)
        {
            found.Add($"{open} attempts have no outcome.");
        }

        if (reader.NumberOrNull(11) is { } counted && counted != succeeded)
        {
            found.Add($"The counter says {counted} succeeded, the rows say {succeeded}.");
        }

        if (reader.NumberOrNull(12) is { } countedFailed && countedFailed != failed)
        {
            found.Add($"The counter says {countedFailed} failed, the rows say {failed}.");
        }

        return found.Count == 0 ? null : string.Join(" ", found);
    }

    private static async Task<Dictionary<FailureCode, int>> CountByCodeAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<FailureCode, int>();
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                counts[Code(reader, 0)] = reader.GetInt32(1);
            }
        }

        return counts;
    }

    private static async Task<Dictionary<Guid, Dictionary<FailureCode, int>>> CountByBatchAsync(
        NpgsqlCommand command,
        CancellationToken cancellationToken
    )
    {
        var counts = new Dictionary<Guid, Dictionary<FailureCode, int>>();
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var batch = reader.GetGuid(0);
                (counts.TryGetValue(batch, out var codes) ? codes : counts[batch] = [])[Code(reader, 1)] = reader.GetInt32(2);
            }
        }

        return counts;
    }

    private static FailureCode Code(NpgsqlDataReader reader, int ordinal)
    {
        var text = reader.IsDBNull(ordinal) ? "(none)" : reader.GetString(ordinal);
        return FailureCodes.TryParse(text, out var code)
            ? code
            : throw new InvalidDataException($"The ledger holds the failure code {text}, which this version does not know.");
    }
}
