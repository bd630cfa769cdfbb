namespace GroqBatch.Data.Reconciliation;

/// <summary>Raw, because the rows of each batch are counted beside it, through the index of attempts by batch.</summary>
internal static class ReconciliationSql
{
    public const string Run = """
        select run.selected, run.state,
               (select count(*)::int from groqbatch.requests where run_id = run.id and outcome = 'succeeded'),
               (select count(*)::int from groqbatch.requests where run_id = run.id and outcome is null)
        from groqbatch.runs run where run.id = @run
        """;

    public const string FinalByCode = """
        select failure_code, count(*)::int from groqbatch.requests where run_id = @run and outcome = 'failed' and is_final group by failure_code
        """;

    public const string Batches = """
        select batch.id, batch.pass_ordinal, batch.ordinal, batch.provider_batch_id, batch.state, batch.requests,
               batch.provider_total, batch.provider_completed, batch.provider_failed, batch.difference, batch.offending_ids,
               batch.succeeded, batch.failed, counted.rows, counted.succeeded, counted.not_run, counted.open
        from groqbatch.batches batch
        cross join lateral (
            select count(*)::int as rows, count(*) filter (where outcome = 'succeeded')::int as succeeded,
                   count(*) filter (where outcome = 'not_run')::int as not_run, count(*) filter (where outcome is null)::int as open
            from groqbatch.attempts attempt where attempt.batch_id = batch.id
        ) counted
        where batch.run_id = @run
        order by batch.pass_ordinal, batch.ordinal
        """;

    public const string FailedByBatch = """
        select attempt.batch_id, attempt.failure_code, count(*)::int
        from groqbatch.batches batch
        join groqbatch.attempts attempt on attempt.batch_id = batch.id
        where batch.run_id = @run and attempt.outcome = 'failed'
        group by attempt.batch_id, attempt.failure_code
        """;
}
