using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Live;

namespace GroqBatch.Web.Tests.Live;

/// <summary>A feed that says what a test makes it say, and knows who still listens.</summary>
internal sealed class FakeFeed : ILiveFeed
{
    private readonly List<Listener> _listeners = [];

    /// <summary>Pages that have not stopped listening.</summary>
    public int Listening => _listeners.Count;

    public IDisposable SubscribeRun(Guid runId, Func<RunOverview?, Task> changed) =>
        Add(said => said is (Guid id, var run) && id == runId ? changed((RunOverview?)run) : Task.CompletedTask);

    public IDisposable SubscribeLiveRuns(Func<LiveRuns, Task> changed) =>
        Add(said => said is LiveRuns runs ? changed(runs) : Task.CompletedTask);

    public IDisposable SubscribeCoverage(Func<CoverageOverview, Task> changed) =>
        Add(said => said is CoverageOverview overview ? changed(overview) : Task.CompletedTask);

    public IDisposable SubscribeRunChanges(Func<Task> changed) => Add(said => said is "runs" ? changed() : Task.CompletedTask);

    public IDisposable SubscribeSampleChanges(Func<Task> changed) => Add(said => said is "samples" ? changed() : Task.CompletedTask);

    public IDisposable SubscribeNotifications(Func<Task> changed) => Add(said => said is "notifications" ? changed() : Task.CompletedTask);

    public IDisposable SubscribeSample(Guid sampleId, Func<SampleReport?, Task> changed) =>
        Add(said => said is SampleReport report && report.Sample.Id == sampleId ? changed(report) : Task.CompletedTask);

    public Task SayAsync(SampleReport report) => SayAsync((object)report);

    public Task SayAsync(LiveRuns runs) => SayAsync((object)runs);

    public Task SayAsync(CoverageOverview overview) => SayAsync((object)overview);

    public Task SayAsync(Guid runId, RunOverview? run) => SayAsync((runId, (object?)run));

    public Task SayRunsChangedAsync() => SayAsync("runs");

    public Task SaySamplesChangedAsync() => SayAsync("samples");

    public Task SayNotificationsChangedAsync() => SayAsync("notifications");

    private Task SayAsync(object said) => Task.WhenAll(_listeners.ToList().Select(listener => listener.Hear(said)));

    private Listener Add(Func<object, Task> hear)
    {
        var listener = new Listener(this, hear);
        _listeners.Add(listener);
        return listener;
    }

    private sealed record Listener(FakeFeed Feed, Func<object, Task> Hear) : IDisposable
    {
        public void Dispose() => Feed._listeners.Remove(this);
    }
}
