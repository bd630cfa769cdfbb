using GroqBatch.Core.Batches;
using GroqBatch.Data.Coverage;
using Npgsql;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>The seven promises of the ledger, read from its rows and compared with the provider's own book. They must hold after every single deed.</summary>
internal sealed class SevenPromises(Lane lane, int team)
{
    /// <summary>What the rows say of themselves. Each row that comes back is a promise that does not hold.</summary>
    private const string Rows = """
        with run as (select * from groqbatch.runs where team_id = @team),
             request as (select request.* from groqbatch.requests request join run on run.id = request.run_id),
             attempt as (select attempt.*, request.run_id, request.pass_ordinal, request.pull_request_id
                         from groqbatch.attempts attempt join request on request.id = attempt.request_id),
             batch as (select batch.* from groqbatch.batches batch join run on run.id = batch.run_id)

        select '1: pr-' || pull_request_id || ' has open requests in ' || count(distinct run_id) || ' runs'
        from request where outcome is null group by pull_request_id having count(distinct run_id) > 1
        union all
        select '1: run ' || run.id || ' is ' || run.state || ' with ' || count(claim.run_id) || ' claims of ' || run.selected
        from run left join groqbatch.claims claim on claim.run_id = run.id
        group by run.id, run.state, run.selected, run.planned_at
        having count(claim.run_id) <> case when run.planned_at is not null and run.state in ('Running', 'Held', 'NeedsAttention', 'Cancelling')
                                           then run.selected else 0 end
        union all
        select '3: batch ' || batch.id || ' has ' || count(summary.id) || ' summaries of ' || batch.succeeded || ' successes'
        from batch
        left join attempt on attempt.batch_id = batch.id
        left join groqbatch.summaries summary on summary.attempt_id = attempt.id
        where batch.state = 'Ingested'
        group by batch.id, batch.succeeded
        having count(summary.id) <> batch.succeeded or count(summary.id) <> count(*) filter (where attempt.outcome = 'succeeded')
        union all
        select '3: request ' || request.id || ' succeeded ' || count(*) || ' times'
        from request join attempt on attempt.request_id = request.id and attempt.outcome = 'succeeded'
        group by request.id having count(*) > 1
        union all
        select '4: pr-' || state.pull_request_id || ' keeps summary ' || state.summary_id || ' although ' || max(summary.id) || ' came in time'
        from groqbatch.pull_request_states state
        join groqbatch.summaries summary on summary.pull_request_id = state.pull_request_id
        join attempt on attempt.id = summary.attempt_id
        join batch on batch.id = attempt.batch_id
        join run on run.id = batch.run_id and (run.ended_at is null or batch.ingested_at <= run.ended_at)
        where state.team_id = @team
        group by state.pull_request_id, state.summary_id having coalesce(state.summary_id, 0) < max(summary.id)
        union all
        select '5: run ' || run.id || ', pr-' || request.pull_request_id || ': ' || count(*) || ' last words'
        from run join request on request.run_id = run.id
        where request.outcome is null or request.outcome = 'succeeded' or request.is_final
        group by run.id, request.pull_request_id having count(*) <> 1
        union all
        select '5: run ' || run.id || ' selected ' || run.selected || ', pass 1 has '
               || (select count(*) from request where request.run_id = run.id and pass_ordinal = 1)
        from run where run.selected <> (select count(*) from request where request.run_id = run.id and pass_ordinal = 1)
        union all
        select '5: run ' || run.id || ' counts ' || run.succeeded || ' succeeded'
        from run where run.succeeded <> (select count(*) from request where request.run_id = run.id and outcome = 'succeeded')
        union all
        select '5: run ' || run.id || ' is ' || run.state || ' with an open request'
        from run where run.state in ('Completed', 'CompletedWithFailures', 'Cancelled')
                   and exists (select 1 from request where request.run_id = run.id and outcome is null)
        union all
        select '5: run ' || run.id || ' is ' || run.state
        from run where run.state in ('Completed', 'CompletedWithFailures')
                   and (run.state = 'Completed') <> not exists (select 1 from request where request.run_id = run.id and is_final)
        union all
        select '5: run ' || pass.run_id || ', pass ' || pass.ordinal || ': counters differ from rows'
        from groqbatch.passes pass join run on run.id = pass.run_id
        cross join lateral (
            select count(*) as requests, count(*) filter (where outcome = 'succeeded') as succeeded,
                   count(*) filter (where outcome = 'failed') as failed, count(*) filter (where is_final) as final
            from request where request.run_id = pass.run_id and request.pass_ordinal = pass.ordinal) counted
        where (pass.requests, pass.succeeded, pass.failed) is distinct from (counted.requests, counted.succeeded, counted.failed)
           or counted.failed <> (select coalesce(sum(failure.requests), 0) from groqbatch.pass_failures failure
                                 where failure.run_id = pass.run_id and failure.ordinal = pass.ordinal)
           or counted.final <> (select coalesce(sum(failure.final), 0) from groqbatch.pass_failures failure
                                where failure.run_id = pass.run_id and failure.ordinal = pass.ordinal)
        union all
        select '6: run ' || pass.run_id || ', pass ' || pass.ordinal || ': booked ' || pass.cost || ' and ' || pass.unknown_requests
               || ' unknown, its attempts ' || counted.cost || ' and ' || counted.unknown
        from groqbatch.passes pass join run on run.id = pass.run_id
        cross join lateral (
            select coalesce(sum(cost), 0) as cost, count(*) filter (where cost is null and outcome in ('succeeded', 'failed')) as unknown
            from attempt where attempt.run_id = pass.run_id and attempt.pass_ordinal = pass.ordinal) counted
        where (pass.cost, pass.unknown_requests) is distinct from (counted.cost, counted.unknown)
        union all
        select '6: attempt ' || attempt.id || ' costs ' || attempt.cost || ' with ' || attempt.prompt_tokens || ' tokens on ' || (batch.rung ->> 'model')
        from attempt join batch on batch.id = attempt.batch_id
        where attempt.prompt_tokens is not null
          and attempt.cost is distinct from (attempt.prompt_tokens * (batch.rung ->> 'promptPrice')::numeric
                                             + attempt.completion_tokens * (batch.rung ->> 'completionPrice')::numeric) / 1000000
        union all
        select '6: batch ' || batch.id || ' is ' || batch.state || ' with ' || batch.committed_cost || ' committed'
        from batch where batch.state = 'Abandoned' and batch.committed_cost is not null
        union all
        select '6: batch ' || batch.id || ' has attempts of unknown cost and ' || coalesce(batch.committed_cost::text, 'nothing') || ' committed'
        from batch
        where batch.state = 'Ingested'
          and (batch.committed_cost is not null) <> exists (select 1 from attempt where attempt.batch_id = batch.id and attempt.cost is null
                                                            and attempt.outcome in ('succeeded', 'failed'))
        union all
        select 'attempt ' || attempt.id || ' of batch ' || batch.id || ', which is ' || batch.state || ', is ' || coalesce(attempt.outcome, 'open')
        from attempt join batch on batch.id = attempt.batch_id
        where (attempt.outcome is null) <> (batch.state not in ('Ingested', 'Abandoned'))
        union all
        select 'request ' || request.id || ' waits in batch ' || batch.id || ', which is ' || batch.state
        from request join batch on batch.id = request.batch_id where batch.state in ('Ingested', 'Abandoned')
        """;

