using GroqBatch.Core.Access;
using GroqBatch.Data.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Audit;

/// <summary>An audit event as part of a transaction on the ledger: what changes and who did it are written together or not at all.</summary>
internal static class AuditSql
{
    // Without an origin of the actor's the column's default applies, which only a statement that does not name it gets.
    private const string Append = """
        insert into groqbatch.audit_events (actor, action, target, before, after) values (@actor, @action, @target, @before, @after)
        """;

    private const string AppendWithOrigin = """
        insert into groqbatch.audit_events (actor, action, target, before, after, origin)
        values (@actor, @action, @target, @before, @after, @origin)
        """;

    /// <param name="before">JSON; null: nothing was there.</param>
    /// <param name="after">JSON; null: nothing is left.</param>
    public static Task AppendAsync(
        LedgerTransaction ledger,
        Actor actor,
        string action,
        string target,
        string? before,
        string? after,
        CancellationToken cancellationToken
    )
    {
        List<NpgsqlParameter> parameters =
        [
            new("actor", actor.Name),
            new("action", action),
            new("target", target),
            new("before", NpgsqlDbType.Jsonb) { Value = before ?? (object)DBNull.Value },
            new("after", NpgsqlDbType.Jsonb) { Value = after ?? (object)DBNull.Value },
        ];
        if (actor.Origin is { } origin)
        {
            parameters.Add(new("origin", origin.Length <= Lengths.Name ? origin : origin[..Lengths.Name]));
        }

        return ledger.ExecuteAsync(actor.Origin is null ? Append : AppendWithOrigin, parameters, cancellationToken);
    }
}
