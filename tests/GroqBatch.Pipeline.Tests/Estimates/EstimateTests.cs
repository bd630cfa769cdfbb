using GroqBatch.Core.Access;
using GroqBatch.Core.Models;
using GroqBatch.Core.Plans;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Statistics;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Pipeline.Tests.Estimates;

/// <summary>Estimates against runs that really go through the pipeline: the same question as the forecast's own tests, over HTTP and PostgreSQL.</summary>
public sealed class EstimateTests(ITestOutputHelper output)
{
    private const string Small = "openai/gpt-oss-20b";
    private const string Strong = "openai/gpt-oss-120b";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_run_takes_lies_between_low_and_high()
    {
        var (inside, widths) = await RunAsync(runs: 10, pullRequests: 1_500, largest: 270, simulator: null);

        // How fast this machine is just now is nothing to hold an estimate to; that it is learnt is.
        Assert.All(
            inside.Where(figure => figure.Key != "time"),
            figure => Assert.True(figure.Value.Inside >= figure.Value.Of - 1, $"{figure}")
        );
        Assert.True(Median(widths["cost"]) < 0.5, $"widths {string.Join(", ", widths["cost"])}");
    }

    /// <summary>
    /// The whole of the promise, on the real pipeline: fifty runs of different sizes and failure rates, the time that the provider takes among the
    /// figures. Takes minutes, and a machine that has nothing else to do: asked for with <c>-explicit only</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Of_fifty_runs_at_least_forty_five_lie_between_low_and_high_in_every_figure()
    {
        // Long enough that what this machine does beside it is small.
        var (inside, widths) = await RunAsync(
            runs: 50,
            pullRequests: 14_000,
            largest: 500,
            simulator: options =>
            {
                options.Fast = false;
                options.ValidatingSeconds = 1;
                options.LinesPerSecond = 200;
                options.FinalizingSeconds = 0.5;
            }
        );

        foreach (var (name, (count, of)) in inside)
        {
            output.WriteLine(
                $"{name}: inside {count} of {of}; median width ÷ expected, from the sixth run on, {Median(widths[name]):0.00}"
            );
        }

        // Of the first run no time is known, and none is said.
        Assert.All(inside, figure => Assert.True(figure.Value.Inside >= (figure.Value.Of * 9 + 9) / 10, $"{figure}"));
        Assert.Equal((50, 49), (inside["cost"].Of, inside["time"].Of));
    }

