using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Pipeline.Tests.Runs;

public sealed class TwoPassTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_succeeds_on_the_first_rung()
    {
        await using var installation = await TestInstallation.StartAsync(cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 25, Cancelled);

        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        var figures = await installation.EndAsync(run, Cancelled);

        Assert.Equal("Completed", figures.State);
        Assert.Equal(25, figures.Succeeded);
        Assert.Equal(25, figures.Summaries);
        Assert.Equal(1, figures.Batches);
        Assert.Equal(0, figures.Claims);
        Assert.Equal(
            25,
            await installation.ScalarAsync<int>(
                "select summarised_first from groqbatch.coverage_by_team where provider = 'simulator'",
                Cancelled
            )
        );
    }

    [Fact]
    public async Task What_fails_on_the_first_rung_climbs_and_is_recovered()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
                simulator.Models.Add(
                    new SimulatedModel
                    {
                        Id = "openai/gpt-oss-20b",
                        Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.2, [SimulatedAnswer.TokenLimit] = 0.1 },
                    }
                ),
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "40" },
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 150, Cancelled);

        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        var figures = await installation.EndAsync(run, Cancelled);

        var first = installation.ReadSimulator().Batches.Where(batch => batch.RequestsByModel.ContainsKey("openai/gpt-oss-20b")).ToList();
        Assert.Equal(4, first.Count);
        Assert.Equal("Completed", figures.State);
        Assert.Equal(150, figures.Selected);
        Assert.Equal(150, figures.Succeeded);
        Assert.Equal(first.Sum(batch => batch.Requests - batch.Succeeded!.Value), figures.FirstPassFailures);
        Assert.InRange(figures.FirstPassFailures, 20, 70);
        Assert.Equal(0, figures.FinalFailures);
        Assert.Equal(figures.FirstPassFailures, figures.Recovered);
        Assert.Equal(
            figures.Recovered,
            await installation.ScalarAsync<int>("select recovered from groqbatch.coverage_by_team where provider = 'simulator'", Cancelled)
        );
    }
}
