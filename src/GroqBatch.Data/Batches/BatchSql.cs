using GroqBatch.Data.PullRequests;

namespace GroqBatch.Data.Batches;

/// <summary>Raw, because of COPY, temporary tables, UPDATE … FROM and guarded moves.</summary>
internal static class BatchSql
{
    /// <summary>What waits to be sent, with the content as it is now. Served by ix_requests_waiting.</summary>
    public const string Waiting = $"""
        select request.id, request.pull_request_id, pr.content_hash, {PullRequestRow.Columns}
        from groqbatch.requests request
        join groqbatch.pull_requests pr on pr.id = request.pull_request_id
        where request.run_id = @run and request.pass_ordinal = @pass and request.outcome is null and request.batch_id is null
        order by request.position
        limit @limit
        """;

    public const string CreateLines = """
        create temporary table lines (request_id bigint primary key, line int not null, content_hash bytea not null) on commit drop
        """;

    public const string CopyLines = "copy lines (request_id, line, content_hash) from stdin (format binary)";

    public const string Add = """
        insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, nonce, requests, bytes, request_file_hash,
                                       prompt_version, rung, committed_cost, troubles)
        values (@id, @run, @pass,
                (select coalesce(max(ordinal), 0) + 1 from groqbatch.batches where run_id = @run and pass_ordinal = @pass),
                'Planned', @provider, @nonce, @requests, @bytes, @hash, @prompt_version, @rung, @estimated_cost, 0)
        returning ordinal
        """;

    /// <summary>
    /// Joined, not looked up line by line: while the table is new its statistics say that it is empty, and a lookup would read, for each line,
    /// all that this statement has written so far.
    /// </summary>
    public const string AddAttempts = """
        insert into groqbatch.attempts (request_id, number, batch_id, line, content_hash)
        select line.request_id, coalesce(earlier.number, 0) + 1, @id, line.line, line.content_hash
        from lines line
        left join (select attempt.request_id, max(attempt.number) as number
                   from groqbatch.attempts attempt join lines sent on sent.request_id = attempt.request_id
                   group by attempt.request_id) earlier on earlier.request_id = line.request_id
        """;

    /// <summary>The number of rows tells whether all of them still waited.</summary>
    public const string TakeRequests = """
        update groqbatch.requests request set batch_id = @id
        from lines line
        where request.id = line.request_id and request.outcome is null and request.batch_id is null
        """;

    private const string Columns = """
        batch.id, batch.run_id, batch.pass_ordinal, batch.ordinal, batch.state, batch.provider, batch.nonce, batch.requests, batch.bytes,
        batch.request_file_hash, batch.prompt_version, batch.intent_at, batch.submitted_at, batch.provider_batch_id, batch.input_file_id,
        batch.output_file_id, batch.error_file_id, batch.status, batch.raw::text, batch.cancel_requested_at, batch.expires_at, batch.retry_at,
        batch.troubles, clock_timestamp(), batch.committed_cost, batch.provider_errors::text, batch.provider_total, batch.provider_completed,
        batch.provider_failed, batch.ingested_at, batch.rung::text
        """;

    public const string Open = $"""
        select {Columns} from groqbatch.batches batch
        where batch.run_id = @run and batch.state in ('Planned', 'Uploaded', 'Submitted', 'Ended')
        order by batch.pass_ordinal, batch.ordinal
        """;

    public const string All = $"""
        select {Columns} from groqbatch.batches batch
        where batch.run_id = @run
        order by batch.pass_ordinal, batch.ordinal
        """;

    public const string Uploaded = """
        update groqbatch.batches
        set state = 'Uploaded', input_file_id = @file, uploaded_at = now(), retry_at = null, troubles = 0, trouble = null
        where id = @id and state = 'Planned'
        returning run_id, pass_ordinal, ordinal
        """;

    /// <summary>
    /// What is under way and what the day has cost, committed or booked: where the cost of an attempt is unknown its share of the estimate stays
    /// committed. What was sent to a model without a price can't be said at all and is counted by itself. The advisory lock makes the check and the
    /// intent one thing for all hosts; it is taken in this transaction only.
    /// </summary>
    public const string LockCaps = "select pg_advisory_xact_lock(hashtextextended('groqbatch.caps.' || @provider, 0))";

    public const string Usage = """
        select (select count(*)::int from groqbatch.batches
                where provider = @provider and state in ('Uploaded', 'Submitted') and intent_at is not null),
               coalesce(sum(requests), 0)::bigint,
               coalesce(sum(coalesce(cost, 0) + coalesce(committed_cost, 0)), 0),
               (count(*) filter (where rung ->> 'promptPrice' is null or rung ->> 'completionPrice' is null))::int
        from groqbatch.batches
        where provider = @provider and intent_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
        """;

    /// <summary>
    /// Teams that wait for a place and have fewer batches under way than this run's team: free places go to them first.
    /// </summary>
    public const string NeedierTeams = """
        with live as (
            select run.team_id, count(*) as batches
            from groqbatch.batches batch join groqbatch.runs run on run.id = batch.run_id
            where batch.provider = @provider and batch.state in ('Uploaded', 'Submitted') and batch.intent_at is not null
            group by run.team_id
        ), waiting as (
            select distinct run.team_id
            from groqbatch.batches batch join groqbatch.runs run on run.id = batch.run_id
            where batch.provider = @provider and run.state = 'Running' and run.team_id <> @team
              and (batch.state = 'Planned' or (batch.state = 'Uploaded' and batch.intent_at is null))
        )
        select count(*)::int
        from waiting left join live on live.team_id = waiting.team_id
        where coalesce(live.batches, 0) < coalesce((select mine.batches from live mine where mine.team_id = @team), 0)
        """;

