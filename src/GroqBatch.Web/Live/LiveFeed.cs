using System.Collections.Concurrent;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Changes;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;

namespace GroqBatch.Web.Live;

/// <inheritdoc cref="ILiveFeed" />
internal sealed partial class LiveFeed(
    IChangeReader changes,
    IRunReader runs,
    ICoverageReader coverage,
    ISpotChecks checks,
    IBatchProvider provider,
    TimeProvider time,
    ILogger<LiveFeed> logger
) : BackgroundService, ILiveFeed
{
    /// <summary>A page renders four times a second at most.</summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    /// <summary>After a quiet moment: long enough for the rows of one transaction's notifications to be one reading.</summary>
    internal static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(15);

    /// <summary>Runs of one reading: those who watch the first need not wait for hundreds.</summary>
    private const int RunsAtOnce = 20;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, Subscribers<RunOverview?>> _runs = new();
    private readonly ConcurrentDictionary<Guid, Subscribers<SampleReport?>> _samples = new();
    private readonly Subscribers<LiveRuns> _liveRuns = new();
    private readonly Subscribers<CoverageOverview> _coverage = new();
    private readonly Subscribers<bool> _runChanges = new();
    private readonly Subscribers<bool> _sampleChanges = new();
    private readonly Subscribers<bool> _notifications = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private Dirt _dirt = new();

    /// <inheritdoc />
    public IDisposable SubscribeRun(Guid runId, Func<RunOverview?, Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return SubscribeTo(_runs, runId, changed);
    }

    /// <inheritdoc />
    public IDisposable SubscribeSample(Guid sampleId, Func<SampleReport?, Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return SubscribeTo(_samples, sampleId, changed);
    }

    /// <inheritdoc />
    public IDisposable SubscribeLiveRuns(Func<LiveRuns, Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var subscription = _liveRuns.Add(changed, Failed);
        Note(dirt => dirt.LiveRuns = true);
        return subscription;
    }

    /// <inheritdoc />
    public IDisposable SubscribeCoverage(Func<CoverageOverview, Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return _coverage.Add(changed, Failed);
    }

    /// <inheritdoc />
    public IDisposable SubscribeRunChanges(Func<Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return _runChanges.Add(_ => changed(), Failed);
    }

    /// <inheritdoc />
    public IDisposable SubscribeSampleChanges(Func<Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return _sampleChanges.Add(_ => changed(), Failed);
    }

    /// <inheritdoc />
    public IDisposable SubscribeNotifications(Func<Task> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return _notifications.Add(_ => changed(), Failed);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    /// <summary>How many are subscribed to anything: pages that were left must not be among them.</summary>
    internal int CountSubscribers() =>
        _runs.Values.Sum(run => run.Count)
        + _samples.Values.Sum(sample => sample.Count)
        + _liveRuns.Count
        + _coverage.Count
        + _runChanges.Count
        + _sampleChanges.Count
        + _notifications.Count;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Started with the host, which must not wait for the first news.
        await Task.Yield();
        await Task.WhenAll(ListenAsync(stoppingToken), TellAsync(stoppingToken));
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in changes.ReadAsync(cancellationToken))
        {
            switch (change.Kind)
            {
                case "run" when Guid.TryParse(change.Id, out var id):
                    Note(dirt =>
                    {
                        dirt.Runs.Add(id);
                        dirt.LiveRuns = true;
                    });
                    break;
                case "sample" when Guid.TryParse(change.Id, out var id):
                    Note(dirt => dirt.Samples.Add(id));
                    break;
                case "notification":
                    Note(dirt => dirt.Notifications = true);
                    break;
                case "team":
                    Note(dirt => dirt.Coverage = true);
                    break;
                case "wake":
                    break; // for schedulers
                default:
                    Note(dirt => dirt.Everything = true);
                    break;
            }
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _news.WaitAsync(cancellationToken);
                await Task.Delay(Gather, time, cancellationToken);
                var began = time.GetTimestamp();
                Dirt dirt;
                lock (_gate)
                {
                    (dirt, _dirt) = (_dirt, new Dirt());
                }

                try
                {
                    await ReadAndTellAsync(dirt, cancellationToken);
                }
#pragma warning disable CA1031 // A database that does not answer for a moment must not end the feed.
                catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Log.NotRead(logger, failed);
                    Note(now => now.Add(dirt));
                    await Task.Delay(AfterFailure, time, cancellationToken);
                }

                var left = Pace - Gather - time.GetElapsedTime(began);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, time, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ReadAndTellAsync(Dirt dirt, CancellationToken cancellationToken)
    {
        // Only what somebody looks at is read.
        var watched = _runs.Where(run => dirt.Everything || dirt.Runs.Contains(run.Key)).ToList();
        foreach (var some in watched.Chunk(RunsAtOnce))
        {
            var ids = Array.ConvertAll(some, run => run.Key);
            var found = await runs.ListAsync(new RunFilter { Ids = ids, Take = ids.Length }, cancellationToken);
            foreach (var (id, subscribers) in some)
            {
                subscribers.Tell(found.FirstOrDefault(run => run.Id == id));
            }
        }

        foreach (var (id, subscribers) in _samples)
        {
            if (dirt.Everything || dirt.Samples.Contains(id))
            {
                subscribers.Tell(await checks.FindAsync(id, Actor.Pipeline, cancellationToken));
            }
        }

        if (_liveRuns.Count > 0 && (dirt.Everything || dirt.LiveRuns))
        {
            var live = await runs.ListAsync(
                new RunFilter
                {
                    Provider = provider.Name,
                    LiveOnly = true,
                    Take = LiveRuns.Most,
                },
                cancellationToken
            );
            _liveRuns.Tell(new LiveRuns([.. live.Take(LiveRuns.Shown)], live.Count));
        }

        if (_coverage.Count > 0 && (dirt.Everything || dirt.Coverage))
        {
            _coverage.Tell(await coverage.ReadAsync(provider.Name, cancellationToken));
        }

        if (dirt.Everything || dirt.Runs.Count > 0)
        {
            _runChanges.Tell(true);
        }

        if (dirt.Everything || dirt.Samples.Count > 0)
        {
            _sampleChanges.Tell(true);
        }

        if (dirt.Everything || dirt.Notifications)
        {
            _notifications.Tell(true);
        }
    }

    private IDisposable SubscribeTo<T>(ConcurrentDictionary<Guid, Subscribers<T>> all, Guid id, Func<T, Task> changed)
    {
        while (true)
        {
            var subscribers = all.GetOrAdd(id, _ => new Subscribers<T>());
            if (subscribers.TryAdd(changed, Failed, () => all.TryRemove(new(id, subscribers))) is { } subscription)
            {
                return subscription;
            }

            // The last of them left while this one came: its list is closed and on its way out.
            all.TryRemove(new(id, subscribers));
        }
    }

    private void Note(Action<Dirt> note)
    {
        lock (_gate)
        {
            note(_dirt);
            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
    }

    private void Failed(Exception broken) => Log.SubscriberFailed(logger, broken);

    /// <summary>What is to be read.</summary>
    private sealed class Dirt
    {
        public HashSet<Guid> Runs { get; } = [];
        public HashSet<Guid> Samples { get; } = [];
        public bool LiveRuns { get; set; }
        public bool Coverage { get; set; }
        public bool Notifications { get; set; }
        public bool Everything { get; set; }

        public void Add(Dirt other)
        {
            Runs.UnionWith(other.Runs);
            Samples.UnionWith(other.Samples);
            LiveRuns |= other.LiveRuns;
            Coverage |= other.Coverage;
            Notifications |= other.Notifications;
            Everything |= other.Everything;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A page broke over news that it was told")]
        public static partial void SubscriberFailed(ILogger logger, Exception cause);

        [LoggerMessage(LogLevel.Warning, "What changed could not be read; it is tried again")]
        public static partial void NotRead(ILogger logger, Exception cause);
    }
}
