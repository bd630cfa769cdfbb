using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using Npgsql;

namespace GroqBatch.Data.FailureGroups;

/// <summary>Groups of failures from their counters.</summary>
internal sealed class FailureReader(NpgsqlDataSource dataSource) : IFailureReader
{
    private const int DetailRuns = 10;
    private const int DetailExamples = 5;

    public async Task<RunFailureReport> ReadRunAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(FailureGroupSql.OfRun);
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("most", RunFailureGroup.MostOpen);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isFinal = false;
        var passes = new List<PassFailures>();
        var groups = new List<RunFailureGroup>();
        while (await reader.ReadAsync(cancellationToken))
        {
            isFinal = Enum.Parse<RunState>(reader.GetString(0)).IsFinal();
            if (reader.IsDBNull(1))
            {
                break; // not planned yet
            }

            var ordinal = reader.GetInt16(1);
            if (passes.Count == 0 || passes[^1].Ordinal != ordinal)
            {
                groups = [];
                passes.Add(new PassFailures(ordinal, reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), groups));
            }

            if (!reader.IsDBNull(5))
            {
                groups.Add(
                    new RunFailureGroup(
                        new FailureGroupKey(CodeOf(reader.GetString(5)), reader.GetGuid(6)),
                        reader.GetString(7),
                        reader.GetInt32(8),
                        reader.GetInt32(9),
                        reader.IsDBNull(10) ? 0 : reader.GetInt32(10)
                    )
                );
            }
        }

        return new RunFailureReport(isFinal, passes);
    }

    public async Task<IReadOnlyList<FailureExample>> ListExamplesAsync(
        Guid runId,
        int pass,
        FailureGroupKey key,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(FailureGroupSql.Examples);
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("pass", (short)pass);
        command.Parameters.AddWithValue("code", key.Code.ToWire());
        command.Parameters.AddWithValue("message", key.Message);
        command.Parameters.AddWithValue("take", take);
        command.Parameters.AddWithValue("answer", FailureExample.AnswerLength);
        return await ReadExamplesAsync(command, cancellationToken);
    }

    public async Task<FailureList> ReadAsync(FailureListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = new List<FailureListRow>();
        var (matching, requests, open) = (0, 0L, 0);
        var (from, readAt) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        await using (var command = new NpgsqlCommand(FailureListSql.Read(query), connection))
        {
            command.Parameters.AddRange(FailureGroupSql.ParametersOf(query.Provider, query.TeamId, query.Filter));
            command.Parameters.AddWithValue("skip", query.Skip);
            command.Parameters.AddWithValue("take", query.Take);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                (matching, requests, open) = (reader.GetInt32(11), reader.GetInt64(12), reader.GetInt32(13));
                (from, readAt) = (reader.GetFieldValue<DateTimeOffset>(14), reader.GetFieldValue<DateTimeOffset>(15));
                if (!reader.IsDBNull(0))
                {
                    rows.Add(RowOf(reader));
                }
            }
        }

        return new FailureList(
            rows.Count == 0 ? rows : await WithTrendsAsync(connection, query, rows, from, readAt, cancellationToken),
            matching,
            requests,
            open,
            from,
            readAt
        );
    }

    public async Task<FailureGroupDetail> ReadGroupAsync(
        FailureListQuery query,
        FailureGroupKey key,
        int open,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var runs = new List<FailedPass>();
        await using (var command = GroupCommand(FailureListSql.Runs(query), DetailRuns))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                runs.Add(
                    new FailedPass(
                        reader.GetGuid(0),
                        reader.GetString(1),
                        reader.GetString(2),
                        reader.GetInt16(3),
                        reader.GetString(4),
                        reader.GetInt32(5),
                        reader.GetInt32(6),
                        reader.GetFieldValue<DateTimeOffset>(7)
                    )
                );
            }
        }

        var waiting = new List<OpenFailure>();
        await using (var command = GroupCommand(FailureListSql.Open(query), open))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                waiting.Add(
                    new OpenFailure(
                        reader.GetInt64(0),
                        reader.GetString(1),
                        reader.GetString(2),
                        reader.GetInt64(3),
                        reader.GetString(4),
                        reader.GetString(5),
                        reader.GetGuid(6),
                        reader.GetString(7),
                        reader.GetFieldValue<DateTimeOffset>(8)
                    )
                );
            }
        }

        await using var examples = GroupCommand(FailureListSql.Examples(query), DetailExamples);
        examples.Parameters.AddWithValue("answer", FailureExample.AnswerLength);
        return new FailureGroupDetail(runs, waiting, await ReadExamplesAsync(examples, cancellationToken));

        NpgsqlCommand GroupCommand(string sql, int take)
        {
            var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddRange(FailureGroupSql.ParametersOf(query.Provider, query.TeamId, query.Filter));
            command.Parameters.AddWithValue("code", key.Code.ToWire());
            command.Parameters.AddWithValue("key", key.Message);
            command.Parameters.AddWithValue("take", take);
            return command;
        }
    }

    private static FailureListRow RowOf(NpgsqlDataReader reader) =>
        new()
        {
            Key = new FailureGroupKey(CodeOf(reader.GetString(0)), reader.GetGuid(1)),
            Message = reader.GetString(2),
            Requests = reader.GetInt64(3),
            Final = reader.GetInt64(4),
            Open = reader.GetInt32(5),
            Runs = reader.GetInt32(6),
            Teams = reader.GetInt32(7),
            Models = reader.GetFieldValue<string[]>(8),
            FirstAt = reader.GetFieldValue<DateTimeOffset>(9),
            LastAt = reader.GetFieldValue<DateTimeOffset>(10),
            Trend = new int[FailureListRow.TrendParts],
        };

    private static async Task<List<FailureListRow>> WithTrendsAsync(
        NpgsqlConnection connection,
        FailureListQuery query,
        List<FailureListRow> rows,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var trends = rows.ToDictionary(row => row.Key, _ => new int[FailureListRow.TrendParts]);
        await using var command = new NpgsqlCommand(FailureListSql.Trends(query), connection);
        command.Parameters.AddRange(FailureGroupSql.ParametersOf(query.Provider, query.TeamId, query.Filter));
        command.Parameters.AddWithValue("page_codes", rows.Select(row => row.Key.Code.ToWire()).ToArray());
        command.Parameters.AddWithValue("page_messages", rows.Select(row => row.Key.Message).ToArray());
        command.Parameters.AddWithValue("from", from.ToUnixTimeMilliseconds() / 1_000.0);
        // Bounds that are one are none to the database.
        command.Parameters.AddWithValue("to", Math.Max(to.ToUnixTimeMilliseconds(), from.ToUnixTimeMilliseconds() + 1) / 1_000.0);
        command.Parameters.AddWithValue("parts", FailureListRow.TrendParts);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            trends[new FailureGroupKey(CodeOf(reader.GetString(0)), reader.GetGuid(1))][reader.GetInt32(2) - 1] = reader.GetInt32(3);
        }

        return rows.ConvertAll(row => row with { Trend = trends[row.Key] });
    }

    internal static FailureCode CodeOf(string text) =>
        FailureCodes.TryParse(text, out var code)
            ? code
            : throw new InvalidDataException($"The ledger holds the failure code {text}, which this version does not know.");

    private static async Task<IReadOnlyList<FailureExample>> ReadExamplesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var examples = new List<FailureExample>();
        while (await reader.ReadAsync(cancellationToken))
        {
            examples.Add(
                new FailureExample
                {
                    RunId = reader.GetGuid(0),
                    Pass = reader.GetInt16(1),
                    Model = reader.GetString(2),
                    PullRequestId = reader.GetInt64(3),
                    Repository = reader.GetString(4),
                    Number = reader.GetInt64(5),
                    Title = reader.GetString(6),
                    Url = reader.GetString(7),
                    Message = reader.IsDBNull(8) ? null : reader.GetString(8),
                    RawAnswer = reader.IsDBNull(9) ? null : reader.GetString(9),
                    RawLength = reader.IsDBNull(10) ? 0 : reader.GetInt32(10),
                    HttpStatus = reader.IsDBNull(11) ? null : reader.GetInt32(11),
                    At = reader.GetFieldValue<DateTimeOffset>(12),
                }
            );
        }

        return examples;
    }
}
