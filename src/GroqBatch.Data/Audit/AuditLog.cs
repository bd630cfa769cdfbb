using GroqBatch.Core.Audit;
using Npgsql;

namespace GroqBatch.Data.Audit;

internal sealed class AuditLog(NpgsqlDataSource dataSource) : IAuditLog
{
    public async Task AppendAsync(AuditEvent audit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        AuditSql.Append(command, audit.Actor, audit.Origin, audit.Action, audit.Target, audit.Before, audit.After);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For stores that write an event together with the change it tells of.</summary>
    public static AuditEventEntity ToEntity(AuditEvent audit) =>
        new()
        {
            Actor = audit.Actor,
            Action = audit.Action,
            Target = audit.Target,
            Origin = audit.Origin,
            Before = audit.Before,
            After = audit.After,
        };
}
