using GroqBatch.Core.PullRequests;
using Npgsql;

namespace GroqBatch.Data.PullRequests;

/// <summary>
/// Reads a <see cref="PullRequest"/> from a row. Without EF: a run streams 50,000 of them, and its jsonb columns go from the wire's UTF-8
/// straight into records.
/// </summary>
internal static class PullRequestRow
{
    /// <summary>The columns that <see cref="Read"/> wants, in its order, of a table with the alias <c>pr</c>.</summary>
    public const string Columns = """
        pr.repository, pr.number, pr.title, pr.body, pr.author_login, pr.author_name, pr.author_is_bot, pr.state, pr.is_merged, pr.is_draft,
        pr.labels, pr.additions, pr.deletions, pr.changed_files, pr.created_at, pr.merged_at, pr.closed_at, pr.url,
        pr.files, pr.commits, pr.reviews, pr.comments
        """;

    /// <summary>How many columns <see cref="Columns"/> names.</summary>
    public const int Count = 22;

    /// <summary>The pull request of the current row.</summary>
    /// <param name="reader">On a row.</param>
    /// <param name="firstOrdinal">Where <see cref="Columns"/> begin in it.</param>
    public static PullRequest Read(NpgsqlDataReader reader, int firstOrdinal)
    {
        var at = firstOrdinal;
        byte[] json;
        return new PullRequest
        {
            Repository = reader.GetString(at++),
            Number = reader.GetInt64(at++),
            Title = reader.GetString(at++),
            Body = reader.GetString(at++),
            Author = new PullRequestAuthor(
                reader.GetString(at++),
                reader.IsDBNull(at) ? Skip(ref at) : reader.GetString(at++),
                reader.GetBoolean(at++)
            ),
            State = reader.GetString(at++),
            IsMerged = reader.GetBoolean(at++),
            IsDraft = reader.GetBoolean(at++),
            Labels = reader.GetFieldValue<string[]>(at++),
            Additions = reader.GetInt32(at++),
            Deletions = reader.GetInt32(at++),
            ChangedFiles = reader.GetInt32(at++),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(at++),
            MergedAt = reader.GetFieldValue<DateTimeOffset?>(at++),
            ClosedAt = reader.GetFieldValue<DateTimeOffset?>(at++),
            Url = reader.GetString(at++),
            Files = IsEmpty(json = reader.GetFieldValue<byte[]>(at++)) ? [] : PullRequestLists.Files(json),
            Commits = IsEmpty(json = reader.GetFieldValue<byte[]>(at++)) ? [] : PullRequestLists.Commits(json),
            Reviews = IsEmpty(json = reader.GetFieldValue<byte[]>(at++)) ? [] : PullRequestLists.Reviews(json),
            Comments = IsEmpty(json = reader.GetFieldValue<byte[]>(at)) ? [] : PullRequestLists.Comments(json),
        };
    }

    private static string? Skip(ref int at)
    {
        at++;
        return null;
    }

    /// <summary>Two bytes are <c>[]</c>.</summary>
    private static bool IsEmpty(byte[] json) => json.Length <= 2;
}
