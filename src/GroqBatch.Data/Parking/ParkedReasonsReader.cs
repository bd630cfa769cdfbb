using GroqBatch.Core.Parking;
using Npgsql;

namespace GroqBatch.Data.Parking;

internal sealed class ParkedReasonsReader(NpgsqlDataSource dataSource) : IParkedReasons
{
    /// <summary>By the index of lists (provider, team_id, state, created_at, …), and no further than <see cref="IParkedReasons.MostRead"/> rows.</summary>
    private const string Read = """
        select parked.reason, count(*)::int
        from (select coalesce(state.parked_reason, '') as reason
              from groqbatch.pull_request_states state
              where state.provider = $1 and state.team_id = $2 and state.state = 'parked'
              order by state.created_at desc, state.pull_request_id desc
              limit $3) parked
        group by parked.reason
        order by count(*) desc, parked.reason
        """;

    public async Task<IReadOnlyList<ParkedReason>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Read);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = teamId });
        command.Parameters.Add(new() { Value = IParkedReasons.MostRead });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reasons = new List<ParkedReason>();
        while (await reader.ReadAsync(cancellationToken))
        {
            reasons.Add(new ParkedReason(reader.GetString(0), reader.GetInt32(1)));
        }

        return reasons;
    }
}
