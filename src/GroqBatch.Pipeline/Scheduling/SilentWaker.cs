namespace GroqBatch.Pipeline.Scheduling;

/// <summary>For a process without a scheduler: whoever has one finds the run by its sweep, or hears of it by the database's notification.</summary>
internal sealed class SilentWaker : IRunWaker
{
    public Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken) => Task.CompletedTask;
}
