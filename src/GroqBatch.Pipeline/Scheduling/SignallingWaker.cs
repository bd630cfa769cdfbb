using GroqBatch.Core.Changes;

namespace GroqBatch.Pipeline.Scheduling;

/// <summary>For a process without a scheduler: asks those that have one. If nobody has, the next one to start finds the run by itself.</summary>
internal sealed class SignallingWaker(IChangeSignal signal) : IRunWaker
{
    public Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken) =>
        signal.SendWakeAsync(runId, cancellationToken);

    // The poll is the business of whoever moves the run.
    public Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken) => Task.CompletedTask;
}