    public const string RunCost = """
        select coalesce((select sum(cost) from groqbatch.passes where run_id = @run), 0)
             + coalesce((select sum(committed_cost) from groqbatch.batches
                         where run_id = @run and state in ('Uploaded', 'Submitted', 'Ended', 'Ingested') and intent_at is not null), 0)
        """;

    public const string Intent = """
        update groqbatch.batches batch set intent_at = clock_timestamp(), retry_at = null
        from groqbatch.runs run
        where batch.id = @id and batch.state = 'Uploaded' and batch.intent_at is null
          and run.id = batch.run_id and run.state = 'Running'
        """;

    public const string ClearIntent = """
        update groqbatch.batches
        set intent_at = null, retry_at = clock_timestamp() + @retry_in, trouble = @reason, troubles = troubles + 1
        where id = @id and state = 'Uploaded'
        """;

    public const string Submitted = """
        update groqbatch.batches
        set state = 'Submitted', provider_batch_id = @provider_batch_id, status = @status, raw = @raw, expires_at = @expires_at,
            submitted_at = clock_timestamp(), adopted_at = case when @adopted then clock_timestamp() end, polled_at = clock_timestamp(),
            next_poll_at = clock_timestamp() + @first_poll_in,
            provider_total = @total, provider_completed = @completed, provider_failed = @failed,
            retry_at = null, troubles = 0, trouble = null
        where id = @id and state = 'Uploaded'
        returning run_id, pass_ordinal, ordinal
        """;

    public const string AddTwin = """
        insert into groqbatch.run_events (run_id, actor, subject, batch_id, pass, reason)
        select run_id, @actor, 'batch', id, pass_ordinal,
               'Batch ' || ordinal || ' of pass ' || pass_ordinal || ' was created a second time as ' || @twin
               || ' by a host that had stood still; ' || @became
        from groqbatch.batches where id = @id
        """;

    public const string Abandon = """
        update groqbatch.batches
        set state = 'Abandoned', ended_at = clock_timestamp(), trouble = @reason, retry_at = null, committed_cost = null
        where id = @id and state in ('Planned', 'Uploaded')
        returning run_id, pass_ordinal, ordinal
        """;

    public const string AbandonAttempts = """
        update groqbatch.attempts set outcome = 'not_run', message = @reason where batch_id = @id and outcome is null
        """;

    public const string FreeRequests = """
        update groqbatch.requests set batch_id = null where run_id = @run and batch_id = @id and outcome is null
        """;

    public const string Trouble = """
        update groqbatch.batches
        set retry_at = clock_timestamp() + @retry_in, trouble = @reason, troubles = troubles + 1
        where id = @id and state in ('Planned', 'Uploaded', 'Submitted', 'Ended')
        """;

    public const string CancelRequested = """
        update groqbatch.batches
        set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()), next_poll_at = clock_timestamp(), retry_at = null
        where id = @id and state = 'Submitted'
        """;

    /// <summary>Where the provider does not say when a batch expires, it is when the window ends that was asked for.</summary>
    public const string Due = """
        select batch.id, batch.run_id, batch.provider_batch_id, clock_timestamp() - batch.submitted_at, clock_timestamp() - batch.missing_since,
               clock_timestamp() - coalesce(batch.expires_at, batch.submitted_at + (run.settings ->> 'completionWindow')::interval), batch.status
        from groqbatch.batches batch join groqbatch.runs run on run.id = batch.run_id
        where batch.provider = @provider and batch.state = 'Submitted' and batch.next_poll_at <= clock_timestamp()
        order by batch.next_poll_at
        limit 2000
        """;

    public const string NextDue = """
        select min(next_poll_at) - clock_timestamp() from groqbatch.batches where provider = @provider and state = 'Submitted'
        """;

    public const string Polled = """
        update groqbatch.batches
        set status = @status, raw = @raw, expires_at = coalesce(@expires_at, expires_at), polled_at = clock_timestamp(),
            next_poll_at = clock_timestamp() + @next_in, poll_error = null, missing_since = null,
            provider_total = coalesce(@total, provider_total), provider_completed = coalesce(@completed, provider_completed),
            provider_failed = coalesce(@failed, provider_failed)
        where id = @id and state = 'Submitted'
        """;

    public const string Ended = """
        update groqbatch.batches
        set state = 'Ended', status = @status, raw = coalesce(@raw, raw), output_file_id = @output, error_file_id = @error, provider_errors = @errors,
            ended_at = clock_timestamp(), polled_at = clock_timestamp(), next_poll_at = null, poll_error = null,
            provider_total = coalesce(@total, provider_total), provider_completed = coalesce(@completed, provider_completed),
            provider_failed = coalesce(@failed, provider_failed)
        where id = @id and state = 'Submitted'
        returning run_id, pass_ordinal, ordinal
        """;

    public const string Missing = """
        update groqbatch.batches
        set missing_since = coalesce(missing_since, clock_timestamp()), polled_at = clock_timestamp(),
            next_poll_at = clock_timestamp() + @next_in, poll_error = 'The provider does not know this batch.'
        where id = @id and state = 'Submitted'
        """;

    public const string PollFailed = """
        update groqbatch.batches
        set poll_error = @message, next_poll_at = clock_timestamp() + @next_in
        where id = any(@ids) and state = 'Submitted'
        """;

    public const string NotSentToResolutions = """
        insert into resolutions (request_id, pull_request_id, position, action, code, message, ran, next_pass)
        select id, pull_request_id, position, 'final', 'not_sent', @message, 0, null
        from groqbatch.requests
        where run_id = @run and pass_ordinal = @pass and id = any(@ids) and outcome is null and batch_id is null
        """;
}
