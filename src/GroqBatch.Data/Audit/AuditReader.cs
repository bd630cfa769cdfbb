using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using Microsoft.EntityFrameworkCore;

namespace GroqBatch.Data.Audit;

internal sealed class AuditReader(IDbContextFactory<GroqBatchDbContext> contexts) : IAuditReader
{
    public async Task<IReadOnlyList<RecordedAuditEvent>> ListAsync(AuditFilter filter, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .AuditEvents.AsNoTracking()
            .Where(audit => filter.Target == null || audit.Target == filter.Target)
            .Where(audit => filter.Actor == null || audit.Actor == filter.Actor)
            .OrderByDescending(audit => audit.Id)
            .Take(filter.Take)
            .Select(audit => new RecordedAuditEvent(
                audit.Id,
                audit.At,
                new AuditEvent
                {
                    Actor = audit.Actor,
                    Action = audit.Action,
                    Target = audit.Target,
                    Origin = audit.Origin,
                    Before = audit.Before,
                    After = audit.After,
                }
            ))
            .ToListAsync(cancellationToken);
    }
}
