using GroqBatch.Core.Search;
using GroqBatch.Data.PullRequests;
using Npgsql;

namespace GroqBatch.Data.Search;

/// <summary>
/// Finds pull requests by what names them, and by words of their titles. A word that many have is found among the newest and never gathered; what is
/// rarer comes from the index of words (ix_pull_requests_words), as far as it is counted.
/// </summary>
internal static class PullRequestSearch
{
    /// <summary>Beginnings that are shorter begin too much: the index would gather a good part of all titles. Whole words they may be.</summary>
    private const int FewestLetters = 3;

    /// <summary>What was found, and whether there was no time to look through all titles.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="search">What was typed.</param>
    /// <param name="repositories">Repositories that it names, in the case in which they are stored.</param>
    /// <param name="patience">How long each look through titles may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<(Hits<PullRequestHit> Hits, bool IsUnfinished)> FindAsync(
        NpgsqlConnection connection,
        SearchText search,
        IEnumerable<string> repositories,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, SearchSql.OnlyByIndex, cancellationToken);
        var named = await ReadNamedAsync(connection, search, repositories, cancellationToken);
        var words = PullRequestFilterSql.WordsOf(search.Text);
        if (search.Repository is not null || words.Count == 0)
        {
            return (SearchReader.Shown(named), false);
        }

        try
        {
            await ExecuteAsync(connection, SearchSql.WithEnd(patience), cancellationToken);
            var titled = await ReadTitledAsync(connection, search, words, cancellationToken);
            var hits = named.Concat(titled.Rows).DistinctBy(hit => hit.Id).Take(SearchFindings.MostShown).ToList();
            return (new Hits<PullRequestHit>(hits, Math.Max(hits.Count, titled.Matching), titled.IsMore), false);
        }
        catch (PostgresException late)
            when (late.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            return (SearchReader.Shown(named), true);
        }
    }

    private static async Task<List<PullRequestHit>> ReadNamedAsync(
        NpgsqlConnection connection,
        SearchText search,
        IEnumerable<string> repositories,
        CancellationToken cancellationToken
    )
    {
        var named = new List<PullRequestHit>();
        if (search.PullRequestId is { } key)
        {
            named.AddRange((await ReadAsync(connection, SearchSql.ByKey, cancellationToken, new NpgsqlParameter("key", key))).Hits);
        }

        if (search is { Repository: { } repository, Number: { } number })
        {
            // The key knows a repository in one case only.
            var spellings = repositories
                .Where(known => string.Equals(known, repository, StringComparison.OrdinalIgnoreCase))
                .Append(repository)
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            var parameters = new NpgsqlParameter[] { new("repositories", spellings), new("number", number), Take() };
            named.AddRange((await ReadAsync(connection, SearchSql.ByName, cancellationToken, parameters)).Hits);
        }
        else if (search.Number is { } any)
        {
            named.AddRange((await ReadByWordsAsync(connection, $"'n{any}'", cancellationToken)).Hits);
        }

        return named;
    }

    /// <summary>By words of titles, newest first.</summary>
    private static async Task<Hits<PullRequestHit>> ReadTitledAsync(
        NpgsqlConnection connection,
        SearchText search,
        IReadOnlyList<string> words,
        CancellationToken cancellationToken
    )
    {
        List<PullRequestHit> near = [];
        if (search.Number is null)
        {
            var parameters = new NpgsqlParameter[] { new("words", Beginnings(words)), Take() };
            (near, _) = await ReadAsync(connection, SearchSql.Newest, cancellationToken, parameters);
            if (near.Count == SearchReader.Taken)
            {
                return SearchReader.Shown(near);
            }
        }

        var (found, counted) = await ReadByWordsAsync(connection, LastBeginning(words), cancellationToken);
        var hits = near.Concat(found)
            .DistinctBy(hit => hit.Id)
            .OrderByDescending(hit => hit.CreatedAt)
            .ThenByDescending(hit => hit.Id)
            .ToList();
        var matching = Math.Max(hits.Count, counted);
        return new Hits<PullRequestHit>(hits, Math.Min(matching, SearchFindings.MostCounted), counted > SearchFindings.MostCounted);
    }

    /// <summary>Each word by its beginning.</summary>
    private static string Beginnings(IReadOnlyList<string> words) =>
        string.Join(" & ", words.Select(word => Term(word, isBeginning: true)));

    /// <summary>
    /// The last word by its beginning, since it is still being typed; those before it whole: what several beginnings have is gathered for each of them
    /// before it is compared, while whole words are skipped through side by side.
    /// </summary>
    private static string LastBeginning(IReadOnlyList<string> words) =>
        string.Join(" & ", words.Select((word, at) => Term(word, isBeginning: at == words.Count - 1 && word.Length >= FewestLetters)));

    /// <summary>A number is a pull request's as well.</summary>
    private static string Term(string word, bool isBeginning)
    {
        var term = isBeginning ? $"'{word}':*" : $"'{word}'";
        return word.All(char.IsAsciiDigit) ? $"('n{word}' | {term})" : term;
    }

    private static Task<(List<PullRequestHit> Hits, int Counted)> ReadByWordsAsync(
        NpgsqlConnection connection,
        string query,
        CancellationToken cancellationToken
    ) => ReadAsync(connection, SearchSql.ByWords, cancellationToken, new("words", query), Take());

    private static async Task<(List<PullRequestHit> Hits, int Counted)> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (hits, counted) = (new List<PullRequestHit>(), 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            hits.Add(
                new PullRequestHit(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt64(4),
                    reader.GetString(5),
                    reader.GetFieldValue<DateTimeOffset>(6)
                )
            );
            counted = reader.GetInt32(7);
        }

        return (hits, counted);
    }

    private static NpgsqlParameter Take() => new("take", SearchReader.Taken);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
