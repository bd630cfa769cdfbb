using System.Collections.Concurrent;
using GroqBatch.Core.Access;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Web.Tests.SpotChecks;

/// <summary>Spot checks in memory that behave: they reserve, refuse a second reader, take back, and judge as the database's do.</summary>
internal sealed class FakeSpotChecks : ISpotChecks, IQualityReader
{
    private readonly ConcurrentDictionary<Guid, Drawn> _drawn = new();
    private readonly Lock _gate = new();

    public Dictionary<int, Quality> Teams { get; } = [];
    public List<SampleRequest> Asked { get; } = [];
    public List<string> Released { get; } = [];
    public Exception? Failure { get; set; }

    /// <summary>How many a next draw has to draw from.</summary>
    public int NextPopulation { get; set; } = 5_515;

    /// <summary>The text of the pull requests to come.</summary>
    public string Body { get; set; } = "Says *what* it does.";

    /// <summary>Called before a verdict is taken, for tests of slow databases.</summary>
    public Func<Task>? BeforeGiving { get; set; }

    public Sample Draw(int population, SampleScope scope = SampleScope.Team, SampleTerms? terms = null, Guid? runId = null)
    {
        var id = Guid.CreateVersion7();
        var given = terms ?? new SampleTerms();
        var sample = new Sample
        {
            Id = id,
            Provider = "simulator",
            Scope = scope,
            TeamId = scope is SampleScope.Model ? null : 1,
            TeamSlug = scope is SampleScope.Model ? null : "cal-com",
            TeamName = scope is SampleScope.Model ? null : "Cal.com",
            RunId = scope is SampleScope.Run ? runId ?? Guid.NewGuid() : null,
            Model = scope is SampleScope.Model ? "openai/gpt-oss-20b" : null,
            Terms = given,
            Seed = 40_417,
            Population = population,
            Drawn = given.DrawnSize(population),
            Strata = [new SampleStratum(0, population, given.DrawnSize(population))],
            DrawnBy = "mira",
            DrawnAt = new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero),
            Read = 0,
            Good = 0,
            Minor = 0,
            Wrong = 0,
            Settlement = Settlement.Open,
        };
        _drawn[id] = new Drawn(sample, [.. Enumerable.Range(1, sample.Drawn).Select(position => Item(id, position))]);
        return sample;
    }

    public VerdictReceipt Give(Guid sampleId, int position, Verdict verdict, WrongReason? reason = null, string by = "bob")
    {
        lock (_gate)
        {
            var drawn = _drawn[sampleId];
            var item = drawn.Items[position - 1];
            var isTaken = item.ReadBy is null || item.ReadBy == by;
            if (isTaken)
            {
                drawn.Items[position - 1] = item with { Verdict = verdict, Reason = reason, ReadBy = by, ReservedBy = null };
                drawn.History.Add((position, by));
            }

            return new VerdictReceipt(position, item.PullRequest.Number, isTaken, drawn.Items[position - 1].Verdict, Report(drawn));
        }
    }

    public SampleItem ItemAt(Guid sampleId, int position) => _drawn[sampleId].Items[position - 1];

    public Task<Sample?> DrawAsync(SampleRequest request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Review);
        Asked.Add(request);
        return Task.FromResult(NextPopulation == 0 ? null : Draw(NextPopulation, request.Scope, request.Terms, request.RunId));
    }

    public Task<SampleReport?> FindAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Failure is not null
                ? Task.FromException<SampleReport?>(Failure)
                : Task.FromResult(_drawn.TryGetValue(sampleId, out var drawn) ? Report(drawn) : null);
        }
    }

    public Task<IReadOnlyList<Sample>> ListAsync(
        string provider,
        SampleScope? scope,
        int take,
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyList<Sample>>([
            .. _drawn.Values.Select(drawn => Report(drawn).Sample).Where(sample => scope is null || sample.Scope == scope).Take(take),
        ]);

    public Task<Sample?> FindLatestOfRunAsync(Guid runId, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult(_drawn.Values.Select(drawn => drawn.Sample).LastOrDefault(sample => sample.RunId == runId));

    public Task<SampleItem?> TakeAsync(Guid sampleId, int after, Actor actor, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var drawn = _drawn[sampleId];
            var index = Report(drawn).Judgement.Settlement is not Settlement.Open
                ? -1
                : drawn.Items.FindIndex(item =>
                    item.Position > after && item.Verdict is null && (item.ReservedBy is null || item.ReservedBy == actor.Name)
                );
            if (index < 0)
            {
                return Task.FromResult<SampleItem?>(null);
            }

            drawn.Items[index] = drawn.Items[index] with { ReservedBy = actor.Name };
            return Task.FromResult<SampleItem?>(drawn.Items[index]);
        }
    }

    public Task<SampleItem?> LookAsync(Guid sampleId, int position, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult(_drawn[sampleId].Items.ElementAtOrDefault(position - 1));

    public Task<IReadOnlyList<SampleItem>> LookAtFirstAsync(Guid sampleId, int count, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SampleItem>>([.. _drawn[sampleId].Items.Take(count)]);

    public async Task<VerdictReceipt> GiveAsync(
        Guid sampleId,
        int position,
        Verdict verdict,
        WrongReason? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Review);
        Assert.Equal(verdict is Verdict.Wrong, reason is not null);
        if (BeforeGiving is not null)
        {
            await BeforeGiving();
        }

        return Give(sampleId, position, verdict, reason, actor.Name);
    }

    public Task<VerdictReceipt?> UndoAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var drawn = _drawn[sampleId];
            var last = drawn.History.FindLastIndex(entry => entry.By == actor.Name && drawn.Items[entry.Position - 1].Verdict is not null);
            if (last < 0)
            {
                return Task.FromResult<VerdictReceipt?>(null);
            }

            var position = drawn.History[last].Position;
            drawn.History.RemoveAt(last);
            var item = drawn.Items[position - 1] with { Verdict = null, Reason = null, ReadBy = null, ReservedBy = actor.Name };
            drawn.Items[position - 1] = item;
            return Task.FromResult<VerdictReceipt?>(new VerdictReceipt(position, item.PullRequest.Number, true, null, Report(drawn)));
        }
    }

    public Task ReleaseAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        Released.Add(actor.Name);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<int, Quality>> ReadTeamsAsync(string provider, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<int, Quality>>(Teams);

    public Task<Quality?> ReadRunAsync(Guid runId, CancellationToken cancellationToken) => Task.FromResult<Quality?>(null);

    public Task<IReadOnlyDictionary<string, Quality>> ReadModelsAsync(string provider, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, Quality>>(new Dictionary<string, Quality>());

    private SampleItem Item(Guid sampleId, int position) =>
        new()
        {
            SampleId = sampleId,
            Position = position,
            PullRequest = new PullRequest
            {
                Repository = "acme/shop",
                Number = 1_000 + position,
                Title = $"Change number {position}",
                Body = Body,
                IsMerged = true,
                MergedAt = new DateTimeOffset(2026, 1, 26, 0, 0, 0, TimeSpan.Zero),
                Additions = 1_965,
                Deletions = 1_691,
                ChangedFiles = 2,
                Url = $"https://example.org/acme/shop/pull/{1_000 + position}",
                Files = [new ChangedFile("src/a.ts", "added", 12, 0), new ChangedFile("src/b.ts", "removed", 0, 7)],
                Commits = [new Commit("c0ffee", "feat: change\n\nWith a body")],
            },
            HasChanged = false,
            Summary = new SummaryDocument(
                new AiAssistance(true, ["Cursor"], AiUsageType.Assisted, 0.82),
                new Technology(["TypeScript"], ["React"], [TechnologyCategory.Frontend]),
                new Synopsis($"Summary number {position}", "What and why.", ChangeType.Refactor),
                new Core.Summaries.Health(Level.Medium, ChangeScope.Large, Level.Low, ["Moves all calls at once."])
            ),
            Model = "openai/gpt-oss-20b",
            Pass = 1,
            PromptVersion = "1.0",
            RunId = Guid.NewGuid(),
            SummarisedAt = new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero),
            Verdict = null,
            Reason = null,
            ReadBy = null,
            ReservedBy = null,
        };

    private static SampleReport Report(Drawn drawn)
    {
        var judgement = SampleJudge.Judge(
            drawn.Sample.Terms,
            [drawn.Sample.Population],
            [.. drawn.Items.Select(item => new JudgedItem(0, item.Verdict))]
        );
        return new SampleReport(
            drawn.Sample with
            {
                Read = drawn.Items.Count(item => item.Verdict is not null),
                Good = drawn.Items.Count(item => item.Verdict is Verdict.Good),
                Minor = drawn.Items.Count(item => item.Verdict is Verdict.Minor),
                Wrong = drawn.Items.Count(item => item.Verdict is Verdict.Wrong),
                Settlement = judgement.Settlement,
            },
            judgement
        );
    }

    private sealed record Drawn(Sample Sample, List<SampleItem> Items)
    {
        public List<(int Position, string By)> History { get; } = [];
    }
}
