using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Tests.Live;

/// <summary>Runs in memory, counting how often they are read.</summary>
internal sealed class FakeRuns : IRunReader
{
    private int _reads;

    public List<RunOverview> All { get; } = [];

    /// <summary>How often anything was read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Thrown by the next reads while it isn't null.</summary>
    public Exception? Failure { get; set; }

    public Task<IReadOnlyList<Guid>> ResolveAsync(string text, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Guid>>([]);

    public Task<RunOverview?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        Count();
        return Task.FromResult(All.Find(run => run.Id == runId));
    }

    public Task<IReadOnlyList<RunOverview>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        Count();
        Asked.Add(filter);
        return Task.FromResult<IReadOnlyList<RunOverview>>([
            .. Matching(filter).OrderByDescending(run => run.CreatedAt).Skip(filter.Skip).Take(filter.Take),
        ]);
    }

    /// <summary>What every run was started with.</summary>
    public FrozenRun? Frozen { get; set; }

    /// <summary>What happened to every run.</summary>
    public List<RunEvent> Events { get; } = [];

    /// <summary>What lists were asked for.</summary>
    public List<RunFilter> Asked { get; } = [];

    public Task<int> CountAsync(RunFilter filter, int most, CancellationToken cancellationToken) =>
        Task.FromResult(Math.Min(most, Matching(filter).Count()));

    public Task<IReadOnlyList<string>> ListModelsAsync(string provider, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(["openai/gpt-oss-120b", "openai/gpt-oss-20b"]);

    public Task<FrozenRun?> FindFrozenAsync(Guid runId, CancellationToken cancellationToken) => Task.FromResult(Frozen);

    public Task<IReadOnlyList<RunEvent>> ListEventsAsync(Guid runId, int latest, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RunEvent>>([.. Events.TakeLast(latest)]);

    private IEnumerable<RunOverview> Matching(RunFilter filter) =>
        All.Where(run => filter.Ids is null || filter.Ids.Contains(run.Id))
            .Where(run => !filter.LiveOnly || run.State.IsLive())
            .Where(run => filter.States.Count == 0 || filter.States.Contains(run.State))
            .Where(run => filter.Team is null || run.Team == filter.Team)
            .Where(run => filter.StartedBy is null || run.StartedBy == filter.StartedBy)
            .Where(run => filter.Model is null || run.Passes.Any(pass => pass.Model == filter.Model));

    private void Count()
    {
        Interlocked.Increment(ref _reads);
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    /// <summary>A run of a thousand, in pass 1.</summary>
    public static RunOverview Running(string team = "Cal.com", int succeeded = 594, int failed = 18) =>
        new()
        {
            Id = Guid.NewGuid(),
            Team = "cal-com",
            TeamName = team,
            Provider = "simulator",
            State = RunState.Running,
            WithFallback = true,
            PromptVersion = "1.0",
            StartedBy = "mira",
            CreatedAt = new DateTimeOffset(2026, 11, 24, 11, 50, 0, TimeSpan.Zero),
            ReadAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
            Selected = 1_000,
            Succeeded = succeeded,
            FailuresByCode = new Dictionary<FailureCode, int>(),
            Passes =
            [
                new PassOverview
                {
                    Ordinal = 1,
                    Model = "openai/gpt-oss-20b",
                    Requests = 1_000,
                    Succeeded = succeeded,
                    Failed = failed,
                    FailuresByCode = new Dictionary<FailureCode, int>(),
                    PromptTokens = 0,
                    CompletionTokens = 0,
                    Cost = 0,
                    UnknownRequests = 0,
                    StartedAt = new DateTimeOffset(2026, 11, 24, 11, 50, 0, TimeSpan.Zero),
                    Batches =
                    [
                        new BatchOverview
                        {
                            Id = Guid.NewGuid(),
                            Ordinal = 1,
                            State = BatchState.Submitted,
                            Requests = 300,
                        },
                    ],
                },
            ],
        };
}
