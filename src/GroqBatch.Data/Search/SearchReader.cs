using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Search;

/// <inheritdoc />
internal sealed class SearchReader(NpgsqlDataSource dataSource) : ISearch
{
    /// <summary>One more than is shown tells that there are more.</summary>
    public const int Taken = SearchFindings.MostShown + 1;

    public async Task<SearchFindings> FindAsync(
        string text,
        string provider,
        TimeSpan patience,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        var search = SearchText.Read(text);
        if (search.Text.Length == 0)
        {
            return SearchFindings.Nothing;
        }

        // Side by side, unless the one needs to know from the other how a repository is spelled.
        var named = ReadNamedAsync(search, provider, cancellationToken);
        var titled = FindPullRequestsAsync(search, search.Repository is null ? null : named, patience, cancellationToken);
        await Task.WhenAll(named, titled);
        var (pullRequests, isUnfinished) = await titled;
        return await named with { PullRequests = pullRequests, IsUnfinished = isUnfinished };
    }

    /// <summary>At most so many of them as are shown.</summary>
    public static Hits<T> Shown<T>(IReadOnlyList<T> taken) =>
        taken.Count <= SearchFindings.MostShown
            ? new Hits<T>(taken, taken.Count, IsMore: false)
            : new Hits<T>([.. taken.Take(SearchFindings.MostShown)], SearchFindings.MostShown, IsMore: true);

    private async Task<(Hits<PullRequestHit>, bool)> FindPullRequestsAsync(
        SearchText search,
        Task<SearchFindings>? named,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var repositories = named is null ? [] : (await named).Repositories.Rows.Select(row => row.Repository);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await PullRequestSearch.FindAsync(connection, search, repositories, patience, cancellationToken);
    }

    private async Task<SearchFindings> ReadNamedAsync(SearchText search, string provider, CancellationToken cancellationToken)
    {
        var (lowest, highest) = RunReader.RangeOf(search.Id ?? "");
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Add(SearchSql.Teams, new("text", search.Text), new("take", Taken));
        Add(SearchSql.Repositories, new("text", search.Repository ?? search.Text), new("provider", provider), new("take", Taken));
        Add(SearchSql.KeptFilters, new("text", search.Text), new("take", Taken));
        Add(SearchSql.Runs, OfId("lowest", lowest), OfId("highest", highest), new("take", Taken));
        Add(
            SearchSql.Batches,
            OfId("lowest", lowest),
            OfId("highest", highest),
            new("id", NpgsqlDbType.Text) { Value = (object?)search.Id ?? DBNull.Value },
            new("near_batches", SearchSql.NearBatches),
            new("take", Taken)
        );
        Add("select now()");

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var teams = await ReadAsync(row => new TeamHit(row.GetString(0), row.GetString(1)));
        var repositories = await ReadAsync(row => new RepositoryHit(row.GetString(0), row.GetString(1), row.GetString(2)));
        var keptFilters = await ReadAsync(row => new KeptFilterHit(row.GetString(0), row.GetString(1), row.GetString(2)));
        var runs = await ReadAsync(row => new RunHit(
            row.GetGuid(0),
            row.GetString(1),
            Enum.Parse<RunState>(row.GetString(2)),
            row.GetFieldValue<DateTimeOffset>(3)
        ));
        var batches = await ReadAsync(row => new BatchHit(
            row.GetGuid(0),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.GetGuid(2),
            row.GetString(3),
            row.GetFieldValue<DateTimeOffset>(4)
        ));
        var readAt = await ReadAsync(row => row.GetFieldValue<DateTimeOffset>(0));
        return new SearchFindings
        {
            Teams = Shown(teams),
            Repositories = Shown(repositories),
            KeptFilters = Shown(keptFilters),
            Runs = Shown(runs),
            Batches = Shown(batches),
            ReadAt = readAt[0],
        };

        void Add(string sql, params NpgsqlParameter[] parameters)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddRange(parameters);
            batch.BatchCommands.Add(command);
        }

        async Task<List<T>> ReadAsync<T>(Func<NpgsqlDataReader, T> rowOf)
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(rowOf(reader));
            }

            await reader.NextResultAsync(cancellationToken);
            return rows;
        }
    }

    private static NpgsqlParameter OfId(string name, Guid? id) => new(name, NpgsqlDbType.Uuid) { Value = (object?)id ?? DBNull.Value };
}
