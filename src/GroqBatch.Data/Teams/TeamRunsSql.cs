using GroqBatch.Data.Coverage;

namespace GroqBatch.Data.Teams;

/// <summary>
/// Raw, because EF says neither LATERAL nor sums with a FILTER over several tables in one statement. Runs of the teams by
/// <c>ix_runs_team_id_created_at</c>; passes and their failures by their primary keys. Parameters: provider, team ids, since; and what each names.
/// </summary>
internal static class TeamRunsSql
{
    private const string Chosen = "run.team_id = any($2) and run.provider = $1 and run.created_at >= $3";

    public const string Runs = $"""
        select run.team_id, count(*)::int, (count(*) filter (where run.ended_at is null))::int, sum(run.succeeded)::bigint
        from groqbatch.runs run
        where {Chosen}
        group by run.team_id
        """;

    /// <summary>Beside it the codes of requests that never ran.</summary>
    public const string Rungs = $"""
        select run.team_id, pass.ordinal, pass.model, count(*)::int, sum(pass.requests)::bigint, sum(pass.succeeded)::bigint,
               sum(pass.failed)::bigint, coalesce(sum(idle.requests), 0)::bigint, sum(pass.prompt_tokens)::bigint,
               sum(pass.completion_tokens)::bigint, sum(pass.cost), sum(pass.unknown_requests)::bigint
        from groqbatch.runs run
        join groqbatch.passes pass on pass.run_id = run.id
        cross join lateral (
            select sum(failure.requests) as requests
            from groqbatch.pass_failures failure
            where failure.run_id = pass.run_id and failure.ordinal = pass.ordinal and failure.code = any($4)
        ) idle
        where {Chosen}
        group by run.team_id, pass.ordinal, pass.model
        order by run.team_id, pass.ordinal, pass.model
        """;

    public const string Failures = $"""
        select run.team_id, failure.code, sum(failure.requests)::bigint, sum(failure.final)::bigint
        from groqbatch.runs run
        join groqbatch.pass_failures failure on failure.run_id = run.id
        where {Chosen}
        group by run.team_id, failure.code
        having sum(failure.requests) > 0
        order by run.team_id, sum(failure.requests) desc, failure.code
        """;

    /// <summary>The latest of each team, whenever it was. Without since.</summary>
    public static readonly string Latest = $"""
        select team.id, {LastRunSql.Columns}
        from unnest($2::int[]) as team (id)
        {LastRunSql.Of("team.id", "$1")}
        """;
}
