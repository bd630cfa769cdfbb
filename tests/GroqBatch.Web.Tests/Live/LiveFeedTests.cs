using System.Collections.Concurrent;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Live;
using GroqBatch.Web.Tests.Coverage;
using GroqBatch.Web.Tests.SpotChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Web.Tests.Live;

/// <summary>The feed: listens once, reads once, tells all, and is hurt by nobody.</summary>
public sealed class LiveFeedTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeChanges _changes = new();
    private readonly FakeRuns _runs = new();
    private readonly FakeCoverage _coverage = new();
    private readonly FakeSpotChecks _checks = new();
    private readonly LiveFeed _feed;

    public LiveFeedTests() =>
        _feed = new LiveFeed(_changes, _runs, _coverage, _checks, new NamedProvider(), _time, NullLogger<LiveFeed>.Instance);

    public async ValueTask InitializeAsync() => await _feed.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _feed.StopAsync(CancellationToken.None);
        _feed.Dispose();
    }

    [Fact]
    public async Task Reads_what_changed_once_and_tells_all_who_look_at_it()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        var told = new ConcurrentQueue<RunOverview?>();
        for (var page = 0; page < 100; page++)
        {
            _feed.SubscribeRun(
                run.Id,
                snapshot =>
                {
                    told.Enqueue(snapshot);
                    return Task.CompletedTask;
                }
            );
        }

        _changes.Happen("run", run.Id.ToString());
        await UntilAsync(() => told.Count == 100);

        Assert.Equal(1, _runs.Reads);
        Assert.All(told, snapshot => Assert.Same(run, snapshot));
    }

    [Fact]
    public async Task Tells_of_a_sample_without_reading_anything_else()
    {
        var sample = _checks.Draw(population: 100);
        var told = new ConcurrentQueue<int>();
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        _feed.SubscribeRun(run.Id, _ => Task.CompletedTask);
        using var subscription = _feed.SubscribeSample(
            sample.Id,
            report =>
            {
                told.Enqueue(report!.Judgement.Read);
                return Task.CompletedTask;
            }
        );

        _checks.Give(sample.Id, 1, Core.SpotChecks.Verdict.Good);
        _changes.Happen("sample", sample.Id.ToString());
        await UntilAsync(() => !told.IsEmpty);

        Assert.Equal([1], told);
        Assert.Equal(0, _runs.Reads);
    }

    [Fact]
    public async Task Tells_that_somebody_read_from_some_sample_without_reading_it()
    {
        var told = 0;
        using var subscription = _feed.SubscribeSampleChanges(() =>
        {
            Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });

        _changes.Happen("run", Guid.NewGuid().ToString());
        _changes.Happen("sample", Guid.NewGuid().ToString());
        await UntilAsync(() => told > 0);

        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Gathers_a_steady_stream_into_four_readings_a_second()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        _feed.SubscribeRun(run.Id, _ => Task.CompletedTask);

        for (var tick = 0; tick < 1_000; tick++)
        {
            _changes.Happen("run", run.Id.ToString());
            _time.Advance(TimeSpan.FromMilliseconds(1));

            // The second is the fake clock's; the feed gets real time to keep up with it.
            await Task.Delay(tick % 10 == 0 ? 1 : 0, TestContext.Current.CancellationToken);
        }

        var within = _runs.Reads;
        await UntilAsync(() => _runs.Reads >= 1);
        Assert.InRange(within, 0, 5);
    }

    [Fact]
    public async Task Reads_nothing_that_nobody_looks_at()
    {
        var told = 0;
        _feed.SubscribeCoverage(_ =>
        {
            Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });

        _changes.Happen("run", Guid.NewGuid().ToString());
        _changes.Happen("team", "1");
        await UntilAsync(() => Volatile.Read(ref told) == 1);

        Assert.Equal(0, _runs.Reads);
    }

    [Fact]
    public async Task Says_everything_anew_after_an_interruption()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        var told = 0;
        _feed.SubscribeRun(
            run.Id,
            _ =>
            {
                Interlocked.Increment(ref told);
                return Task.CompletedTask;
            }
        );
        _feed.SubscribeCoverage(_ =>
        {
            Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });

        _changes.Happen("*");

        await UntilAsync(() => Volatile.Read(ref told) == 2);
    }

    [Fact]
    public async Task Tells_the_others_when_one_page_breaks_or_hangs()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        var hanging = new TaskCompletionSource();
        var told = 0;
        _feed.SubscribeRun(run.Id, _ => throw new InvalidOperationException("broken"));
        _feed.SubscribeRun(run.Id, _ => hanging.Task);
        _feed.SubscribeRun(
            run.Id,
            _ =>
            {
                Interlocked.Increment(ref told);
                return Task.CompletedTask;
            }
        );

        for (var time = 1; time <= 3; time++)
        {
            _changes.Happen("run", run.Id.ToString());
            var expected = time;
            await UntilAsync(() => Volatile.Read(ref told) == expected);
        }

        hanging.SetResult();
    }

    [Fact]
    public async Task Keeps_only_the_newest_for_a_page_that_is_busy()
    {
        var busy = new TaskCompletionSource();
        var told = new ConcurrentQueue<int>();
        var delivered = 0;
        using var slow = new Subscription<int>(
            async snapshot =>
            {
                told.Enqueue(snapshot);
                if (Interlocked.Increment(ref delivered) == 1)
                {
                    await busy.Task;
                }
            },
            _ => { },
            _ => { }
        );

        slow.Tell(1);
        await UntilAsync(() => !told.IsEmpty);
        for (var snapshot = 2; snapshot <= 50; snapshot++)
        {
            slow.Tell(snapshot);
        }

        busy.SetResult();
        await UntilAsync(() => told.Count == 2);

        Assert.Equal([1, 50], told);
    }

    [Fact]
    public async Task Goes_on_after_a_database_that_did_not_answer_and_forgets_nothing()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        _runs.Failure = new TimeoutException();
        var told = 0;
        _feed.SubscribeRun(
            run.Id,
            _ =>
            {
                Interlocked.Increment(ref told);
                return Task.CompletedTask;
            }
        );

        _changes.Happen("run", run.Id.ToString());
        await UntilAsync(() => _runs.Reads >= 1);
        _runs.Failure = null;

        await UntilAsync(() => Volatile.Read(ref told) == 1);
    }

    [Fact]
    public async Task Stops_telling_who_has_left_and_keeps_no_trace_of_them()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        var told = 0;
        var gone = _feed.SubscribeRun(
            run.Id,
            _ =>
            {
                Interlocked.Increment(ref told);
                return Task.CompletedTask;
            }
        );

        gone.Dispose();
        gone.Dispose();
        _changes.Happen("run", run.Id.ToString());
        _time.Advance(TimeSpan.FromSeconds(2));
        await Task.Delay(30, TestContext.Current.CancellationToken);

        Assert.Equal(0, _feed.CountSubscribers());
        Assert.Equal(0, told);
        Assert.Equal(0, _runs.Reads);
    }

    [Fact]
    public async Task Lets_a_page_come_while_the_last_one_leaves()
    {
        var run = FakeRuns.Running();
        var pages = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Run(() =>
                {
                    for (var visit = 0; visit < 500; visit++)
                    {
                        _feed.SubscribeRun(run.Id, _ => Task.CompletedTask).Dispose();
                    }
                })
            );

        await Task.WhenAll(pages);

        Assert.Equal(0, _feed.CountSubscribers());
    }

    [Fact]
    public async Task Gives_the_live_runs_soon_after_somebody_asks_for_them()
    {
        var run = FakeRuns.Running();
        _runs.All.Add(run);
        LiveRuns? told = null;

        _feed.SubscribeLiveRuns(runs =>
        {
            told = runs;
            return Task.CompletedTask;
        });
        await UntilAsync(() => told is not null);

        Assert.Equal(1, told!.Count);
        Assert.Same(run, Assert.Single(told.Runs));
    }

    [Fact]
    public async Task Listens_once_however_many_pages_are_open_and_stops_with_the_host()
    {
        for (var page = 0; page < 20; page++)
        {
            _feed.SubscribeCoverage(_ => Task.CompletedTask);
        }

        await UntilAsync(() => _changes.Readers == 1);
        await _feed.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, _changes.Readers);
    }

    /// <summary>Lets the feed's clock go on until something is so.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var tries = 0; !isSo(); tries++)
        {
            Assert.True(tries < 2_000, "It did not happen.");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
