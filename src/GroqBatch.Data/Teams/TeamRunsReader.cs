using System.Data;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Coverage;
using GroqBatch.Data.FailureGroups;
using Npgsql;

namespace GroqBatch.Data.Teams;

internal sealed class TeamRunsReader(NpgsqlDataSource dataSource) : ITeamRunsReader
{
    private static readonly string[] NotRun = [FailureCode.Cancelled.ToWire(), FailureCode.NotSent.ToWire()];

    public async Task<IReadOnlyDictionary<int, TeamRunTotals>> ReadAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        var teams = teamIds.Distinct().ToDictionary(id => id, _ => new TeamRunTotals());
        if (teams.Count == 0)
        {
            return teams;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One snapshot, so that what is added up here and there agrees.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var sql in new[] { TeamRunsSql.Runs, TeamRunsSql.Rungs, TeamRunsSql.Failures, TeamRunsSql.Latest })
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = provider });
            command.Parameters.Add(new() { Value = teams.Keys.ToArray() });
            if (sql != TeamRunsSql.Latest)
            {
                command.Parameters.Add(new() { Value = since.ToUniversalTime() });
            }

            if (sql == TeamRunsSql.Rungs)
            {
                command.Parameters.Add(new() { Value = NotRun });
            }

            batch.BatchCommands.Add(command);
        }

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetInt32(0);
                teams[id] = teams[id] with { Runs = reader.GetInt32(1), Live = reader.GetInt32(2), Succeeded = reader.GetInt64(3) };
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetInt32(0);
                teams[id] = teams[id] with { Rungs = [.. teams[id].Rungs, ReadRung(reader)] };
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetInt32(0);
                var code = new CodeTotals(FailureReader.CodeOf(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(3));
                teams[id] = teams[id] with { Failures = [.. teams[id].Failures, code] };
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetInt32(0);
                teams[id] = teams[id] with { Last = LastRunSql.Read(reader, 1) };
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return teams;
    }

    private static RungTotals ReadRung(NpgsqlDataReader reader) =>
        new()
        {
            Ordinal = reader.GetInt16(1),
            Model = reader.GetString(2),
            Runs = reader.GetInt32(3),
            Requests = reader.GetInt64(4),
            Succeeded = reader.GetInt64(5),
            Failed = reader.GetInt64(6),
            NotRun = reader.GetInt64(7),
            PromptTokens = reader.GetInt64(8),
            CompletionTokens = reader.GetInt64(9),
            Cost = reader.GetDecimal(10),
            UnknownRequests = reader.GetInt64(11),
        };
}