    private const string Batches = """
        select batch.id, batch.run_id, batch.nonce, batch.state, batch.intent_at is not null, batch.provider_batch_id, batch.status,
               batch.rung ->> 'model'
        from groqbatch.batches batch join groqbatch.runs run on run.id = batch.run_id
        where run.team_id = @team order by batch.id
        """;

    private const string Attempts = """
        select 'pr-' || request.pull_request_id, attempt.outcome, attempt.failure_code, summary.model, summary.document #>> '{summary,title}'
        from groqbatch.attempts attempt
        join groqbatch.requests request on request.id = attempt.request_id
        left join groqbatch.summaries summary on summary.attempt_id = attempt.id
        where attempt.batch_id = @batch
        """;

    private const string States = """
        select state.pull_request_id, state.summary_id, state.state, summary.pull_request_id is not null
        from groqbatch.pull_request_states state
        left join groqbatch.summaries summary on summary.id = state.summary_id and summary.pull_request_id = state.pull_request_id
        where state.team_id = @team
        """;

    private readonly HashSet<Guid> _compared = [];
    private readonly Dictionary<long, long> _summaries = [];

    /// <summary>What does not hold now; empty when all does.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        var broken = new List<string>();
        var rows = new List<LedgerBatch>();
        await ReadAsync(
            cancellationToken,
            (Rows, reader => broken.Add(reader.GetString(0))),
            (
                Batches,
                reader =>
                    rows.Add(
                        new LedgerBatch(
                            reader.GetGuid(0),
                            reader.GetGuid(1),
                            reader.GetGuid(2),
                            reader.GetString(3),
                            reader.GetBoolean(4),
                            Text(reader, 5),
                            Text(reader, 6),
                            Text(reader, 7)
                        )
                    )
            ),
            (States, reader => CheckSummary(reader, broken))
        );
        await CheckAcceptedAsync(rows, broken, cancellationToken);
        foreach (var row in rows.Where(row => row.State == "Ingested" && !_compared.Contains(row.Id)))
        {
            await CompareAsync(row, broken, cancellationToken);
            _compared.Add(row.Id);
        }

