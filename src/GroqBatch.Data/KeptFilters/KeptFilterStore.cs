using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.KeptFilters;
using GroqBatch.Data.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace GroqBatch.Data.KeptFilters;

internal sealed class KeptFilterStore(IDbContextFactory<GroqBatchDbContext> contexts, NpgsqlDataSource dataSource) : IKeptFilters
{
    /// <summary>Any constant that no other advisory lock of this database has: one at a time counts, and adds if there is room.</summary>
    private const long KeepLock = 7_164_202_612;

    public async Task<IReadOnlyList<KeptFilter>> ListAsync(string page, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        // Raw SQL: each page with a filter asks for it, and EF takes longer to get ready than the page does.
        await using var command = dataSource.CreateCommand(
            "select id, name, page, address, kept_by, kept_at from groqbatch.kept_filters where page = $1 order by name_key"
        );
        command.Parameters.Add(new() { Value = page });
        var kept = new List<KeptFilter>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            kept.Add(
                new KeptFilter(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetFieldValue<DateTimeOffset>(5)
                )
            );
        }

        return kept;
    }

    public async Task<KeptFilter> KeepAsync(string name, string address, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        var (given, read) = (KeptFilter.ReadName(name), FilterAddress.Read(address));

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({KeepLock})", cancellationToken);
        if (await context.KeptFilters.CountAsync(cancellationToken) >= KeptFilter.Most)
        {
            throw new InvalidFilterException(
                $"{KeptFilter.Most} filters are kept, which is as many as there can be: remove one that nobody needs any more."
            );
        }

        var kept = new KeptFilterEntity
        {
            Page = read.Page,
            Name = given,
            NameKey = KeyOf(given),
            Address = read.Address,
            KeptBy = actor.Name,
        };
        context.KeptFilters.Add(kept);
        Record(context, actor, "kept_filter.add", given, before: null, kept);
        await SaveAsync(context, given, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ToFilter(kept);
    }

    public async Task<KeptFilter?> RenameAsync(long id, string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        var given = KeptFilter.ReadName(name);

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(context, id, cancellationToken) is not { } kept)
        {
            return null;
        }

        if (kept.Name != given)
        {
            var before = Describe(kept);
            (kept.Name, kept.NameKey) = (given, KeyOf(given));
            Record(context, actor, "kept_filter.rename", given, before, kept);
            await SaveAsync(context, given, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ToFilter(kept);
    }

    public async Task<bool> RemoveAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(context, id, cancellationToken) is not { } kept)
        {
            return false;
        }

        context.KeptFilters.Remove(kept);
        Record(context, actor, "kept_filter.remove", kept.Name, Describe(kept), after: null);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Task<KeptFilterEntity?> LockAsync(GroqBatchDbContext context, long id, CancellationToken cancellationToken) =>
        context
            .KeptFilters.FromSql($"select * from groqbatch.kept_filters where id = {id} for update")
            .SingleOrDefaultAsync(cancellationToken);

    private static async Task SaveAsync(GroqBatchDbContext context, string name, CancellationToken cancellationToken)
    {
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException taken) when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            throw new InvalidFilterException($"A filter of this page is called “{name}” already: take another name.");
        }
    }

    private static void Record(
        GroqBatchDbContext context,
        Actor actor,
        string action,
        string target,
        string? before,
        KeptFilterEntity? after
    ) =>
        context.AuditEvents.Add(
            AuditLog.ToEntity(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Action = action,
                    Target = target,
                    Origin = actor.Origin,
                    Before = before,
                    After = after is null ? null : Describe(after),
                }
            )
        );

    private static string Describe(KeptFilterEntity kept) => JsonSerializer.Serialize(new { name = kept.Name, address = kept.Address });

    private static string KeyOf(string name) => name.ToLowerInvariant();

    private static KeptFilter ToFilter(KeptFilterEntity kept) => new(kept.Id, kept.Name, kept.Page, kept.Address, kept.KeptBy, kept.KeptAt);
}
