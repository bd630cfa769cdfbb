namespace GroqBatch.Data.PullRequests;

/// <summary>Raw, because EF would read wide rows into entities of which only parts are shown. Everything by keys and indexes of one pull request.</summary>
internal static class PullRequestReaderSql
{
    /// <summary>How many columns come before the pull request's in <see cref="Find"/>.</summary>
    public const int FindColumns = 12;

    /// <summary>How many columns come before the pull request's in <see cref="Sent"/>.</summary>
    public const int SentColumns = 9;

    public const string Find = $"""
        select team.id, team.slug, team.name, team.goal, team.is_sample, state.state, state.failure_code, state.parked_by, state.parked_reason,
               claim.run_id, clock_timestamp(), team.ladder, {PullRequestRow.Columns}
        from groqbatch.pull_requests pr
        join groqbatch.teams team on team.id = pr.team_id
        join groqbatch.pull_request_states state on state.pull_request_id = pr.id and state.provider = $2
        left join groqbatch.claims claim on claim.pull_request_id = pr.id
        where pr.id = $1
        """;

    public const string Summaries = """
        select summary.id, summary.id is not distinct from state.summary_id, summary.content_hash = state.content_hash, summary.document,
               summary.run_id, summary.model, summary.rung, summary.pass, summary.prompt_version, summary.prompt_tokens, summary.completion_tokens,
               summary.cost, summary.created_at
        from groqbatch.summaries summary
        join groqbatch.pull_request_states state on state.pull_request_id = summary.pull_request_id and state.provider = summary.provider
        where summary.pull_request_id = $1 and summary.provider = $2
        order by summary.id is not distinct from state.summary_id desc, summary.id desc
        limit 50
        """;

    /// <summary>What an attempt was sent to: its batch's rung, where it is known; the pass says what it is now.</summary>
    public const string Attempts = """
        select attempt.id, request.run_id, request.pass_ordinal, attempt.number, coalesce(batch.rung ->> 'model', pass.model),
               batch.provider_batch_id, attempt.outcome, attempt.failure_code, attempt.message, attempt.http_status, attempt.prompt_tokens,
               attempt.completion_tokens, attempt.cost, attempt.raw_answer is not null,
               coalesce(batch.ingested_at, batch.submitted_at, batch.created_at)
        from groqbatch.requests request
        join groqbatch.runs run on run.id = request.run_id and run.provider = $2
        join groqbatch.passes pass on pass.run_id = request.run_id and pass.ordinal = request.pass_ordinal
        join groqbatch.attempts attempt on attempt.request_id = request.id
        join groqbatch.batches batch on batch.id = attempt.batch_id
        where request.pull_request_id = $1
        order by batch.created_at desc, attempt.id desc
        limit 100
        """;

    public const string Sent = $"""
        select batch.run_id, batch.id, attempt.line, request.pull_request_id, batch.prompt_version, request.pass_ordinal, batch.rung::text,
               run.ladder::text, attempt.content_hash = pr.content_hash, {PullRequestRow.Columns}
        from groqbatch.attempts attempt
        join groqbatch.requests request on request.id = attempt.request_id
        join groqbatch.batches batch on batch.id = attempt.batch_id
        join groqbatch.runs run on run.id = batch.run_id
        join groqbatch.pull_requests pr on pr.id = request.pull_request_id
        where attempt.id = $1
        """;
}