        return broken;
    }

    /// <summary>What must hold besides when everything is over.</summary>
    public async Task CheckEndAsync(CancellationToken cancellationToken)
    {
        var differences = await new CoverageRecount(lane.DataSource).FindDifferencesAsync(cancellationToken);
        if (differences.Count > 0)
        {
            throw new PromiseBrokenException("Coverage: " + string.Join('\n', differences));
        }
    }

    /// <summary>2: what the provider accepted is in the ledger, or in doubt there with its run looked at; and once, and for the model it was written for.</summary>
    private async Task CheckAcceptedAsync(List<LedgerBatch> rows, List<string> broken, CancellationToken cancellationToken)
    {
        // Who is looked at matters only where a batch is still to be looked at.
        var live = rows.Exists(row => row.State is "Ended" or "Planned" or "Uploaded")
            ? await lane.Runs.ListLiveAsync(lane.Provider.Name, cancellationToken)
            : [];

        // Nobody can see a batch that vanished before anybody heard of it; any other is never made a second time.
        foreach (
            var twins in lane.Provider.Batches.Where(batch => !batch.IsGone).GroupBy(batch => batch.Nonce).Where(twins => twins.Count() > 1)
        )
        {
            broken.Add($"2: sent twice: {string.Join(", ", twins.Select(batch => batch.Id))}");
        }

        foreach (var batch in lane.Provider.Batches)
        {
            var row = rows.Find(row => row.Nonce == batch.Nonce && (!batch.IsGone || row.ProviderBatchId == batch.Id));
            var isFound =
                row is { ProviderBatchId: { } id } && id == batch.Id
                || row is { State: "Uploaded", HasIntent: true } && live.Contains(row.RunId);

            if (!isFound && !(batch.IsGone && row is null))
            {
                broken.Add($"2: {batch.Id} is {row?.State ?? "nowhere"} in the ledger{(row?.HasIntent == true ? ", intended" : "")}");
            }

            if (row?.Model is { } model && model != batch.Model)
            {
                broken.Add($"6: {batch.Id} asks {batch.Model}, the ledger says {model}");
            }
        }

        broken.AddRange(
            rows.Where(row => row.State is "Ended" or "Planned" or "Uploaded" && !live.Contains(row.RunId))
                .Select(row => $"7: nobody looks at batch {row.Id}, which is {row.State}")
        );
    }

    /// <summary>4: a summary is never replaced by a failure or by nothing.</summary>
    private void CheckSummary(NpgsqlDataReader reader, List<string> broken)
    {
        var pullRequest = reader.GetInt64(0);
        long? summary = reader.IsDBNull(1) ? null : reader.GetInt64(1);
        if (_summaries.TryGetValue(pullRequest, out var before) && (summary is null || !reader.GetBoolean(3)))
        {
            broken.Add($"4: pr-{pullRequest} had summary {before} and has {summary?.ToString() ?? "none"} now");
        }

        if (summary is { } current)
        {
            _summaries[pullRequest] = current;
            if (reader.GetString(2) is "failed" or "pending" or "in_flight" or "parked")
            {
                broken.Add($"4: pr-{pullRequest} has a summary and is {reader.GetString(2)}");
            }
        }
    }

    /// <summary>3 and 5: what was taken of a batch is what its provider gave, request by request.</summary>
    private async Task CompareAsync(LedgerBatch row, List<string> broken, CancellationToken cancellationToken)
    {
        var batch = lane.Provider.Batches.First(batch => batch.Id == row.ProviderBatchId);
        await using var command = lane.DataSource.CreateCommand(Attempts);
        command.Parameters.AddWithValue("batch", row.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var seen = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            seen++;
            var id = reader.GetString(0);
            var given = row.Status switch
            {
                BatchStatusText.Overrun => new Given("failed", "expired"),
                BatchStatusText.Lost => new Given("failed", "lost"),
                _ => batch.Truth.GetValueOrDefault(id),
            };
            var taken = new Given(Text(reader, 1) ?? "open", Text(reader, 2));
            if (taken != given)
            {
                broken.Add($"5: {id} of {batch.Id} was given {given} and taken as {taken}");
            }

            if (taken.Outcome == "succeeded" && (Text(reader, 3) != batch.Model || Text(reader, 4) != $"{id} by {batch.Id}"))
            {
                broken.Add($"3: {id} of {batch.Id} has the summary {Text(reader, 4)} of {Text(reader, 3)}");
            }
        }

        if (seen != batch.CustomIds.Count)
        {
            broken.Add($"5: {batch.Id} has {batch.CustomIds.Count} requests, and {seen} in the ledger");
        }
    }

    /// <summary>Several questions in one round trip: they are asked after every deed.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken, params (string Sql, Action<NpgsqlDataReader> Read)[] questions)
    {
        await using var batch = lane.DataSource.CreateBatch();
        foreach (var (sql, _) in questions)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("team", team) } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var (_, read) in questions)
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                read(reader);
            }

            await reader.NextResultAsync(cancellationToken);
        }
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private sealed record LedgerBatch(
        Guid Id,
        Guid RunId,
        Guid Nonce,
        string State,
        bool HasIntent,
        string? ProviderBatchId,
        string? Status,
        string? Model
    );
}
