namespace GroqBatch.Core.Changes;

/// <summary>Hears what changes in the ledger, whoever changes it.</summary>
public interface IChangeReader
{
    /// <summary>
    /// Changes as they happen. Begins with <see cref="Change.Everything"/>, and says it again after each interruption: what happened meanwhile
    /// is not told. Reconnects by itself; ends only by cancellation, which ends the sequence quietly.
    /// </summary>
    IAsyncEnumerable<Change> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>Something changed; by its id only, so the reader looks what it is like now.</summary>
/// <param name="Kind"><c>run</c>, <c>team</c>, <c>wake</c> (a run is to be looked at now), <c>notification</c>, or <c>*</c> for anything.</param>
/// <param name="Id">Its key as text; empty for <c>*</c>.</param>
public sealed record Change(string Kind, string Id)
{
    /// <summary>Anything may have changed.</summary>
    public static Change Everything { get; } = new("*", "");

    /// <summary>Whether this may concern a run.</summary>
    public bool Concerns(Guid runId) => Kind is "*" || (Kind is "run" && Guid.TryParse(Id, out var id) && id == runId);
}
