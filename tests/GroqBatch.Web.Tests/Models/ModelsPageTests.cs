using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Plans;
using GroqBatch.Web.Features.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Web.Tests.Models;

public sealed class ModelsPageTests : IAsyncDisposable
{
    private static readonly Ladder Both = new([RungOf(1, "openai/gpt-oss-20b"), RungOf(2, "openai/gpt-oss-120b")]);
    private readonly PageTestContext _context = new();
    private readonly FakePast _past = new();
    private readonly FakePlanner _planner = new();

    public ModelsPageTests()
    {
        _context.Services.AddSingleton<IPastReader>(_past);
        _context.Services.AddSingleton<IPlanner>(_planner);
        _context.Services.AddSingleton<IModelCatalogue>(new FakeCatalogue());
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_what_was_measured_with_its_interval_its_failures_and_its_cost()
    {
        _past.Passes.Add(Pass(1, "openai/gpt-oss-20b", 1_000, 960));
        _past.Passes.Add(Pass(2, "openai/gpt-oss-120b", 40, 40));

        var page = _context.Render<ModelsPage>();

        var rows = page.FindAll("section[aria-labelledby=measured] tbody tr");
        Assert.Equal(2, rows.Count);
        Assert.Contains("96.0 %", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("94.5 to 97 %", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("json_validate_failed 40", Text(rows[0].QuerySelector(".m-codes")!), StringComparison.Ordinal);
        // A dollar for 960 summaries.
        Assert.Contains("$1.04", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("100 %", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("none", rows[1].QuerySelector(".m-codes")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("too few runs", rows[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lower_bound_is_called_one_where_the_cost_of_some_is_unknown()
    {
        _past.Passes.Add(Pass(1, "openai/gpt-oss-20b", 1_000, 960) with { UnknownRequests = 3 });

        var row = _context.Render<ModelsPage>().Find("section[aria-labelledby=measured] tbody tr");

        Assert.Contains("at least $1.04", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_nothing_was_measured_yet()
    {
        var page = _context.Render<ModelsPage>();

        Assert.Contains("Nothing has been measured yet", page.Markup, StringComparison.Ordinal);
        Assert.Contains("No team yet", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Compares_ladders_over_the_team_that_misses_most_and_over_another_that_is_chosen()
    {
        _context.Coverage.Add("Antiwork", 100, 10);
        _context.Coverage.Add("Cal.com", 100, 4_147);

        var page = _context.Render<ModelsPage>();
        Assert.Empty(_planner.Asked);
        Compare(page);

        Assert.Equal(["cal-com"], _planner.Asked);
        var rows = page.FindAll("section[aria-labelledby=what-if] tbody tr");
        Assert.Equal(["No fallback", "With fallback"], rows.Select(row => row.QuerySelector(".m-name")!.FirstChild!.TextContent.Trim()));
        Assert.Contains("$0.97 to $1.36", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("over 99 %", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("under 1 %", rows[0].TextContent, StringComparison.Ordinal);

        page.Find("#plan-team").Change("antiwork");
        Assert.Empty(page.FindAll("section[aria-labelledby=what-if] tbody tr"));
        Compare(page);

        page.WaitForAssertion(() => Assert.Equal(["cal-com", "antiwork"], _planner.Asked));
        Assert.EndsWith("models?team=antiwork", _context.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_what_was_measured_where_the_ladder_can_not_be_had()
    {
        _context.Coverage.Add("Cal.com", 100, 4_147);
        _past.Passes.Add(Pass(1, "openai/gpt-oss-20b", 1_000, 960));
        _planner.Failure = new LadderUnavailableException("openai/gpt-oss-20b is gone and has no successor.");

        var page = _context.Render<ModelsPage>();
        Compare(page);

        Assert.Contains("gone and has no successor", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll("section[aria-labelledby=measured] tbody tr"));
    }

    [Fact]
    public void Shows_batch_prices_the_day_they_were_read_and_what_follows_a_retired_model()
    {
        var rows = _context.Render<ModelsPage>().FindAll("section[aria-labelledby=catalogue] tbody tr");

        // On the ladder first.
        Assert.Contains("rung 1", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("$0.0375", rows[0].QuerySelector("[data-l=Prompt]")!.TextContent);
        Assert.Equal("1 Nov 2026", rows[0].QuerySelector("[data-l='Prices read']")!.TextContent);
        Assert.Contains("retired 1 Oct 2026, then openai/gpt-oss-20b", Text(rows[^1]), StringComparison.Ordinal);
        Assert.Equal("unknown", rows[^1].QuerySelector("[data-l=Prompt]")!.TextContent);
    }

    private static void Compare(IRenderedComponent<ModelsPage> page) => page.Find("section[aria-labelledby=what-if] button").Click();

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Rung RungOf(int ordinal, string model) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonSchema,
            MaxCompletionTokens = 2_000,
            ContextTokens = 131_072,
        };

    private static PastPass Pass(int ordinal, string model, int requests, int succeeded) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Team = "cal-com",
            Ordinal = ordinal,
            Model = model,
            StartedAt = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero),
            Requests = requests,
            Succeeded = succeeded,
            Failures =
                requests == succeeded
                    ? new Dictionary<FailureCode, int>()
                    : new Dictionary<FailureCode, int> { [FailureCode.JsonValidateFailed] = requests - succeeded },
            PromptTokens = 2_000L * requests,
            CompletionTokens = 400L * requests,
            Cost = 1,
            UnknownRequests = 0,
            Batches = 1,
            Sent = requests,
            LargestBatch = requests,
            Bytes = 10_000L * requests,
            Seconds = 60,
            IsLastRung = ordinal == 2,
            Stuck = 0,
        };

    private sealed class FakePast : IPastReader
    {
        public List<PastPass> Passes { get; } = [];

        public Task<IReadOnlyList<PastPass>> ReadAsync(string provider, int runs, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PastPass>>(Passes);
    }

    private sealed class FakePlanner : IPlanner
    {
        public List<string> Asked { get; } = [];
        public Exception? Failure { get; set; }

        public Task<Plan?> PlanAsync(string slug, Actor actor, CancellationToken cancellationToken)
        {
            actor.Demand(Right.View);
            Asked.Add(slug);
            return Failure is not null
                ? Task.FromException<Plan?>(Failure)
                : Task.FromResult<Plan?>(
                    new Plan
                    {
                        Team = new TeamCoverage(
                            new Core.Teams.Team(1, slug, slug, 0.95, false),
                            new CoverageCounts { SummarisedFirst = 100, Pending = 4_147 }
                        ),
                        Provider = "simulator",
                        Selected = 4_147,
                        ClaimedElsewhere = 0,
                        Options =
                        [
                            new PlanOption(PlanKind.WithoutFallback, Both.WithoutFallback(), EstimateWith(0.001), null),
                            new PlanOption(PlanKind.WithFallback, Both, EstimateWith(0.999), null),
                        ],
                    }
                );
        }

        private static Estimate EstimateWith(double chance) =>
            new()
            {
                Requests = new Range(4_147, 4_270, 4_390),
                PromptTokens = new Range(1, 2, 3),
                CompletionTokens = new Range(1, 2, 3),
                Cost = new Range(0.97, 1.08, 1.36),
                Seconds = new Range(660, 900, 1_920),
                FirstPassFailures = new Range(100, 125, 150),
                FinalFailures = new Range(0, 2, 8),
                Basis = "From earlier runs.",
                ChanceToReachGoal = chance,
            };
    }

    private sealed class FakeCatalogue : IModelCatalogue
    {
        public IReadOnlyList<CatalogueModel> Models { get; } =
        [
            new()
            {
                Id = "llama-3.1-8b-instant",
                ContextTokens = 131_072,
                MaxCompletionTokens = 8_192,
                CompletionTokens = 2_000,
                RetiresOn = new DateOnly(2026, 10, 1),
                Successor = "openai/gpt-oss-20b",
            },
            new()
            {
                Id = "openai/gpt-oss-20b",
                ContextTokens = 131_072,
                MaxCompletionTokens = 65_536,
                CompletionTokens = 4_000,
                HasStrictSchema = true,
                Prices = [new ModelPrice(new DateOnly(2026, 1, 1), new DateOnly(2026, 11, 1), 0.075m, 0.3m)],
            },
        ];

        public decimal BatchDiscount => 0.5m;

        public IReadOnlyList<string> ConfiguredLadder => ["openai/gpt-oss-20b"];

        public CatalogueModel? Find(string id) => Models.FirstOrDefault(model => model.Id == id);
    }
}
