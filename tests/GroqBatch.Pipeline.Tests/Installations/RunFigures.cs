using Npgsql;

namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>What a run came to, read from the rows themselves rather than from any counter.</summary>
internal sealed record RunFigures
{
    public required string State { get; init; }
    public required string? Reason { get; init; }
    public required int Selected { get; init; }
    public required int Succeeded { get; init; }
    public required int FirstPassFailures { get; init; }
    public required int FinalFailures { get; init; }
    public required IReadOnlyDictionary<string, int> FinalByCode { get; init; }
    public required IReadOnlyDictionary<string, int> FirstPassByCode { get; init; }
    public required int Batches { get; init; }
    public required int Summaries { get; init; }
    public required int Claims { get; init; }
    public required int Attempts { get; init; }
    public int Recovered => FirstPassFailures - FinalFailures;

    public static async Task<RunFigures> ReadAsync(NpgsqlDataSource dataSource, Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            select run.state, run.reason, run.selected,
              (select count(*)::int from groqbatch.requests where run_id = run.id and outcome = 'succeeded'),
              (select count(*)::int from groqbatch.requests where run_id = run.id and pass_ordinal = 1 and outcome = 'failed'),
              (select count(*)::int from groqbatch.requests where run_id = run.id and outcome = 'failed' and is_final),
              (select count(*)::int from groqbatch.batches where run_id = run.id and state <> 'Abandoned'),
              (select count(*)::int from groqbatch.summaries where run_id = run.id),
              (select count(*)::int from groqbatch.claims where run_id = run.id),
              (select count(*)::int from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id
               where request.run_id = run.id)
            from groqbatch.runs run where run.id = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new RunFigures
        {
            State = reader.GetString(0),
            Reason = await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1),
            Selected = reader.GetInt32(2),
            Succeeded = reader.GetInt32(3),
            FirstPassFailures = reader.GetInt32(4),
            FinalFailures = reader.GetInt32(5),
            Batches = reader.GetInt32(6),
            Summaries = reader.GetInt32(7),
            Claims = reader.GetInt32(8),
            Attempts = reader.GetInt32(9),
            FinalByCode = await CountAsync(dataSource, runId, "is_final", cancellationToken),
            FirstPassByCode = await CountAsync(dataSource, runId, "pass_ordinal = 1", cancellationToken),
        };
    }

    private static async Task<IReadOnlyDictionary<string, int>> CountAsync(
        NpgsqlDataSource dataSource,
        Guid runId,
        string condition,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(
            $"select failure_code, count(*)::int from groqbatch.requests where run_id = $1 and outcome = 'failed' and {condition} group by 1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = reader.GetInt32(1);
        }

        return counts;
    }
}
