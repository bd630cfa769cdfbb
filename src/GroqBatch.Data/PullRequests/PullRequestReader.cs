using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;
using Npgsql;
using RunJson = GroqBatch.Data.Runs.RunJson;

namespace GroqBatch.Data.PullRequests;

/// <inheritdoc cref="IPullRequestReader" />
internal sealed class PullRequestReader(NpgsqlDataSource dataSource) : IPullRequestReader, IAttemptFinder
{
    public async Task<PullRequestDetails?> FindAsync(string provider, long pullRequestId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        await using var batch = dataSource.CreateBatch();
        foreach (var sql in new[] { PullRequestReaderSql.Find, PullRequestReaderSql.Summaries, PullRequestReaderSql.Attempts })
        {
            batch.BatchCommands.Add(
                new(sql)
                {
                    Parameters =
                    {
                        new() { Value = pullRequestId },
                        new() { Value = provider },
                    },
                }
            );
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var details = new PullRequestDetails
        {
            Id = pullRequestId,
            Team = Teams.TeamRow.Read(reader, ladder: 11),
            State = CoverageStates.Parse(reader.GetString(5)),
            FailureCode = reader.TextOrNull(6),
            ParkedBy = reader.TextOrNull(7),
            ParkedReason = reader.TextOrNull(8),
            ClaimedBy = reader.IsDBNull(9) ? null : reader.GetGuid(9),
            ReadAt = reader.GetFieldValue<DateTimeOffset>(10),
            PullRequest = PullRequestRow.Read(reader, PullRequestReaderSql.FindColumns),
            Summaries = [],
            Attempts = [],
        };
        await reader.NextResultAsync(cancellationToken);
        var summaries = new List<PullRequestSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            summaries.Add(SummaryOf(reader, pullRequestId));
        }

        await reader.NextResultAsync(cancellationToken);
        var attempts = new List<PullRequestAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            attempts.Add(AttemptOf(reader));
        }

        return details with
        {
            Summaries = summaries,
            Attempts = attempts,
        };
    }

    public async Task<CutText?> FindAnswerAsync(long attemptId, int most, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        await using var command = dataSource.CreateCommand(
            "select left(raw_answer, $2), length(raw_answer) from groqbatch.attempts where id = $1 and raw_answer is not null"
        );
        command.Parameters.Add(new() { Value = attemptId });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new CutText(reader.GetString(0), reader.GetInt32(1)) : null;
    }

    async Task<SentAttempt?> IAttemptFinder.FindAsync(long attemptId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PullRequestReaderSql.Sent);
        command.Parameters.Add(new() { Value = attemptId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var pass = reader.GetInt16(5);
        var rung = reader.IsDBNull(6)
            ? JsonSerializer.Deserialize(reader.GetString(7), RunJson.Default.Ladder)!.Find(pass)
            : JsonSerializer.Deserialize(reader.GetString(6), RunJson.Default.Rung);
        return new SentAttempt
        {
            RunId = reader.GetGuid(0),
            BatchId = reader.GetGuid(1),
            Line = reader.GetInt32(2),
            PullRequestId = reader.GetInt64(3),
            PromptVersion = reader.GetString(4),
            Rung = rung ?? throw new InvalidDataException($"The ladder of run {reader.GetGuid(0)} has no rung {pass}."),
            IsOfThisContent = reader.GetBoolean(8),
            PullRequest = PullRequestRow.Read(reader, PullRequestReaderSql.SentColumns),
        };
    }

    private static PullRequestSummary SummaryOf(NpgsqlDataReader reader, long pullRequestId)
    {
        var reading = SummaryReader.Read(reader.GetFieldValue<byte[]>(3));
        return new PullRequestSummary
        {
            Id = reader.GetInt64(0),
            IsCurrent = reader.GetBoolean(1),
            IsOfThisContent = reader.GetBoolean(2),
            Document =
                reading.Document
                ?? throw new InvalidDataException($"A stored summary of pull request {pullRequestId} is none: {reading.Code}."),
            RunId = reader.GetGuid(4),
            Model = reader.GetString(5),
            Rung = reader.GetInt16(6),
            Pass = reader.GetInt16(7),
            PromptVersion = reader.GetString(8),
            PromptTokens = reader.NumberOrNull(9),
            CompletionTokens = reader.NumberOrNull(10),
            Cost = reader.IsDBNull(11) ? null : reader.GetDecimal(11),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(12),
        };
    }

    private static PullRequestAttempt AttemptOf(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(0),
            RunId = reader.GetGuid(1),
            Pass = reader.GetInt16(2),
            Number = reader.GetInt16(3),
            Model = reader.GetString(4),
            ProviderBatchId = reader.TextOrNull(5),
            Outcome = reader.TextOrNull(6),
            FailureCode = reader.TextOrNull(7),
            Message = reader.TextOrNull(8),
            HttpStatus = reader.NumberOrNull(9),
            PromptTokens = reader.NumberOrNull(10),
            CompletionTokens = reader.NumberOrNull(11),
            Cost = reader.IsDBNull(12) ? null : reader.GetDecimal(12),
            HasAnswer = reader.GetBoolean(13),
            At = reader.GetFieldValue<DateTimeOffset>(14),
        };
}
