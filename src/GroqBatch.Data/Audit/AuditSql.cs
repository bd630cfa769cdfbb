using GroqBatch.Core.Access;
using GroqBatch.Data.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Audit;

/// <summary>An audit event as part of a transaction on the ledger: what changes and who did it are written together or not at all.</summary>
internal static class AuditSql
{
    // Without an origin of the actor's the column's default applies, which only a statement that does not name it gets.
    private const string WithoutOrigin = """
        insert into groqbatch.audit_events (actor, action, target, before, after) values (@actor, @action, @target, @before, @after)
        """;

    private const string WithOrigin = """
        insert into groqbatch.audit_events (actor, action, target, before, after, origin)
        values (@actor, @action, @target, @before, @after, @origin)
        """;

    /// <param name="before">JSON; null: nothing was there.</param>
    /// <param name="after">JSON; null: nothing is left.</param>
    public static async Task AppendAsync(
        LedgerTransaction ledger,
        Actor actor,
        string action,
        string target,
        string? before,
        string? after,
        CancellationToken cancellationToken
    )
    {
        await using var command = ledger.Command("", []);
        Append(command, actor.Name, actor.Origin, action, target, before, after);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes the statement that appends one.</summary>
    public static void Append(
        NpgsqlCommand command,
        string actor,
        string? origin,
        string action,
        string target,
        string? before,
        string? after
    )
    {
        command.CommandText = origin is null ? WithoutOrigin : WithOrigin;
        command.Parameters.AddRange(
            new NpgsqlParameter[]
            {
                new("actor", actor),
                new("action", action),
                new("target", target),
                new("before", NpgsqlDbType.Jsonb) { Value = before ?? (object)DBNull.Value },
                new("after", NpgsqlDbType.Jsonb) { Value = after ?? (object)DBNull.Value },
            }
        );
        if (origin is not null)
        {
            command.Parameters.AddWithValue("origin", origin.Length <= Lengths.Name ? origin : origin[..Lengths.Name]);
        }
    }
}
