namespace GroqBatch.Data.PullRequests;

internal static class PullRequestSql
{
    private static readonly string[] Stored =
    [
        "title",
        "body",
        "author_login",
        "author_name",
        "author_is_bot",
        "state",
        "is_merged",
        "is_draft",
        "labels",
        "additions",
        "deletions",
        "changed_files",
        "created_at",
        "merged_at",
        "closed_at",
        "url",
        "files",
        "commits",
        "reviews",
        "comments",
        "content_hash",
        "prompt_bytes",
        "is_eligible",
    ];

    private static readonly string Columns = string.Join(", ", Stored);

    /// <summary>Gone with its transaction, so that a killed import leaves nothing behind.</summary>
    public const string CreateIncoming = """
        create temp table incoming_pull_requests (
            ordinal int not null, repository text not null, number bigint not null,
            title text not null, body text not null, author_login text not null, author_name text, author_is_bot boolean not null,
            state text not null, is_merged boolean not null, is_draft boolean not null, labels text[] not null,
            additions int not null, deletions int not null, changed_files int not null,
            created_at timestamptz not null, merged_at timestamptz, closed_at timestamptz, url text not null,
            files jsonb not null, commits jsonb not null, reviews jsonb not null, comments jsonb not null,
            content_hash bytea not null, prompt_bytes int not null, is_eligible boolean not null
        ) on commit drop
        """;

    public static readonly string CopyIncoming =
        $"copy incoming_pull_requests (ordinal, repository, number, {Columns}) from stdin (format binary)";

    /// <summary>
    /// Raw, because EF has no INSERT … ON CONFLICT. Rows that are the same already are left out before the conflict, which would lock them:
    /// they are not written in any way. By a scalar subquery, since PostgreSQL would turn NOT EXISTS into a join with the whole team. Sorted by
    /// key: two imports of one team take the same locks in the same order. For each row written: its ordinal, and whether it is new (a row
    /// that this statement inserted has no xmax).
    /// </summary>
    public static readonly string Upsert = $"""
        with written as (
            insert into groqbatch.pull_requests as pr (team_id, repository, number, {Columns})
            select @team, repository, number, {Columns}
            from incoming_pull_requests incoming
            where not coalesce((
                select {string.Join(" and ", Compared.Select(column => $"stored.{column} is not distinct from incoming.{column}"))}
                from groqbatch.pull_requests stored
                where stored.team_id = @team and stored.repository = incoming.repository and stored.number = incoming.number
            ), false)
            order by repository, number
            on conflict (team_id, repository, number) do update
            set {string.Join(", ", Stored.Select(column => $"{column} = excluded.{column}"))}, updated_at = now()
            where {string.Join(" or ", Compared.Select(column => $"pr.{column} is distinct from excluded.{column}"))}
            returning pr.repository, pr.number, pr.xmax = 0 as added
        )
        select incoming.ordinal, written.added
        from written join incoming_pull_requests incoming using (repository, number)
        """;

    /// <summary>The hash first: where the content differs, nothing else is looked at.</summary>
    private static IEnumerable<string> Compared => Stored.OrderBy(column => column == "content_hash" ? 0 : 1);
}
