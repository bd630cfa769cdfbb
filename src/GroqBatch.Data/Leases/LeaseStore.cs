using GroqBatch.Core.Leases;
using Npgsql;

namespace GroqBatch.Data.Leases;

/// <summary>Leases by the database's own clock, so that hosts whose clocks differ agree.</summary>
internal sealed class LeaseStore(NpgsqlDataSource dataSource) : ILeases
{
    // One statement: of two that want it at once, the second waits for the first one's row and then finds it taken.
    private const string Acquire = """
        insert into groqbatch.leases as lease (name, owner, fence, expires_at)
        values (@name, @owner, 1, clock_timestamp() + @duration)
        on conflict (name) do update
        set owner = excluded.owner, fence = lease.fence + 1, expires_at = clock_timestamp() + @duration
        where lease.expires_at <= clock_timestamp()
        returning fence
        """;

    private const string Renew = """
        update groqbatch.leases set expires_at = clock_timestamp() + @duration where name = @name and fence = @fence
        """;

    // The row stays: its fence must go on growing.
    private const string Release = """
        update groqbatch.leases set expires_at = '-infinity' where name = @name and fence = @fence
        """;

    public async Task<Lease?> TryAcquireAsync(string name, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Acquire);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("owner", owner);
        command.Parameters.AddWithValue("duration", duration);
        return await command.ExecuteScalarAsync(cancellationToken) is long fence ? new Lease(name, owner, fence) : null;
    }

    public async Task<bool> RenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Renew);
        command.Parameters.AddWithValue("name", lease.Name);
        command.Parameters.AddWithValue("fence", lease.Fence);
        command.Parameters.AddWithValue("duration", duration);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Release);
        command.Parameters.AddWithValue("name", lease.Name);
        command.Parameters.AddWithValue("fence", lease.Fence);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
