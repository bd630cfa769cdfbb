namespace GroqBatch.Core.Changes;

/// <summary>Tells other processes something that no change in the ledger tells them.</summary>
public interface IChangeSignal
{
    /// <summary>Asks whoever has a scheduler to look at a run now.</summary>
    Task SendWakeAsync(Guid runId, CancellationToken cancellationToken);
}
