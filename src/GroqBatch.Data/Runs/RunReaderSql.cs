using GroqBatch.Core.Runs;
using Npgsql;

namespace GroqBatch.Data.Runs;

/// <summary>
/// What is read of runs. Raw SQL: EF's way of putting these same statements together takes two seconds of a processor the first time, and every page
/// and most commands read a run.
/// </summary>
internal static class RunReaderSql
{
    /// <summary>Two index ranges and two lookups by key.</summary>
    public const string Resolve = """
        select id
        from (
            select id, created_at from groqbatch.runs where id between $2 and $3
            union
            select run.id, run.created_at
            from groqbatch.batches batch
            join groqbatch.runs run on run.id = batch.run_id
            where batch.id between $2 and $3 and $2 = $3
            union
            select run.id, run.created_at
            from groqbatch.batches batch
            join groqbatch.runs run on run.id = batch.run_id
            join groqbatch.providers provider on provider.name = batch.provider
            where batch.provider_batch_id = $1
        ) found
        order by created_at desc
        limit $4
        """;

    public const string Passes = """
        select run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests, started_at, ended_at
        from groqbatch.passes where run_id = any($1) order by ordinal
        """;

    public const string Failures = """
        select run_id, ordinal, code, requests, final from groqbatch.pass_failures where run_id = any($1)
        """;

    /// <summary>Without the provider's raw objects: they are for reading one, not for lists.</summary>
    public const string Batches = """
        select run_id, pass_ordinal, id, ordinal, state, rung, status, provider_batch_id, input_file_id, output_file_id, error_file_id, requests,
               provider_total, provider_completed, provider_failed, succeeded, failed, difference, ingested_at, polled_at,
               coalesce(trouble, poll_error), submitted_at, ended_at
        from groqbatch.batches where run_id = any($1) order by pass_ordinal, ordinal
        """;

    public const string Models = """
        select distinct pass.model
        from groqbatch.passes pass join groqbatch.runs run on run.id = pass.run_id
        where run.provider = $1
        order by pass.model
        """;

    public const string Frozen = """
        select ladder, settings, prompt_version, is_canary_decided, retry_codes, only_pull_request_id from groqbatch.runs where id = $1
        """;

    public const string Events = """
        select at, actor, subject, batch_id, pass, from_state, to_state, reason
        from groqbatch.run_events where run_id = $1 order by id desc limit $2
        """;

    private static readonly string[] LiveStates = [.. Moves.LiveStates.Select(state => state.ToString())];

    public static NpgsqlBatchCommand ById(Guid runId)
    {
        var command = new NpgsqlBatchCommand();
        command.Parameters.Add(new() { Value = runId });
        command.CommandText = Runs("run.id = $1", "");
        return command;
    }

    /// <summary>Newest first.</summary>
    public static NpgsqlBatchCommand List(RunFilter filter)
    {
        var command = new NpgsqlBatchCommand();
        var which = Where(filter, command.Parameters);
        command.Parameters.Add(new() { Value = filter.Skip });
        command.Parameters.Add(new() { Value = filter.Take });
        command.CommandText = Runs(which, $"offset ${command.Parameters.Count - 1} limit ${command.Parameters.Count}");
        return command;
    }

    /// <summary>How many there are, counted no further than asked.</summary>
    public static string Count(RunFilter filter, int most, NpgsqlParameterCollection parameters)
    {
        var which = Where(filter, parameters);
        parameters.Add(new() { Value = most });
        return $"select count(*)::int from (select 1 from groqbatch.runs run where {which} order by run.created_at desc limit ${parameters.Count}) counted";
    }

    private static string Runs(string which, string part) =>
        $"""
            select run.id, run.parent_run_id, team.slug, team.name, run.provider, run.state, run.reason, run.scope_limit, run.with_fallback,
                   run.include_stale, run.failure_filter is not null, run.only_pull_request_id is not null, run.filter, run.prompt_version, run.provenance,
                   run.started_by, run.created_at, run.planned_at, run.ended_at, run.hold_after_pass, run.selected, run.succeeded, run.estimate,
                   clock_timestamp()
            from (select * from groqbatch.runs run where {which} order by run.created_at desc, run.id {part}) run
            join groqbatch.teams team on team.id = run.team_id
            order by run.created_at desc, run.id
            """;

    /// <summary>Only the conditions that are asked for, so that each plan can use the index that fits.</summary>
    private static string Where(RunFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string> { "true" };
        if (filter.Ids is { } ids)
        {
            Add("run.id = any({0})", ids.ToArray());
        }

        if (filter.TeamId is { } teamId)
        {
            Add("run.team_id = {0}", teamId);
        }

        if (filter.Team is { } slug)
        {
            Add("run.team_id = (select id from groqbatch.teams where slug = {0})", slug);
        }

        if (filter.Provider is { } provider)
        {
            Add("run.provider = {0}", provider);
        }

        if (filter.LiveOnly)
        {
            Add("run.state = any({0})", LiveStates);
        }

        if (filter.States.Count > 0)
        {
            Add("run.state = any({0})", filter.States.Select(state => state.ToString()).ToArray());
        }

        if (filter.StartedBy is { } name)
        {
            Add("run.started_by = {0}", name);
        }

        if (filter.Model is { } model)
        {
            Add("exists (select 1 from groqbatch.passes pass where pass.run_id = run.id and pass.model = {0})", model);
        }

        return string.Join(" and ", conditions);

        void Add(string condition, object value)
        {
            parameters.Add(new() { Value = value });
            conditions.Add(condition.Replace("{0}", $"${parameters.Count}", StringComparison.Ordinal));
        }
    }
}
