using System.Collections.Concurrent;
using GroqBatch.Core.Access;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Tests.Backfills;

/// <summary>What there is to backfill, in memory; starts one run for each request key, as the ledger does.</summary>
internal sealed class FakeBackfills : IBackfillOutlooks, IRunService, IModelCatalogue
{
    private readonly ConcurrentDictionary<string, Guid> _runs = new(StringComparer.Ordinal);

    public List<TeamOutlook> Teams { get; } = [];
    public List<StartRun> Previewed { get; } = [];
    public ConcurrentQueue<StartRun> Started { get; } = new();
    public List<(int Skip, int Take)> Listed { get; } = [];
    public Exception? Failure { get; set; }
    public IReadOnlyList<string> Changed { get; set; } = [];

    /// <summary>Exact answers wait for this.</summary>
    public Task ExactGate { get; set; } = Task.CompletedTask;

    /// <summary>Starts wait for this.</summary>
    public Task StartGate { get; set; } = Task.CompletedTask;

    public string Title { get; set; } = "Say what a hold is for";

    public Ladder Ladder { get; set; } =
        new([RungOf(1, "openai/gpt-oss-20b"), RungOf(2, "openai/gpt-oss-120b") with { Replaced = "llama-3.3-70b-versatile" }]);

    public IReadOnlyList<CatalogueModel> Models => [];
    public decimal BatchDiscount => 0.5m;
    public IReadOnlyList<string> ConfiguredLadder => [];

    public CatalogueModel? Find(string id) =>
        id == "llama-3.3-70b-versatile"
            ? new CatalogueModel
            {
                Id = id,
                ContextTokens = 131_072,
                MaxCompletionTokens = 32_768,
                CompletionTokens = 4_096,
                RetiresOn = new DateOnly(2026, 8, 16),
            }
            : null;

    public TeamOutlook Add(string name, int summarised, int pending, int stale = 0, Guid? liveRun = null, int inFlight = 0)
    {
        var team = new TeamOutlook(
            new Team(Teams.Count + 1, name.ToLowerInvariant().Replace('.', '-'), name, 0.95, false),
            new CoverageCounts
            {
                SummarisedFirst = summarised,
                Pending = pending,
                Stale = stale,
                InFlight = inFlight,
            },
            new BackfillSizes([.. Enumerable.Repeat(4_000, Math.Min(pending, 1_000))], 4_000, BeginsAfter: null, liveRun),
            Ladder
        );
        Teams.Add(team);
        return team;
    }

    public Task<BackfillOutlook> ReadAsync(IReadOnlyCollection<int> teamIds, Actor actor, CancellationToken cancellationToken) =>
        Failure is null
            ? Task.FromResult(
                new BackfillOutlook
                {
                    Provider = "simulator",
                    Teams = [.. Teams.Where(team => teamIds.Contains(team.Team.Id))],
                    Past = [],
                    MaxRequestsPerBatch = 5_000,
                    MaxBatchBytes = 100_000_000,
                    CompletionWindow = "24h",
                }
            )
            : Task.FromException<BackfillOutlook>(Failure);

    public Task<IReadOnlyList<SelectedPullRequest>> ListAsync(
        StartRun request,
        int skip,
        int take,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        Listed.Add((skip, take));
        var team = Teams.Single(team => team.Team.Id == request.TeamId);
        var selected = team.CountOf(request.Limit, request.IncludeStale).Selected;
        return Task.FromResult<IReadOnlyList<SelectedPullRequest>>([
            .. Enumerable.Range(skip, Math.Clamp(selected - skip, 0, take)).Select(PullRequest),
        ]);
    }

    public async Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        await ExactGate.WaitAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        lock (Previewed)
        {
            Previewed.Add(request);
        }

        return await PreviewOfAsync(request, actor, cancellationToken);
    }

    public async Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        await StartGate.WaitAsync(cancellationToken);
        Started.Enqueue(request);
        if (Failure is not null)
        {
            throw Failure;
        }

        var made = Guid.NewGuid();
        var run = _runs.GetOrAdd(request.RequestKey!, made);
        return run == made
            ? new StartedRun(run, IsNew: true, await PreviewOfAsync(request, actor, cancellationToken)) { ChangedSincePreview = Changed }
            : new StartedRun(run, IsNew: false, Preview: null);
    }

    public Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedRun> SummariseAgainAsync(long pullRequestId, string? requestKey, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private async Task<RunPreview> PreviewOfAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        var outlook = await ReadAsync([request.TeamId], actor, cancellationToken);
        var team = outlook.Teams[0];
        var count = team.CountOf(request.Limit, request.IncludeStale);
        return new RunPreview(
            count.Selected,
            0,
            [.. Enumerable.Range(0, Math.Min(20, count.Selected)).Select(PullRequest)],
            team.LadderOf(request.WithFallback),
            outlook.EstimateOf(team, request)
        )
        {
            Token = $"token-{count.Selected}",
        };
    }

    private SelectedPullRequest PullRequest(int index) =>
        new(index + 1, "acme/web", 9_000 - index, Title, new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), 4_000);

    private static Rung RungOf(int ordinal, string model) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonSchema,
            MaxCompletionTokens = 4_096,
            ContextTokens = 131_072,
            PromptPrice = 0.05m,
            CompletionPrice = 0.25m,
            PricesReadOn = new DateOnly(2026, 11, 20),
        };

    public Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryFailuresPreview> PreviewRetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
