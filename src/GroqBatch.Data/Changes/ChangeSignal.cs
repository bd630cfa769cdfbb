using GroqBatch.Core.Changes;
using Npgsql;

namespace GroqBatch.Data.Changes;

/// <summary>NOTIFYs on the channel that everybody listens to.</summary>
internal sealed class ChangeSignal(NpgsqlDataSource dataSource) : IChangeSignal
{
    public async Task SendWakeAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select pg_notify('groqbatch_changes', 'wake:' || $1::text)");
        command.Parameters.AddWithValue(runId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
