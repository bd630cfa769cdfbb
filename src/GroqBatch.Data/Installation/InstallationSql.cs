namespace GroqBatch.Data.Installation;

internal static class InstallationSql
{
    /// <summary>
    /// Raw, because of the lock: an import under way inserts states for the providers it can see, so none may be under way while one is added.
    /// </summary>
    public const string AddProvider = """
        lock table groqbatch.pull_requests in share row exclusive mode;
        insert into groqbatch.providers (name) values (@provider) on conflict do nothing;
        insert into groqbatch.pull_request_states (provider, pull_request_id, team_id, repository, created_at, is_eligible, content_hash,
                                                   is_prompt_outdated, is_claimed, has_failed, is_parked)
        select @provider, id, team_id, repository, created_at, is_eligible, content_hash, false, false, false, false
        from groqbatch.pull_requests
        on conflict do nothing;
        """;

    /// <summary>Raw, because EF has no UPDATE … FROM. Touches only rows whose answer changes: none on an ordinary start.</summary>
    public const string MarkOutdatedPrompts = """
        update groqbatch.pull_request_states state
        set is_prompt_outdated = not state.is_prompt_outdated
        from groqbatch.summaries summary
        where state.provider = $1
          and summary.id = state.summary_id
          and state.is_prompt_outdated <> (split_part(summary.prompt_version, '.', 1)::int <> $2)
        """;
}
