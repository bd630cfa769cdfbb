using GroqBatch.Core.Audit;
using Microsoft.EntityFrameworkCore;

namespace GroqBatch.Data.Audit;

internal sealed class AuditLog(IDbContextFactory<GroqBatchDbContext> contexts) : IAuditLog
{
    public async Task AppendAsync(AuditEvent audit, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.AuditEvents.Add(ToEntity(audit));
        await context.SaveChangesAsync(cancellationToken);
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
