using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using Microsoft.EntityFrameworkCore;

namespace GroqBatch.Data.Audit;

internal sealed class AuditReader(IDbContextFactory<GroqBatchDbContext> contexts) : IAuditReader
{
    // From one name to the next by the index: the log is longer than the list of those who are in it.
    private const string DistinctActors = """
        with recursive name as (
            (select actor as value from groqbatch.audit_events order by actor limit 1)
            union all
            select (select audit.actor from groqbatch.audit_events audit where audit.actor > name.value order by audit.actor limit 1)
            from name where name.value is not null)
        select value as "Value" from name where value is not null
        """;

    private const string DistinctActions = """
        with recursive name as (
            (select action as value from groqbatch.audit_events order by action limit 1)
            union all
            select (select audit.action from groqbatch.audit_events audit where audit.action > name.value order by audit.action limit 1)
            from name where name.value is not null)
        select value as "Value" from name where value is not null
        """;

    public async Task<AuditTerms> ListTermsAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return new AuditTerms(
            await context.Database.SqlQueryRaw<string>(DistinctActors).ToListAsync(cancellationToken),
            await context.Database.SqlQueryRaw<string>(DistinctActions).ToListAsync(cancellationToken)
        );
    }

    public async Task<IReadOnlyList<RecordedAuditEvent>> ListAsync(AuditFilter filter, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var isKind = filter.Action?.EndsWith('.') == true;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .AuditEvents.AsNoTracking()
            .Where(audit => filter.Target == null || audit.Target == filter.Target)
            .Where(audit => filter.Actor == null || audit.Actor == filter.Actor)
            .Where(audit => filter.Action == null || audit.Action == filter.Action || (isKind && audit.Action.StartsWith(filter.Action)))
            .Where(audit => filter.Since == null || audit.At >= filter.Since)
            .Where(audit => filter.OlderThan == null || audit.Id < filter.OlderThan)
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
