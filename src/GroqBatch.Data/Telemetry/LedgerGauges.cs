using GroqBatch.Core.Runs;
using GroqBatch.Core.Telemetry;
using Npgsql;

namespace GroqBatch.Data.Telemetry;

/// <summary>Raw, since one statement reads levels of three tables at one instant.</summary>
internal sealed class LedgerGauges(NpgsqlDataSource dataSource) : ILedgerGauges
{
    private const string Runs = "select state, count(*)::int from groqbatch.runs where provider = @provider group by state";

    private const string Batches = """
        select count(*)::int, min(clock_timestamp() - polled_at) filter (where state = 'Submitted')
        from groqbatch.batches
        where provider = @provider and (state = 'Submitted' or (state = 'Uploaded' and intent_at is not null))
        """;

    public async Task<LedgerLevels> ReadAsync(string provider, CancellationToken cancellationToken)
    {
        var runs = Enum.GetValues<RunState>().ToDictionary(state => state, _ => 0);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(Runs, connection) { Parameters = { new("provider", provider) } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                runs[Enum.Parse<RunState>(reader.GetString(0))] = reader.GetInt32(1);
            }
        }

        await using var batches = new NpgsqlCommand(Batches, connection) { Parameters = { new("provider", provider) } };
        await using var levels = await batches.ExecuteReaderAsync(cancellationToken);
        await levels.ReadAsync(cancellationToken);
        return new LedgerLevels(runs, levels.GetInt32(0), await levels.IsDBNullAsync(1, cancellationToken) ? null : levels.GetTimeSpan(1));
    }
}
