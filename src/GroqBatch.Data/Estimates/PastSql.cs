namespace GroqBatch.Data.Estimates;

/// <summary>Raw, because EF can't say LATERAL, window functions over a bounded set, or read a rung out of a frozen ladder.</summary>
internal static class PastSql
{
    /// <summary>
    /// Latest runs by <c>ix_runs_created_at</c>; their passes and failures by their primary keys (run_id, ordinal, …); their batches by the unique
    /// index (run_id, pass_ordinal, ordinal); what held them by <c>ix_run_events_run_id_id</c>. A pass is over when each of its requests has its
    /// outcome. The completed run that a sample team comes with was generated, so nothing can be learnt from it: no start made it, and it has no
    /// estimate. A pass whose model was replaced on the way says nothing of either model. A pass takes from the end of the one before it; where a
    /// person or a trouble held the run meanwhile, its time says nothing.
    /// </summary>
    public const string Read = """
        with recent as materialized (
            select run.id, run.team_id, run.created_at, run.ladder,
                   run.cancel_requested_at is not null
                   or exists (select 1 from groqbatch.run_events moved
                              where moved.run_id = run.id and moved.to_state in ('Held', 'NeedsAttention')) as was_held
            from groqbatch.runs run
            join groqbatch.teams team on team.id = run.team_id
            where run.provider = @provider and run.selected > 0 and not (team.is_sample and run.estimate is null)
            order by run.created_at desc, run.id desc
            limit @runs
        ), timed as (
            select recent.id as run_id, recent.team_id, recent.created_at, recent.ladder, pass.ordinal, pass.model, pass.started_at, pass.requests,
                   pass.succeeded, pass.failed, pass.unknown_requests, pass.prompt_tokens, pass.completion_tokens, pass.cost,
                   case when not recent.was_held then extract(epoch from pass.ended_at - greatest(pass.started_at,
                        lag(pass.ended_at) over (partition by pass.run_id order by pass.ordinal)))::double precision end as seconds
            from recent join groqbatch.passes pass on pass.run_id = recent.id
        )
        select timed.run_id, team.slug, timed.ordinal, coalesce(sent.model, timed.model), timed.ladder #>> array['rungs', (timed.ordinal - 1)::text, 'responseFormat'],
               timed.started_at, coalesce(jsonb_array_length(timed.ladder -> 'rungs'), 0) <= timed.ordinal, timed.requests, timed.succeeded,
               timed.unknown_requests, timed.prompt_tokens, timed.completion_tokens, timed.cost, sent.batches, sent.requests, sent.largest, sent.bytes,
               timed.seconds, failures.codes, failures.counts, failures.stuck
        from timed
        join groqbatch.teams team on team.id = timed.team_id
        cross join lateral (
            select count(*)::int as batches, coalesce(sum(batch.requests), 0)::int as requests, coalesce(max(batch.requests), 0) as largest,
                   coalesce(sum(batch.bytes), 0)::bigint as bytes, min(batch.rung ->> 'model') as model,
                   count(distinct batch.rung ->> 'model') as models
            from groqbatch.batches batch
            where batch.run_id = timed.run_id and batch.pass_ordinal = timed.ordinal and batch.state = 'Ingested') sent
        cross join lateral (
            select coalesce(array_agg(failure.code order by failure.code), '{}') as codes,
                   coalesce(array_agg(failure.requests order by failure.code), '{}') as counts,
                   coalesce(sum(failure.final) filter (where failure.code not in ('cancelled', 'not_sent')), 0)::int as stuck
            from groqbatch.pass_failures failure
            where failure.run_id = timed.run_id and failure.ordinal = timed.ordinal) failures
        where sent.models <= 1 and timed.requests > 0 and timed.requests = timed.succeeded + timed.failed
        order by timed.created_at desc, timed.run_id desc, timed.ordinal
        """;
}
