using System.Runtime.CompilerServices;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.PullRequests;

/// <inheritdoc />
internal sealed class PullRequestListReader(NpgsqlDataSource dataSource) : IPullRequestListReader
{
    private const int MostTaken = 500;

    /// <summary>Rows that are looked at before the index of words is asked.</summary>
    private const int Near = 900;

    public async Task<PullRequestListPage> ListAsync(PullRequestListQuery query, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        actor.Demand(Right.View);
        var take = Math.Clamp(query.Take, 1, MostTaken);
        // The walk over months names states one by one.
        query = query with
        {
            Filter = query.Filter with { States = query.Filter.States.Count == 0 ? CoverageStates.All : query.Filter.States },
        };
        var isCounted = !PullRequestFilterSql.HasSearch(query.Filter) && query.Filter.Ids.Count == 0;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (matching, readAt) = await CountAsync(connection, query, isCounted, cancellationToken);
        List<PullRequestListRow> rows = [];
        if (matching > 0)
        {
            // Counters say where the rows are; words either are in many of the newest rows, or so rare that their index is quick.
            rows =
                isCounted ? await ReadAsync(connection, PullRequestListSql.Page(query), query, take, cancellationToken)
                : query.Filter.Ids.Count == 0
                && await ReadAsync(connection, PullRequestListSql.PageOfCommonWords(query), query, take, cancellationToken) is { } near
                && near.Count > take
                    ? near
                : await ReadAsync(connection, PullRequestListSql.PageByCondition(query), query, take, cancellationToken);
        }

        var isMore = rows.Count > take;
        rows = rows.GetRange(0, Math.Min(take, rows.Count));
        if (query.IsBackwards)
        {
            rows.Reverse();
        }

        return new PullRequestListPage(
            rows,
            Math.Min(matching, isCounted ? int.MaxValue : PullRequestListPage.MostCounted),
            !isCounted && matching > PullRequestListPage.MostCounted,
            query.IsBackwards ? isMore : query.Beyond is not null,
            query.IsBackwards ? query.Beyond is not null : isMore,
            readAt
        );
    }

    public async IAsyncEnumerable<PullRequestListRow> StreamAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(PullRequestListSql.Stream(filter));
        command.CommandTimeout = 0; // it lasts as long as its reader takes
        command.Parameters.Add(new("provider", provider));
        command.Parameters.Add(new("team", teamId));
        command.Parameters.AddRange(PullRequestFilterSql.Parameters(filter, teamId).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return Of(reader);
        }
    }

    private static async Task<(int Matching, DateTimeOffset ReadAt)> CountAsync(
        NpgsqlConnection connection,
        PullRequestListQuery query,
        bool isCounted,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            isCounted ? PullRequestListSql.Count(query.Filter) : PullRequestListSql.CountByCondition(query.Filter),
            connection
        );
        command.Parameters.AddRange(ParametersOf(query, PullRequestListPage.MostCounted + 1));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    private static async Task<List<PullRequestListRow>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        PullRequestListQuery query,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(ParametersOf(query, take + 1));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PullRequestListRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Of(reader));
        }

        return rows;
    }

    private static NpgsqlParameter[] ParametersOf(PullRequestListQuery query, int take) =>
        [
            new("provider", query.Provider),
            new("team", query.TeamId),
            new("take", take),
            new("most", take),
            new("near", Near),
            new("beyond_at", NpgsqlDbType.TimestampTz) { Value = query.Beyond is { } at ? at.CreatedAt.UtcDateTime : DBNull.Value },
            new("beyond_id", NpgsqlDbType.Bigint) { Value = query.Beyond is { } id ? id.Id : DBNull.Value },
            .. PullRequestFilterSql.Parameters(query.Filter, query.TeamId),
        ];

    private static PullRequestListRow Of(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(0),
            Repository = reader.GetString(1),
            Number = reader.GetInt64(2),
            Title = reader.GetString(3),
            Url = reader.GetString(4),
            Author = reader.GetString(5),
            State = CoverageStates.Parse(reader.GetString(6)),
            FailureCode = reader.IsDBNull(7) ? null : reader.GetString(7),
            ParkedReason = reader.IsDBNull(8) ? null : reader.GetString(8),
            ChangedFiles = reader.GetInt32(9),
            Additions = reader.GetInt32(10),
            Deletions = reader.GetInt32(11),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(12),
            MergedAt = reader.GetFieldValue<DateTimeOffset?>(13),
        };
}
