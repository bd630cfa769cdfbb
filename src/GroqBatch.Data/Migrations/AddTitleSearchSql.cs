namespace GroqBatch.Data.Migrations;

/// <summary>An index over an expression, for which EF has no words.</summary>
internal static class AddTitleSearchSql
{
    /// <summary>
    /// Words of titles with team and number beside them, so that a search within a team asks one index. Punctuation parts words: without that,
    /// PostgreSQL takes <c>fix/foo.ts</c> for one. Of the first 500 characters: a text without end can not be indexed, and would stop an import.
    /// </summary>
    public const string Up = """
        create index ix_pull_requests_words on groqbatch.pull_requests using gin (
            to_tsvector('simple'::regconfig, 'team' || team_id::text || ' n' || number::text || ' '
                || translate(left(title, 500), '-_/\.:;,@#+()[]{}<>"`~=&|!?*%$^''', '                                ')));
        """;

    public const string Down = "drop index groqbatch.ix_pull_requests_words;";
}