    private async Task<(Dictionary<string, (int Inside, int Of)> Inside, Dictionary<string, List<double>> Widths)> RunAsync(
        int runs,
        int pullRequests,
        int largest,
        Action<SimulatorOptions>? simulator
    )
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator,
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "150" },
            cancellationToken: Cancelled
        );
        var team = await AddMeasuredTeamAsync(installation, "acme", pullRequests);
        var dice = new Dice(11);
        var inside = new Dictionary<string, (int Inside, int Of)>(StringComparer.Ordinal);
        var widths = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var index = 0; index < runs; index++)
        {
            // Rates that differ from run to run by more than chance; sizes that differ as well.
            installation.Simulator.ClearFaults();
            Fail(installation, Small, dice.Beta(3, 40));
            Fail(installation, Strong, dice.Beta(2, 60));
            var start = new StartRun
            {
                TeamId = team,
                Limit = 20 + (int)(dice.Uniform() * (largest - 20)),
                WithFallback = true,
            };
            var estimate = (await installation.Runs.PreviewAsync(start, TestInstallation.Ada, Cancelled)).Estimate;

            var run = await installation.StartRunAsync(start, Cancelled);
            var figures = await installation.EndAsync(run, Cancelled);

            Note("prompt tokens", estimate.PromptTokens, await SumAsync("prompt_tokens"));
            Note("completion tokens", estimate.CompletionTokens, await SumAsync("completion_tokens"));
            Note("cost", estimate.Cost, await SumAsync("cost"));
            Note("first-pass failures", estimate.FirstPassFailures, figures.FirstPassFailures);
            Note("final failures", estimate.FinalFailures, figures.FinalFailures);

            Assert.Equal(index == 0, estimate.Seconds is null);
            Assert.True(estimate.Seconds is null or { Low: > 0 });
            if (estimate.Seconds is not null)
            {
                Note(
                    "time",
                    estimate.Seconds,
                    await installation.ScalarAsync<double>(
                        $"select extract(epoch from max(ended_at) - min(started_at))::double precision from groqbatch.passes where run_id = '{run}'",
                        Cancelled
                    )
                );
            }

            async Task<double> SumAsync(string column) =>
                await installation.ScalarAsync<double>(
                    $"select sum({column})::double precision from groqbatch.passes where run_id = '{run}'",
                    Cancelled
                );

            void Note(string name, Range? range, double value)
            {
                var isInside = value >= range!.Low && value <= range.High;
                output.WriteLine($"run {index}, {name}: {value:0.####} {(isInside ? "in" : "OUTSIDE")} {range}");
                var (known, of) = inside.GetValueOrDefault(name);
                inside[name] = (known + (isInside ? 1 : 0), of + 1);
                widths.TryAdd(name, []);
                if (index >= 5)
                {
                    // Failures are few, and a width of three where one is expected says little: theirs is in shares of what is sent.
                    var unit = name.EndsWith(" failures", StringComparison.Ordinal) ? figures.Selected : range.Expected;
                    widths[name].Add((range.High - range.Low) / unit);
                }
            }
        }

        return (inside, widths);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    [Fact]
    public async Task A_start_names_what_changed_since_the_preview_that_it_was_made_from()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await AddMeasuredTeamAsync(installation, "acme", 30);
        var start = new StartRun { TeamId = team, WithFallback = true };
        var shown = await installation.Runs.PreviewAsync(start, TestInstallation.Ada, Cancelled);
        await installation.ExecuteAsync("update groqbatch.pull_requests set body = '', is_eligible = false where number > 28", Cancelled);

        var started = await installation.Runs.StartAsync(start with { PreviewToken = shown.Token }, TestInstallation.Ada, Cancelled);

        Assert.True(started.IsNew);
        Assert.Equal("28 pull requests are selected now, not 30.", Assert.Single(started.ChangedSincePreview));
        Assert.Contains(
            "28 pull requests are selected now, not 30.",
            await installation.TimelineAsync(started.RunId!.Value, Cancelled),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_start_of_what_was_shown_names_nothing_and_one_with_a_foreign_token_says_so()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var start = new StartRun { TeamId = await AddMeasuredTeamAsync(installation, "acme", 5), WithFallback = true };
        var shown = await installation.Runs.PreviewAsync(start, TestInstallation.Ada, Cancelled);

        var same = await installation.Runs.StartAsync(start with { PreviewToken = shown.Token }, TestInstallation.Ada, Cancelled);
        var foreign = await installation.Runs.StartAsync(start with { PreviewToken = "hello" }, TestInstallation.Ada, Cancelled);
        var without = await installation.Runs.StartAsync(start, TestInstallation.Ada, Cancelled);

        Assert.Empty(same.ChangedSincePreview);
        Assert.Contains("can't be compared", Assert.Single(foreign.ChangedSincePreview), StringComparison.Ordinal);
        Assert.Empty(without.ChangedSincePreview);
    }

    [Fact]
    public async Task A_plan_shows_the_ways_to_the_goal_side_by_side_and_starts_nothing()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await AddMeasuredTeamAsync(installation, "acme", 400);
        var planner = installation.Services.GetRequiredService<IPlanner>();

        var plan = await planner.PlanAsync("acme", TestInstallation.Ada, Cancelled);

        Assert.NotNull(plan);
        Assert.Equal((400, 380, 0), (plan.Selected, plan.Team.MissingToGoal, plan.ClaimedElsewhere));
        Assert.Equal(
            [PlanKind.WithoutFallback, PlanKind.WithFallback, PlanKind.StartOnFallback, PlanKind.JsonMode],
            plan.Options.Select(option => option.Kind)
        );
        var (alone, both, strong) = (plan.Options[0], plan.Options[1], plan.Options[2]);
        Assert.Equal([Small], alone.Ladder.Rungs.Select(rung => rung.Model));
        Assert.Equal([(Strong, 1)], strong.Ladder.Rungs.Select(rung => (rung.Model, rung.Ordinal)));
        Assert.Equal(ResponseFormat.JsonObject, plan.Options[3].Ladder.Rungs[0].ResponseFormat);
        Assert.True(both.Full.ChanceToReachGoal > alone.Full.ChanceToReachGoal);
        Assert.True(strong.Full.Cost!.Expected > both.Full.Cost!.Expected);
        Assert.InRange(both.ToGoal!.Requests.Low, 380, 400);
        Assert.True(both.ToGoal.ChanceToReachGoal > 0.9, $"{both.ToGoal.ChanceToReachGoal}");
        Assert.Equal(0, await installation.ScalarAsync<long>("select count(*) from groqbatch.runs", Cancelled));
        Assert.Null(await planner.PlanAsync("nobody", TestInstallation.Ada, Cancelled));
        await Assert.ThrowsAsync<AccessDeniedException>(() => planner.PlanAsync("acme", new Actor("eve", Right.None), Cancelled));
    }

    /// <summary>A team whose pull requests have the sizes of the prompts that will be sent.</summary>
    private static async Task<int> AddMeasuredTeamAsync(TestInstallation installation, string slug, int pullRequests)
    {
        var team = await installation.AddTeamAsync(slug, pullRequests, Cancelled);
        var prompts = new PromptBuilder(installation.Services.GetRequiredService<ITokenCounter>());
        var bytes = Enumerable.Range(1, 100).Average(number => prompts.Measure(PullRequests.Numbered(number)));
        await installation.ExecuteAsync($"update groqbatch.pull_requests set prompt_bytes = {(int)bytes}", Cancelled);
        return team;
    }

    private static void Fail(TestInstallation installation, string model, double share) =>
        installation.Simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Answer = SimulatedAnswer.JsonValidateFailed,
                Model = model,
                Share = share,
            }
        );
}
