using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Pipeline.Tests.Hosts;

/// <summary>Two hosts on one database and one provider: nothing is done twice, and what comes out is what one host would have made.</summary>
public sealed class TwoHostsTests
{
    private static readonly string[] Teams = ["one", "two", "three"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_at_once_do_what_one_would_have_done_and_nothing_twice()
    {
        await using var pair = await StartAsync(hosts: 2);
        await using var alone = await StartAsync(hosts: 0);

        var both = await StartRunsAsync(pair);
        var single = await StartRunsAsync(alone);
        var ended = new List<RunFigures>();
        foreach (var run in both)
        {
            ended.Add(await pair.EndAsync(run, Cancelled));
        }

        for (var run = 0; run < single.Count; run++)
        {
            var undisturbed = await alone.DriveToEndAsync(single[run], Cancelled);
            Assert.Equal(Told(undisturbed), Told(ended[run]));
            Assert.InRange(undisturbed.FirstPassFailures, 1, 59);
        }

        var sent = pair.ReadSimulator().Batches;
        Assert.Equal(
            sent.Select(batch => batch.Id).Order(StringComparer.Ordinal),
            (await pair.ListAsync<string>("select provider_batch_id from groqbatch.batches where state = 'Ingested'", Cancelled)).Order(
                StringComparer.Ordinal
            )
        );
        Assert.Equal(
            sent.Sum(batch => batch.Requests),
            await pair.ScalarAsync<int>("select count(*)::int from groqbatch.attempts where outcome <> 'not_run'", Cancelled)
        );
        Assert.Equal(
            sent.Sum(batch => batch.Succeeded!.Value),
            await pair.ScalarAsync<int>("select count(*)::int from groqbatch.summaries", Cancelled)
        );
    }

    // How many batches there were is left out: what is sent again goes together with whatever waits at that moment.
    private static string Told(RunFigures figures) =>
        $"{figures.State}, {figures.Succeeded} of {figures.Selected}, first {figures.FirstPassFailures}, final {figures.FinalFailures}, "
        + $"{figures.Attempts} attempts: "
        + string.Join(", ", figures.FirstPassByCode.OrderBy(pair => pair.Key, StringComparer.Ordinal));

    private static Task<TestInstallation> StartAsync(int hosts) =>
        TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Seed = 7;
                Fail(simulator, "openai/gpt-oss-20b", 0.2);
                Fail(simulator, "openai/gpt-oss-120b", 0.1);
            },
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "25" },
            hosts,
            cancellationToken: Cancelled
        );

    private static void Fail(SimulatorOptions simulator, string model, double share) =>
        simulator.Models.Add(
            new SimulatedModel
            {
                Id = model,
                Failures = new() { [SimulatedAnswer.JsonValidateFailed] = share, [SimulatedAnswer.ServerError] = share / 2 },
            }
        );

    private static async Task<IReadOnlyList<Guid>> StartRunsAsync(TestInstallation installation)
    {
        var runs = new List<Guid>();
        foreach (var slug in Teams)
        {
            var team = await installation.AddTeamAsync(slug, 60, Cancelled);
            runs.Add(await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled));
        }

        return runs;
    }
}
