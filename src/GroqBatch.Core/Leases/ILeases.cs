namespace GroqBatch.Core.Leases;

/// <summary>The right to move a run or to poll a provider, held for a while by the database's clock.</summary>
/// <param name="Name">What it is for, such as <c>run:{id}</c>.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Fence">Grows with each new owner; a write with an older one is refused.</param>
public sealed record Lease(string Name, string Owner, long Fence)
{
    /// <summary>The lease to move a run.</summary>
    public static string ForRun(Guid runId) => $"run:{runId}";

    /// <summary>The lease to poll a provider.</summary>
    public static string ForPolling(string provider) => $"poll:{provider}";

    /// <summary>The lease of the sweep.</summary>
    public const string Sweep = "sweep";
}

/// <summary>Leases in the database.</summary>
public interface ILeases
{
    /// <summary>Takes a lease that nobody holds or whose holder has let it expire; null when somebody holds it.</summary>
    Task<Lease?> TryAcquireAsync(string name, string owner, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Prolongs a lease; false when somebody else has it now.</summary>
    Task<bool> RenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives a lease back; nothing happens when somebody else has it now.</summary>
    Task ReleaseAsync(Lease lease, CancellationToken cancellationToken);
}

/// <summary>Somebody else holds the lease now: the work under way must stop, what it had not committed is theirs to do.</summary>
public sealed class LeaseLostException(string name) : Exception($"The lease {name} is held by somebody else now.");
