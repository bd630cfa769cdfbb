namespace GroqBatch.Pipeline;

/// <summary>This process among those that share the work.</summary>
internal sealed class PipelineIdentity
{
    private readonly string _process = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>A name for one holding of a lease; two holdings of one process are not the same owner.</summary>
    public string NewOwner() => $"{_process}:{Guid.NewGuid():N}";
}

/// <summary>The alarm clock.</summary>
internal interface IRunWaker
{
    /// <summary>Has a run looked at after a while; an earlier alarm that is set already is kept.</summary>
    Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken);

    /// <summary>Has the provider asked after a while; an earlier alarm that is set already is kept.</summary>
    Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken);
}
