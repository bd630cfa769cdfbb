using System.Runtime.CompilerServices;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Parking;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Tests.Teams;

/// <summary>One team with pull requests in memory, and everything that a team's page asks for.</summary>
internal sealed class FakeTeam
    : ICoverageReader,
        ICoverageHistory,
        ICoverageGridReader,
        IPullRequestListReader,
        IPullRequestReader,
        ISentPrompts,
        IParking,
        ITeamStore,
        IRunService
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public Team Team { get; set; } = new(7, "cal-com", "Cal.com", 0.95, false);
    public List<PullRequestListRow> Rows { get; } = [];
    public List<CoveragePoint> History { get; } = [];
    public List<PullRequestListQuery> Asked { get; } = [];
    public List<(PullRequestFilter Filter, string? Reason)> Parked { get; } = [];
    public List<StartRun> Started { get; } = [];
    public List<TeamChange> Updated { get; } = [];

    /// <summary>The next change is refused with it.</summary>
    public TeamChangedException? Conflict { get; set; }

    public PullRequestDetails? Details { get; set; }
    public CutText? Answer { get; set; }
    public SentPrompt? Prompt { get; set; }
    public Exception? Failure { get; set; }
    public int Again { get; private set; }
    public int Reads { get; private set; }

    public CoverageCounts Counts =>
        new()
        {
            Pending = Count(CoverageState.Pending),
            InFlight = Count(CoverageState.InFlight),
            Failed = Count(CoverageState.Failed),
            Parked = Count(CoverageState.Parked),
            Stale = Count(CoverageState.Stale),
            SummarisedFirst = Count(CoverageState.Summarised),
            Excluded = Count(CoverageState.Excluded),
        };

    public CoverageOverview Overview => new([new TeamCoverage(Team, Counts)]);

    /// <summary>A pull request in <c>acme/app</c>, newer with each.</summary>
    public PullRequestListRow Add(CoverageState state, string title = "Title", string repository = "acme/app")
    {
        var row = new PullRequestListRow
        {
            Id = Rows.Count + 1,
            Repository = repository,
            Number = 100 + Rows.Count,
            Title = title,
            Url = "",
            Author = "ada",
            State = state,
            FailureCode = state == CoverageState.Failed ? "max_tokens" : null,
            ChangedFiles = 3,
            Additions = 20,
            Deletions = 1,
            CreatedAt = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero).AddHours(Rows.Count),
        };
        Rows.Add(row);
        return row;
    }

    public Task<CoverageOverview> ReadAsync(string provider, CancellationToken cancellationToken) => Task.FromResult(Overview);

    public Task<CoverageOverview?> ReadTeamAsync(string provider, string slug, CancellationToken cancellationToken)
    {
        Reads++;
        return Failure is null ? Task.FromResult(slug == Team.Slug ? Overview : null) : Task.FromException<CoverageOverview?>(Failure);
    }

    public Task<int> AppendAsync(string provider, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<IReadOnlyList<CoveragePoint>> ReadAsync(
        string provider,
        int teamId,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyList<CoveragePoint>>(History);

    public Task<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>> ReadDaysAsync(
        string provider,
        IReadOnlyCollection<int> teamIds,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyDictionary<int, IReadOnlyList<CoveragePoint>>>(
            new Dictionary<int, IReadOnlyList<CoveragePoint>> { [Team.Id] = History }
        );

    public Task<IReadOnlyList<CoverageCell>> ReadAsync(string provider, int teamId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CoverageCell>>([
            .. Rows.GroupBy(row => (row.Repository, Month: new DateOnly(row.CreatedAt.Year, row.CreatedAt.Month, 1)))
                .Select(group => new CoverageCell(
                    group.Key.Repository,
                    group.Key.Month,
                    new CoverageCounts
                    {
                        Pending = group.Count(row => row.State == CoverageState.Pending),
                        Failed = group.Count(row => row.State == CoverageState.Failed),
                        Parked = group.Count(row => row.State == CoverageState.Parked),
                        SummarisedFirst = group.Count(row => row.State == CoverageState.Summarised),
                        Excluded = group.Count(row => row.State == CoverageState.Excluded),
                    }
                )),
        ]);

    public Task<PullRequestListPage> ListAsync(PullRequestListQuery query, Actor actor, CancellationToken cancellationToken)
    {
        Asked.Add(query);
        var found = Rows.Where(row => query.Filter.States.Contains(row.State)).OrderByDescending(row => row.CreatedAt).ToList();
        return Task.FromResult(
            new PullRequestListPage(
                [.. found.Take(query.Take)],
                found.Count,
                IsMore: false,
                HasNewer: query.Beyond is not null,
                HasOlder: found.Count > query.Take,
                Now
            )
        );
    }

    public async IAsyncEnumerable<PullRequestListRow> StreamAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        foreach (var row in Rows)
        {
            yield return row;
        }
    }

    public Task<PullRequestDetails?> FindAsync(string provider, long pullRequestId, Actor actor, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult(Details?.Id == pullRequestId ? Details : null);
    }

    public Task<CutText?> FindAnswerAsync(long attemptId, int most, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult(Answer);

    public Task<SentPrompt?> FindAsync(long attemptId, Actor actor, CancellationToken cancellationToken) => Task.FromResult(Prompt);

    public Task<IReadOnlyList<ParkingOffer>> ListOffersAsync(
        string provider,
        int teamId,
        Actor actor,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyList<ParkingOffer>>([]);

    public Task<ParkingResult> ParkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        Demand(reason);
        Parked.Add((new PullRequestFilter { Ids = [.. pullRequestIds] }, reason));
        return Task.FromResult(new ParkingResult(pullRequestIds.Count, 0, 0));
    }

    public Task<ParkingResult> ParkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        Demand(reason);
        Parked.Add((filter, reason));
        return Task.FromResult(new ParkingResult(2, 1, 3));
    }

    public Task<int> ParkFailuresAsync(
        string provider,
        int? teamId,
        Core.FailureGroups.FailureFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task<ParkingResult> UnparkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        Actor actor,
        CancellationToken cancellationToken
    ) => Task.FromResult(new ParkingResult(1, 0, 0));

    public Task<ParkingResult> UnparkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        Actor actor,
        CancellationToken cancellationToken
    ) => Task.FromResult(new ParkingResult(1, 0, 0));

    public Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken)
    {
        if (Conflict is { } conflict)
        {
            Conflict = null;
            Team = conflict.Now;
            throw conflict;
        }

        Updated.Add(change);
        Team = Team with
        {
            Name = change.Name ?? Team.Name,
            Goal = change.Goal ?? Team.Goal,
            Ladder =
                change.Ladder is null ? Team.Ladder
                : change.Ladder is { Count: 0 } ? null
                : change.Ladder,
        };
        return Task.FromResult<Team?>(Team);
    }

    public Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Team>>([Team]);

    public Task<Team?> FindAsync(string slug, CancellationToken cancellationToken) => Task.FromResult(slug == Team.Slug ? Team : null);

    public Task<Team?> FindAsync(int id, CancellationToken cancellationToken) => Task.FromResult(id == Team.Id ? Team : null);

    public Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken) =>
        Failure is null
            ? Task.FromResult(
                new RunPreview(
                    57,
                    2,
                    [new SelectedPullRequest(1, "acme/app", 101, "<b>Title</b>", Now, 1_000)],
                    new Ladder([Rung(1, "cheap"), Rung(2, "strong") with { Replaced = "gone" }]),
                    new Estimate
                    {
                        Requests = Core.Estimates.Range.Exactly(57),
                        PromptTokens = Core.Estimates.Range.Exactly(1),
                        CompletionTokens = Core.Estimates.Range.Exactly(1),
                        Cost = new Core.Estimates.Range(0.01, 0.02, 0.03),
                        FirstPassFailures = Core.Estimates.Range.Exactly(1),
                        FinalFailures = Core.Estimates.Range.Exactly(0),
                        Basis = "Measured in earlier runs.",
                    }
                )
                {
                    Token = "token",
                }
            )
            : Task.FromException<RunPreview>(Failure);

    public Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken)
    {
        Started.Add(request);
        return Task.FromResult(new StartedRun(Guid.Parse("0198c0de-0000-7000-8000-000000000001"), IsNew: true, Preview: null));
    }

    public Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedRun> SummariseAgainAsync(long pullRequestId, string? requestKey, Actor actor, CancellationToken cancellationToken)
    {
        Again++;
        return Task.FromResult(new RetriedRun(Guid.NewGuid(), IsNew: true, 1, "1 pull request is sent again."));
    }

    public Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>A pull request with a summary of the present and one of the past, and an attempt at each.</summary>
    public static PullRequestDetails Summarised(long id = 1, string body = "Body") =>
        new()
        {
            Id = id,
            Team = new Team(7, "cal-com", "Cal.com", 0.95, false),
            PullRequest = new PullRequest
            {
                Repository = "acme/app",
                Number = 101,
                Title = "Keep sessions",
                Body = body,
                Url = "https://github.com/acme/app/pull/101",
                Comments = [new Comment("ada", "Well **done**\n\n<script>alert(1)</script>")],
            },
            State = CoverageState.Summarised,
            Summaries = [SummaryOf(2, "Keeps sessions alive", isCurrent: true), SummaryOf(1, "Keeps sessions", isCurrent: false)],
            Attempts =
            [
                new PullRequestAttempt
                {
                    Id = 12,
                    RunId = Guid.NewGuid(),
                    Pass = 1,
                    Number = 1,
                    Model = "cheap",
                    Outcome = "failed",
                    FailureCode = "max_tokens",
                    Message = "<b>limit</b>",
                    HasAnswer = true,
                    At = Now.AddMinutes(-5),
                },
            ],
            ReadAt = Now,
        };

    private static PullRequestSummary SummaryOf(long id, string title, bool isCurrent) =>
        new()
        {
            Id = id,
            IsCurrent = isCurrent,
            IsOfThisContent = true,
            Document = new SummaryDocument(
                new AiAssistance(false, [], AiUsageType.None, 1),
                new Technology(["C#"], [], [TechnologyCategory.Backend]),
                new Synopsis(title, "Description", ChangeType.Feature),
                new GroqBatch.Core.Summaries.Health(Level.Low, ChangeScope.Small, Level.Low, [])
            ),
            RunId = Guid.NewGuid(),
            Model = "cheap",
            Rung = 1,
            Pass = 1,
            PromptVersion = "1.0",
            PromptTokens = 900,
            CompletionTokens = 200,
            Cost = 0.0003m,
            CreatedAt = Now.AddMinutes(-5),
        };

    private static Rung Rung(int ordinal, string model) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonSchema,
            MaxCompletionTokens = 4_096,
            ContextTokens = 100_000,
        };

    private int Count(CoverageState state) => Rows.Count(row => row.State == state);

    public Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetryFailuresPreview> PreviewRetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    // As the store does.
    private static void Demand(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new ArgumentException("Parking takes a reason.", nameof(reason));
        }
    }
}
