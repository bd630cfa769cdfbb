namespace GroqBatch.Core.Audit;

/// <summary>What somebody did. Append-only: who, what, to what, with the state before and after.</summary>
public sealed record AuditEvent
{
    /// <summary>Who, such as <c>cli:ada</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The verb, such as <c>team.add</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to, such as a team's slug or a run's id.</summary>
    public required string Target { get; init; }

    /// <summary>From where, such as an address; null when unknown.</summary>
    public string? Origin { get; init; }

    /// <summary>JSON; null when there was nothing before.</summary>
    public string? Before { get; init; }

    /// <summary>JSON; null when nothing is left.</summary>
    public string? After { get; init; }
}

/// <summary>
/// For what is no single change in the database, such as an import. Stores that change something write their event in the same transaction.
/// </summary>
public interface IAuditLog
{
    /// <summary>Appends an event; its time is the database's.</summary>
    Task AppendAsync(AuditEvent audit, CancellationToken cancellationToken);
}
