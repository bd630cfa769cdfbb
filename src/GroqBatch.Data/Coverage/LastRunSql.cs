using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using Npgsql;

namespace GroqBatch.Data.Coverage;

/// <summary>A team's latest run beside it: found by ix_runs_team_id_created_at, its pass by the primary key. Raw, because EF has no LATERAL.</summary>
internal static class LastRunSql
{
    /// <summary>What <see cref="Read"/> takes, in this order.</summary>
    public const string Columns =
        "run.id, run.state, run.reason, coalesce(run.ended_at, run.created_at), run.selected, "
        + "pass.ordinal, coalesce(pass.requests, 0), coalesce(pass.succeeded, 0), coalesce(pass.failed, 0)";

    /// <summary>The joins that give <see cref="Columns"/>; all null where a team has had no run.</summary>
    /// <param name="team">The expression of the team's id.</param>
    /// <param name="provider">The parameter that names the provider.</param>
    public static string Of(string team, string provider) =>
        $"""
            left join lateral (
                select latest.*
                from groqbatch.runs latest
                where latest.team_id = {team} and latest.provider = {provider}
                order by latest.created_at desc, latest.id
                limit 1
            ) run on true
            left join lateral (
                select reached.*
                from groqbatch.passes reached
                where reached.run_id = run.id
                -- As RunOverview.CurrentPass: the first with open requests, else the last.
                order by case when reached.requests > reached.succeeded + reached.failed then reached.ordinal - 1000 else -reached.ordinal end
                limit 1
            ) pass on true
            """;

    /// <summary>The run; null: there is none.</summary>
    /// <param name="reader">On a row.</param>
    /// <param name="at">Where <see cref="Columns"/> begin.</param>
    public static LastRun? Read(NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at)
            ? null
            : new LastRun(
                reader.GetGuid(at),
                Enum.Parse<RunState>(reader.GetString(at + 1)),
                reader.IsDBNull(at + 2) ? null : reader.GetString(at + 2),
                reader.GetFieldValue<DateTimeOffset>(at + 3),
                reader.GetInt32(at + 4),
                reader.IsDBNull(at + 5) ? null : reader.GetInt16(at + 5),
                reader.GetInt32(at + 6),
                reader.GetInt32(at + 7),
                reader.GetInt32(at + 8)
            );
}
