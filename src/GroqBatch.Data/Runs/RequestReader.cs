using System.Globalization;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Data.FailureGroups;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Runs;

/// <summary>Pages of a run's requests in PostgreSQL.</summary>
internal sealed class RequestReader(NpgsqlDataSource dataSource) : IRequestReader
{
    public async Task<RequestListPage> ReadAsync(RequestListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query = query with { Search = query.Search.Trim() };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (total, readAt) = await ReadTotalAsync(connection, query, cancellationToken);
        var rows = new List<RequestListRow>();
        RequestCursor? stopped = null;
        await using (var command = new NpgsqlCommand(RequestListSql.Read(query), connection))
        {
            command.Parameters.AddRange(ParametersOf(query));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(RowOf(reader));
            }

            if (await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken))
            {
                stopped = new RequestCursor(reader.GetInt16(0), reader.GetInt64(1));
            }
        }

        var isBackwards = query.Before is not null;
        var hasMore = rows.Count > query.Take;
        if (hasMore)
        {
            rows.RemoveAt(query.Take);
        }

        // A search that was stopped goes on behind the last request it looked at; a full page behind its last row.
        var isUnfinished = !hasMore && stopped is not null;
        var onward =
            hasMore ? rows[^1].Cursor
            : isUnfinished ? stopped
            : null;
        if (isBackwards)
        {
            rows.Reverse();
            return new RequestListPage(rows, total, onward, rows.Count > 0 ? rows[^1].Cursor : query.Before, isUnfinished, readAt);
        }

        var back =
            query.After is null ? null
            : rows.Count > 0 ? rows[0].Cursor
            : Above(query.After);
        return new RequestListPage(rows, total, back, onward, isUnfinished, readAt);
    }

    // So that going back from an empty page begins with the row that it came after.
    private static RequestCursor Above(RequestCursor cursor) => cursor with { PullRequestId = cursor.PullRequestId + 1 };

    private static async Task<(int Total, DateTimeOffset ReadAt)> ReadTotalAsync(
        NpgsqlConnection connection,
        RequestListQuery query,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(RequestListSql.Total(query), connection);
        command.Parameters.AddRange(ParametersOf(query));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    internal static NpgsqlParameter[] ParametersOf(RequestListQuery query)
    {
        var from = query.Before ?? query.After;
        return
        [
            new("run", query.RunId),
            Nullable("pass", NpgsqlDbType.Smallint, (short?)query.Pass),
            Nullable("code", NpgsqlDbType.Text, query.Code?.ToWire()),
            Nullable("message", NpgsqlDbType.Uuid, query.Message),
            Nullable("from_pass", NpgsqlDbType.Smallint, (short?)from?.Pass),
            Nullable("from_id", NpgsqlDbType.Bigint, from?.PullRequestId),
            new("take", query.Take),
            new("budget", RequestListQuery.SearchBudget),
            new("search", query.Search),
            Nullable(
                "number",
                NpgsqlDbType.Bigint,
                long.TryParse(query.Search.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null
            ),
        ];
    }

    private static RequestListRow RowOf(NpgsqlDataReader reader) =>
        new()
        {
            Pass = reader.GetInt16(0),
            Model = reader.GetString(1),
            PullRequestId = reader.GetInt64(2),
            Repository = reader.GetString(3),
            Number = reader.GetInt64(4),
            Title = reader.GetString(5),
            Url = reader.GetString(6),
            HasSucceeded = reader.IsDBNull(7) ? null : reader.GetString(7) == "succeeded",
            Code = reader.IsDBNull(8) ? null : FailureReader.CodeOf(reader.GetString(8)),
            Message = reader.IsDBNull(9) ? null : reader.GetString(9),
            IsFinal = reader.GetBoolean(10),
            IsInFlight = reader.GetBoolean(11),
            ResolvedAt = reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12),
            Attempts = reader.GetInt32(13),
            PromptTokens = reader.IsDBNull(14) ? null : reader.GetInt64(14),
            CompletionTokens = reader.IsDBNull(15) ? null : reader.GetInt64(15),
            Cost = reader.IsDBNull(16) ? null : reader.GetDecimal(16),
            IsCostUnknown = reader.GetBoolean(17),
        };

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
