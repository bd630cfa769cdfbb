using System.Text;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.PullRequests;

/// <summary>
/// The one condition for a <see cref="PullRequestFilter"/>, whoever asks: a list, a run, parking, an export. Put together from fixed pieces, so that
/// each kind of filter gets the plan of its index; what was typed is only ever a parameter.
/// </summary>
internal static class PullRequestFilterSql
{
    // As in the index (migration AddRunFilterAndTitleSearch): punctuation parts words there and here alike.
    private const string Punctuation = "-_/\\.:;,@#+()[]{}<>\"`~=&|!?*%$^'";

    /// <summary>
    /// Team, number and words of a title, of a table with the alias <c>pr</c>; to the letter the expression of the index ix_pull_requests_words.
    /// </summary>
    public const string Words =
        "to_tsvector('simple'::regconfig, 'team' || pr.team_id::text || ' n' || pr.number::text || ' ' "
        + "|| translate(left(pr.title, 500), '-_/\\.:;,@#+()[]{}<>\"`~=&|!?*%$^''', '                                '))";

    /// <summary>Of a table of states with the alias <c>state</c>, provider and team aside. Parameters: those of <see cref="Parameters"/>.</summary>
    /// <param name="alsoInFlight">Those in flight are wanted beside the filter's states.</param>
    public static string Condition(PullRequestFilter filter, bool alsoInFlight = false)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var sql = new StringBuilder();
        sql.Append(
            filter.States.Count == 0 ? "" : $" and state.state = any(@filter_states{(alsoInFlight ? " || '{in_flight}'::text[]" : "")})"
        );
        sql.Append(filter.Ids.Count == 0 ? "" : " and state.pull_request_id = any(@filter_ids)");
        sql.Append(filter.Repository is null ? "" : " and state.repository = @filter_repository");
        sql.Append(filter.Month is null ? "" : " and state.created_at >= @filter_from and state.created_at < @filter_to");
        sql.Append(
            HasSearch(filter)
                ? $" and state.pull_request_id in (select pr.id from groqbatch.pull_requests pr where {Words} @@ to_tsquery('simple', @filter_words))"
                : ""
        );
        return sql.ToString();
    }

    /// <summary>What <see cref="Condition"/> names.</summary>
    public static IEnumerable<NpgsqlParameter> Parameters(PullRequestFilter filter, int teamId)
    {
        ArgumentNullException.ThrowIfNull(filter);
        yield return new("filter_states", filter.States.Select(state => state.ToWire()).ToArray());
        yield return new("filter_ids", filter.Ids.Take(PullRequestFilter.MostIds).ToArray());
        yield return new("filter_repository", NpgsqlDbType.Text) { Value = (object?)filter.Repository ?? DBNull.Value };
        yield return new("filter_from", NpgsqlDbType.TimestampTz) { Value = filter.Month is { } from ? StartOf(from) : DBNull.Value };
        yield return new("filter_to", NpgsqlDbType.TimestampTz)
        {
            Value = filter.Month is { } to ? StartOf(to.AddMonths(1)) : DBNull.Value,
        };
        yield return new("filter_words", NpgsqlDbType.Text) { Value = filter.Search is null ? DBNull.Value : Query(filter.Search, teamId) };
    }

    /// <summary>Whether it looks for words: only then is there an end to counting.</summary>
    public static bool HasSearch(PullRequestFilter filter) => filter.Search is not null;

    /// <summary>
    /// The search as a tsquery: each word by its beginning, a number also as the pull request's. Quoted, so that nothing in it is an operator. Nothing
    /// but punctuation finds nothing.
    /// </summary>
    internal static string Query(string search, int teamId)
    {
        var words = WordsOf(search).Select(word => word.All(char.IsAsciiDigit) ? $"('n{word}' | '{word}':*)" : $"'{word}':*").ToList();
        return words.Count == 0 ? "'nothing' & !'nothing'" : $"'team{teamId}' & {string.Join(" & ", words)}";
    }

    /// <summary>What is typed, parted as titles are; nothing in a word needs to be escaped between quotation marks.</summary>
    internal static IReadOnlyList<string> WordsOf(string search) =>
        [.. search.Split([.. Punctuation, ' ', '\t', '\n', '\r', '\0'], StringSplitOptions.RemoveEmptyEntries).Take(12)];

    private static DateTime StartOf(DateOnly month) => month.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
}
