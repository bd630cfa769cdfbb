using GroqBatch.Core.Teams;
using Npgsql;

namespace GroqBatch.Data.Teams;

/// <summary>What has to be settled before a team and its ledger may go.</summary>
internal static class TeamRemoval
{
    /// <summary>
    /// Passes before batches, so that nobody can add a batch to a pass, nor intend to send one, before the removal is over. A simulator's batches
    /// cost nothing and go with their team.
    /// </summary>
    private const string LockPasses = """
        select 1 from groqbatch.passes pass join groqbatch.runs run on run.id = pass.run_id where run.team_id = any($1) for update of pass
        """;

    private const string Live = """
        select team.slug, run.id, coalesce(batch.provider_batch_id, 'one whose creation is not confirmed')
        from groqbatch.batches batch
        join groqbatch.runs run on run.id = batch.run_id
        join groqbatch.teams team on team.id = run.team_id
        where run.team_id = any($1) and batch.provider <> 'simulator'
          and (batch.state = 'Submitted' or (batch.state = 'Uploaded' and batch.intent_at is not null))
        order by team.slug, run.created_at, batch.pass_ordinal, batch.ordinal
        for update of batch
        """;

    /// <summary>Refuses while a provider works on batches of these teams: nobody would cancel them, save their answers, or know what they cost.</summary>
    /// <exception cref="InvalidTeamException">There are such batches; says which, and what to do.</exception>
    public static async Task DemandNoLiveBatchesAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<int> teams,
        CancellationToken cancellationToken
    )
    {
        await using (
            var passes = new NpgsqlCommand(LockPasses, connection, transaction) { Parameters = { new() { Value = teams.ToArray() } } }
        )
        {
            await passes.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var live = new NpgsqlCommand(Live, connection, transaction) { Parameters = { new() { Value = teams.ToArray() } } };
        await using var reader = await live.ExecuteReaderAsync(cancellationToken);
        var batches = new List<(string Team, Guid Run, string Batch)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            batches.Add((reader.GetString(0), reader.GetGuid(1), reader.GetString(2)));
        }

        if (batches.Count > 0)
        {
            throw new InvalidTeamException([
                .. batches
                    .GroupBy(batch => (batch.Team, batch.Run))
                    .Select(run =>
                        $"{run.Key.Team} is not removed: its run {run.Key.Run} has batches under way at the provider ({string.Join(", ", run.Select(batch => batch.Batch))}). "
                        + "Cancel the run, and remove the team once it has ended."
                    ),
            ]);
        }
    }
}
