using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Data.FailureGroups;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Ledger;

/// <summary>
/// How requests get their outcome, whoever decides it: callers fill the temporary table <c>resolutions</c>, then one series of set-based
/// statements moves requests, passes, counters and pull requests together. Raw SQL, since EF has no temporary tables, no UPDATE … FROM and no
/// upsert.
/// </summary>
internal static class ResolutionSql
{
    /// <summary><c>action</c> is <c>succeeded</c>, <c>next</c>, <c>final</c> or <c>again</c>.</summary>
    public const string CreateTable = """
        create temporary table resolutions
        (request_id bigint primary key, pull_request_id bigint not null, position int not null, action text not null, code text, message text,
         ran smallint not null, next_pass smallint)
        on commit drop
        """;

    private const string Requests = """
        update groqbatch.requests request
        set outcome = case action when 'succeeded' then 'succeeded' when 'again' then null else 'failed' end,
            failure_code = case when action in ('next', 'final') then resolution.code end,
            message = case when action = 'succeeded' then null else resolution.message end,
            is_final = action = 'final',
            attempts = request.attempts + resolution.ran,
            batch_id = null,
            resolved_at = case when action <> 'again' then now() end
        from resolutions resolution
        where request.id = resolution.request_id and request.outcome is null
        """;

    private const string NextPasses = """
        insert into groqbatch.passes (run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens, cost,
                                      unknown_requests)
        select distinct @run, rung.ordinal, rung.model, rung.replaced, 0, 0, 0, 0, 0, 0, 0
        from resolutions resolution
        join unnest(@rungs::smallint[], @models::text[], @replaced::text[]) as rung (ordinal, model, replaced)
          on rung.ordinal = resolution.next_pass
        where resolution.action = 'next'
        on conflict do nothing
        """;

    private const string NextRequests = """
        insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, is_final, attempts)
        select @run, next_pass, pull_request_id, position, false, 0 from resolutions where action = 'next'
        """;

    // Of two batches that are taken at once the one that began later may count first: a pass ends with the latest of what it brought.
    private const string PassCounters = """
        update groqbatch.passes pass
        set succeeded = pass.succeeded + counted.succeeded, failed = pass.failed + counted.failed,
            ended_at = case when pass.succeeded + pass.failed + counted.succeeded + counted.failed = pass.requests
                            then greatest(now(), (select max(ingested_at) from groqbatch.batches where run_id = @run and pass_ordinal = @pass))
                            else pass.ended_at end
        from (select count(*) filter (where action = 'succeeded') as succeeded,
                     count(*) filter (where action in ('next', 'final')) as failed
              from resolutions) counted
        where pass.run_id = @run and pass.ordinal = @pass and counted.succeeded + counted.failed > 0
        """;

    private const string NextPassCounters = """
        update groqbatch.passes pass set requests = pass.requests + counted.requests, ended_at = null
        from (select next_pass, count(*) as requests from resolutions where action = 'next' group by next_pass) counted
        where pass.run_id = @run and pass.ordinal = counted.next_pass
        """;

    private const string FailureCounters = """
        insert into groqbatch.pass_failures as counter (run_id, ordinal, code, requests, final)
        select @run, @pass, code, count(*), count(*) filter (where action = 'final')
        from resolutions where action in ('next', 'final') group by code
        on conflict (run_id, ordinal, code) do update
        set requests = counter.requests + excluded.requests, final = counter.final + excluded.final
        """;

    private const string RunCounters = """
        update groqbatch.runs run set succeeded = run.succeeded + counted.succeeded
        from (select count(*) filter (where action = 'succeeded') as succeeded from resolutions) counted
        where run.id = @run and counted.succeeded > 0
        """;

    // Never tried is not failed: what was cancelled or not sent leaves a pull request as it was. A good summary is never touched.
    private const string FailedStates = """
        update groqbatch.pull_request_states state
        set has_failed = true, failure_code = resolution.code, failure_group_id = failed.id
        from resolutions resolution
        left join groqbatch.failure_groups failed
          on failed.run_id = @run and failed.ordinal = @pass and failed.code = resolution.code
         and failed.message_key = groqbatch.message_key(coalesce(resolution.message, ''))
        where resolution.action = 'final' and resolution.code not in ('cancelled', 'not_sent')
          and state.provider = @provider and state.pull_request_id = resolution.pull_request_id
        """;

    /// <summary>Applies the table to one pass of a run.</summary>
    public static async Task ApplyAsync(LedgerTransaction ledger, Run run, int pass, CancellationToken cancellationToken)
    {
        await ledger.ExecuteAsync(Requests, [], cancellationToken);
        await ledger.ExecuteAsync(NextPasses, [new("run", run.Id), .. RungParameters(run.Ladder)], cancellationToken);
        await ledger.ExecuteAsync(NextRequests, [new("run", run.Id)], cancellationToken);
        await ledger.ExecuteAsync(PassCounters, [new("run", run.Id), new("pass", (short)pass)], cancellationToken);
        await ledger.ExecuteAsync(NextPassCounters, [new("run", run.Id)], cancellationToken);
        await ledger.ExecuteAsync(FailureCounters, [new("run", run.Id), new("pass", (short)pass)], cancellationToken);
        await ledger.ExecuteAsync(FailureGroupSql.Count, [new("run", run.Id), new("pass", (short)pass)], cancellationToken);
        await ledger.ExecuteAsync(RunCounters, [new("run", run.Id)], cancellationToken);
        await ledger.ExecuteAsync(
            FailedStates,
            [new("provider", run.Provider), new("run", run.Id), new("pass", (short)pass)],
            cancellationToken
        );
    }

    private static IEnumerable<NpgsqlParameter> RungParameters(Ladder ladder) =>
        [
            new("rungs", NpgsqlDbType.Array | NpgsqlDbType.Smallint) { Value = ladder.Rungs.Select(rung => (short)rung.Ordinal).ToArray() },
            new("models", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ladder.Rungs.Select(rung => rung.Model).ToArray() },
            new("replaced", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ladder.Rungs.Select(rung => rung.Replaced).ToArray() },
        ];
}
