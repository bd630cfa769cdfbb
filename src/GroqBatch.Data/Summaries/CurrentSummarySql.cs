namespace GroqBatch.Data.Summaries;

internal static class CurrentSummarySql
{
    /// <summary>
    /// Raw, because EF would build entities of what only passes through. In the order of the pull requests' own key, so that nothing is sorted
    /// and the first row comes at once; the statement is one snapshot.
    /// </summary>
    public const string Stream = """
        select pr.repository, pr.number, pr.title, pr.url, summary.document, state.state = 'stale', summary.provider, summary.model,
               summary.pass, summary.prompt_version, summary.run_id, summary.created_at
        from groqbatch.pull_requests pr
        join groqbatch.pull_request_states state on state.pull_request_id = pr.id and state.provider = $2
        join groqbatch.summaries summary on summary.id = state.summary_id
        where pr.team_id = $1 and state.state in ('summarised', 'stale')
        order by pr.repository, pr.number desc
        """;
}
