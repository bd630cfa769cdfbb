using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;

namespace GroqBatch.Web.Live;

/// <summary>
/// What changes, pushed to the pages that are open. One per instance: it listens once, reads what changed once, and hands the same snapshot to
/// every subscriber, at most four times a second each. Subscribe first and load after, so that nothing falls between; dispose when the page is left.
/// A callback runs on no renderer's thread: it calls <c>InvokeAsync</c>. While one has not ended, newer snapshots wait and only the newest is kept.
/// </summary>
public interface ILiveFeed
{
    /// <summary>One run, whenever it changes; null when it is gone.</summary>
    IDisposable SubscribeRun(Guid runId, Func<RunOverview?, Task> changed);

    /// <summary>The live runs of this provider: once soon after subscribing, then whenever one changes.</summary>
    IDisposable SubscribeLiveRuns(Func<LiveRuns, Task> changed);

    /// <summary>The coverage of all teams, whenever it changes.</summary>
    IDisposable SubscribeCoverage(Func<CoverageOverview, Task> changed);

    /// <summary>Nothing but the news that some run changed, for lists that read their own page.</summary>
    IDisposable SubscribeRunChanges(Func<Task> changed);

    /// <summary>Nothing but the news that somebody read from some sample, for figures that are made of several.</summary>
    IDisposable SubscribeSampleChanges(Func<Task> changed);

    /// <summary>Nothing but the news that there is a notification, or that somebody has read some: every inbox is its reader's own.</summary>
    IDisposable SubscribeNotifications(Func<Task> changed);

    /// <summary>One sample and what it shows, whenever somebody reads from it; null when it is gone.</summary>
    IDisposable SubscribeSample(Guid sampleId, Func<SampleReport?, Task> changed);
}
