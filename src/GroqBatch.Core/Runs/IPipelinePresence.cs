namespace GroqBatch.Core.Runs;

/// <summary>Knows whether anybody carries runs on.</summary>
public interface IPipelinePresence
{
    /// <summary>How many processes beside this one have the pipeline running on this database, as far as the database can tell.</summary>
    Task<int> CountOthersAsync(CancellationToken cancellationToken);
}
