using System.Collections.Concurrent;
using Npgsql;

namespace GroqBatch.Testing.Databases;

/// <summary>
/// Migrated databases that tests of one process have one after another, emptied between them. What a new database costs is less its files than its sessions:
/// each reads the whole catalogue before its first statement. A database goes back with its pool, so that its sessions know it already.
/// </summary>
public static class DatabaseShelf
{
    /// <summary>Rows that were deleted are still read over: a database that held many is dropped.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private const string EmptySql = """
        do $$
        declare
            item record;
        begin
            -- A test that left a transaction open is not waited for.
            set local lock_timeout = '1s';
            -- No trigger speaks: rows go in any order, also where none is ever to be deleted.
            set local session_replication_role = replica;
            for item in
                select oid, relkind, oid::regclass as name from pg_class
                where relnamespace::regnamespace::text in ('groqbatch', 'quartz')
                    and (relkind = 'S' or relkind = 'r' and pg_relation_size(oid) > 0 and relname not in ('__migrations', 'installation'))
            loop
                if item.relkind = 'S' then
                    perform setval(item.oid, 1, false);
                else
                    execute format('delete from %s', item.name);
                end if;
            end loop;
        end $$;
        select coalesce(sum(pg_relation_size(oid)), 0)::bigint from pg_class where relnamespace::regnamespace::text in ('groqbatch', 'quartz')
        """;

    private static readonly ConcurrentBag<TestDatabase> Shelf = [];

    /// <summary>One that is as after its migrations; a new one where none lies ready. To be given back, or disposed of.</summary>
    public static async Task<TestDatabase> TakeAsync(CancellationToken cancellationToken) =>
        Shelf.TryTake(out var database) ? database : await TestDatabase.CreateAsync(cancellationToken);

    /// <summary>
    /// Empties a database for whoever comes next. Drops it where that can't be done. Nobody may use it any more, and its schema must be as it was taken.
    /// </summary>
    public static async Task GiveBackAsync(TestDatabase database)
    {
        if (await IsEmptiedAsync(database))
        {
            Shelf.Add(database);
        }
        else
        {
            await database.DisposeAsync();
        }
    }

    /// <summary>Drops what lies ready: after a process's last test.</summary>
    internal static async Task ClearAsync()
    {
        while (Shelf.TryTake(out var database))
        {
            await database.DisposeAsync();
        }
    }

    private static async Task<bool> IsEmptiedAsync(TestDatabase database)
    {
        try
        {
            await using var empty = database.DataSource.CreateCommand(EmptySql);
            return (long)(await empty.ExecuteScalarAsync())! <= MaxBytes;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
