namespace GroqBatch.Core.Batches;

/// <summary>This installation among others that may use the same provider account.</summary>
public interface IInstallation
{
    /// <summary>Its id; travels in each batch's metadata.</summary>
    Task<Guid> GetIdAsync(CancellationToken cancellationToken);
}
