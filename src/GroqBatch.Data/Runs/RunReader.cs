using System.Data;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Runs;

/// <summary>Reads runs, passes, their failures by code, and batches: counters and indexes only, whatever the size of a run.</summary>
internal sealed class RunReader(NpgsqlDataSource dataSource) : IRunReader
{
    private const int FewestDigits = 4;
    private const int MostMatches = 10;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public async Task<IReadOnlyList<Guid>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (lowest, highest) = RangeOf(text.Trim());
        await using var command = dataSource.CreateCommand(RunReaderSql.Resolve);
        command.Parameters.Add(new() { Value = text.Trim() });
        command.Parameters.Add(new() { Value = (object?)lowest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)highest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = MostMatches });
        return await ReadAllAsync(command, reader => reader.GetGuid(0), cancellationToken);
    }

    public async Task<RunOverview?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(RunReaderSql.ById(runId), cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    public Task<IReadOnlyList<RunOverview>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync(RunReaderSql.List(filter), cancellationToken);
    }

    public async Task<int> CountAsync(RunFilter filter, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var command = dataSource.CreateCommand();
        command.CommandText = RunReaderSql.Count(filter, most, command.Parameters);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<string>> ListModelsAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunReaderSql.Models);
        command.Parameters.Add(new() { Value = provider });
        return await ReadAllAsync(command, reader => reader.GetString(0), cancellationToken);
    }

    public async Task<FrozenRun?> FindFrozenAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunReaderSql.Frozen);
        command.Parameters.Add(new() { Value = runId });
        var found = await ReadAllAsync(
            command,
            reader => new FrozenRun
            {
                Ladder = JsonSerializer.Deserialize(reader.GetString(0), RunJson.Default.Ladder)!,
                Settings = JsonSerializer.Deserialize(reader.GetString(1), RunJson.Default.RunSettings)!,
                PromptVersion = reader.GetString(2),
                IsCanaryDecided = reader.GetBoolean(3),
                RetryCodes = [.. reader.GetFieldValue<string[]>(4).Select(CodeOf)],
                PullRequestId = reader.IsDBNull(5) ? null : reader.GetInt64(5),
            },
            cancellationToken
        );
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<RunEvent>> ListEventsAsync(Guid runId, int latest, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunReaderSql.Events);
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = latest });
        var events = await ReadAllAsync(
            command,
            reader => new RunEvent(
                reader.GetFieldValue<DateTimeOffset>(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetGuid(3),
                reader.IsDBNull(4) ? null : reader.GetInt16(4),
                reader.TextOrNull(5),
                reader.TextOrNull(6),
                reader.GetString(7)
            ),
            cancellationToken
        );
        events.Reverse();
        return events;
    }

    /// <summary>One snapshot, so that the sums of what is read agree with each other.</summary>
    private async Task<IReadOnlyList<RunOverview>> ReadAsync(NpgsqlBatchCommand which, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var runs = new List<RunOverview>();
        await using (var newest = new NpgsqlBatch(connection) { BatchCommands = { which } })
        await using (var reader = await newest.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                runs.Add(ReadRun(reader));
            }
        }

        if (runs.Count == 0)
        {
            return runs;
        }

        var ids = runs.Select(run => run.Id).ToArray();
        var passes = new List<(Guid RunId, PassOverview Pass)>();
        var failures = new List<Failures>();
        var batches = new List<(Guid RunId, int Pass, BatchOverview Batch)>();
        await using (
            var parts = new NpgsqlBatch(connection)
            {
                BatchCommands = { Of(RunReaderSql.Passes, ids), Of(RunReaderSql.Failures, ids), Of(RunReaderSql.Batches, ids) },
            }
        )
        await using (var reader = await parts.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                passes.Add((reader.GetGuid(0), ReadPass(reader)));
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                failures.Add(
                    new(reader.GetGuid(0), reader.GetInt16(1), CodeOf(reader.GetString(2)), reader.GetInt32(3), reader.GetInt32(4))
                );
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                batches.Add((reader.GetGuid(0), reader.GetInt16(1), ReadBatch(reader)));
            }
        }

        await transaction.CommitAsync(cancellationToken);

        var passesOf = passes.ToLookup(pass => pass.RunId, pass => pass.Pass);
        var failuresOf = failures.ToLookup(failure => failure.RunId);
        var batchesOf = batches.ToLookup(batch => (batch.RunId, batch.Pass), batch => batch.Batch);
        return
        [
            .. runs.Select(run =>
                run with
                {
                    FailuresByCode = CodesOf(failuresOf[run.Id], failure => failure.Final),
                    Passes =
                    [
                        .. passesOf[run.Id]
                            .Select(pass =>
                                pass with
                                {
                                    FailuresByCode = CodesOf(
                                        failuresOf[run.Id].Where(failure => failure.Pass == pass.Ordinal),
                                        failure => failure.Requests
                                    ),
                                    Batches = [.. batchesOf[(run.Id, pass.Ordinal)]],
                                }
                            ),
                    ],
                }
            ),
        ];
    }

    private static NpgsqlBatchCommand Of(string sql, Guid[] runIds) => new(sql) { Parameters = { new() { Value = runIds } } };

    private static RunOverview ReadRun(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetGuid(0),
            ParentRunId = reader.IsDBNull(1) ? null : reader.GetGuid(1),
            Team = reader.GetString(2),
            TeamName = reader.GetString(3),
            Provider = reader.GetString(4),
            State = Enum.Parse<RunState>(reader.GetString(5)),
            Reason = reader.TextOrNull(6),
            Limit = reader.NumberOrNull(7),
            WithFallback = reader.GetBoolean(8),
            IncludeStale = reader.GetBoolean(9),
            IsOfFailures = !reader.IsDBNull(1) || reader.GetBoolean(10),
            IsOfOne = reader.GetBoolean(11),
            Filter = reader.IsDBNull(12) ? null : JsonSerializer.Deserialize(reader.GetString(12), RunJson.Default.PullRequestFilter),
            PromptVersion = reader.GetString(13),
            Provenance = Enum.Parse<RunProvenance>(reader.GetString(14)),
            StartedBy = reader.GetString(15),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(16),
            PlannedAt = reader.TimeOrNull(17),
            EndedAt = reader.TimeOrNull(18),
            HoldAfterPass = reader.IsDBNull(19) ? null : reader.GetInt16(19),
            Selected = reader.GetInt32(20),
            Succeeded = reader.GetInt32(21),
            Estimate = reader.IsDBNull(22) ? null : JsonSerializer.Deserialize<Estimate>(reader.GetString(22), Json),
            ReadAt = reader.GetFieldValue<DateTimeOffset>(23),
            FailuresByCode = new Dictionary<FailureCode, int>(),
            Passes = [],
        };

    private static PassOverview ReadPass(NpgsqlDataReader reader) =>
        new()
        {
            Ordinal = reader.GetInt16(1),
            Model = reader.GetString(2),
            Replaced = reader.TextOrNull(3),
            Requests = reader.GetInt32(4),
            Succeeded = reader.GetInt32(5),
            Failed = reader.GetInt32(6),
            PromptTokens = reader.GetInt64(7),
            CompletionTokens = reader.GetInt64(8),
            Cost = reader.GetDecimal(9),
            UnknownRequests = reader.GetInt32(10),
            StartedAt = reader.GetFieldValue<DateTimeOffset>(11),
            EndedAt = reader.TimeOrNull(12),
            FailuresByCode = new Dictionary<FailureCode, int>(),
            Batches = [],
        };

    private static BatchOverview ReadBatch(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetGuid(2),
            Ordinal = reader.GetInt32(3),
            State = Enum.Parse<BatchState>(reader.GetString(4)),
            Model = reader.IsDBNull(5) ? null : JsonSerializer.Deserialize(reader.GetString(5), RunJson.Default.Rung)?.Model,
            Status = reader.TextOrNull(6),
            ProviderBatchId = reader.TextOrNull(7),
            InputFileId = reader.TextOrNull(8),
            OutputFileId = reader.TextOrNull(9),
            ErrorFileId = reader.TextOrNull(10),
            Requests = reader.GetInt32(11),
            ProviderTotal = reader.NumberOrNull(12),
            ProviderCompleted = reader.NumberOrNull(13),
            ProviderFailed = reader.NumberOrNull(14),
            Succeeded = reader.NumberOrNull(15),
            Failed = reader.NumberOrNull(16),
            Difference = reader.TextOrNull(17),
            IngestedAt = reader.TimeOrNull(18),
            PolledAt = reader.TimeOrNull(19),
            Trouble = reader.TextOrNull(20),
            SubmittedAt = reader.TimeOrNull(21),
            EndedAt = reader.TimeOrNull(22),
        };

    private static Dictionary<FailureCode, int> CodesOf(IEnumerable<Failures> failures, Func<Failures, int> count)
    {
        var counts = new Dictionary<FailureCode, int>();
        foreach (var failure in failures.Where(failure => count(failure) > 0))
        {
            counts[failure.Code] = counts.GetValueOrDefault(failure.Code) + count(failure);
        }

        return counts;
    }

    private static FailureCode CodeOf(string text) =>
        FailureCodes.TryParse(text, out var code)
            ? code
            : throw new InvalidDataException($"The ledger holds the failure code {text}, which this version does not know.");

    private static async Task<List<T>> ReadAllAsync<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The ids that begin with a text, as a range that the primary key's index answers; null when it is no beginning of an id.</summary>
    internal static (Guid? Lowest, Guid? Highest) RangeOf(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is < FewestDigits or > 32 || !digits.All(char.IsAsciiHexDigit))
        {
            return (null, null);
        }

        return (
            Guid.ParseExact(digits.PadRight(32, '0'), "N"),
            Guid.ParseExact(digits.PadRight(32, 'f').ToLower(CultureInfo.InvariantCulture), "N")
        );
    }

    /// <summary>How many of a pass failed with a code, and how many of those for good.</summary>
    private sealed record Failures(Guid RunId, int Pass, FailureCode Code, int Requests, int Final);
}
