using System.Buffers;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Caps;

/// <summary>What is not sent, and why: each cap closes, says which it is, and leaves what was not sent as if it had never been tried.</summary>
public sealed class CapTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_of_a_day_close_and_say_so()
    {
        await using var installation = await StartAsync(("Pipeline:MaxRequestsPerDay", "10"), ("Pipeline:MaxRequestsPerBatch", "4"));
        var (run, figures) = await RunAsync(installation, 12);

        Assert.Equal(("CompletedWithFailures", 8, 4), (figures.State, figures.Succeeded, figures.FinalByCode["not_sent"]));
        Assert.Equal(8, installation.ReadSimulator().Batches.Sum(batch => batch.Requests));
        await AssertSaysAsync(installation, run, "Pipeline:MaxRequestsPerDay is 10; 8 were sent today and this batch has 4.");
    }

    [Fact]
    public async Task Dollars_of_a_day_close_and_say_so()
    {
        await using var installation = await StartAsync(("Pipeline:MaxCostPerDay", "0.0000001"));
        var (run, figures) = await RunAsync(installation, 5);

        Assert.Equal(("CompletedWithFailures", 0, 5), (figures.State, figures.Succeeded, figures.FinalByCode["not_sent"]));
        Assert.Empty(installation.ReadSimulator().Batches);
        await AssertSaysAsync(installation, run, "Pipeline:MaxCostPerDay is $0.0000001;");
    }

    [Fact]
    public async Task Dollars_of_a_run_close_after_what_they_pay_for()
    {
        await using var installation = await StartAsync(("Pipeline:MaxRequestsPerBatch", "4"), ("Pipeline:MaxLiveBatches", "1"));
        var team = await installation.AddTeamAsync("acme", 12, Cancelled);
        var cap = 1.5m * await CostOfABatchAsync(installation);

        var run = await installation.StartRunAsync(new StartRun { TeamId = team, MaxCost = cap }, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("CompletedWithFailures", 12), (figures.State, figures.Succeeded + figures.FinalByCode["not_sent"]));
        Assert.InRange(figures.Succeeded, 4, 8);
        Assert.InRange(
            await installation.ScalarAsync<decimal>($"select cost from groqbatch.passes where run_id = '{run}'", Cancelled),
            0.000001m,
            cap
        );
        await AssertSaysAsync(installation, run, "This run may cost $");
    }

    [Theory]
    [InlineData("Pipeline:MaxCostPerDay")]
    [InlineData("Pipeline:MaxCostPerRun")]
    public async Task A_cost_cap_closes_when_a_price_is_unknown(string cap)
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(new SimulatedModel { Id = "test/unpriced", FailureRate = 0 }),
            new Dictionary<string, string?>
            {
                [cap] = "1000",
                ["Models:Catalogue:test/unpriced:Batch"] = "Yes",
                ["Models:Catalogue:test/unpriced:Formats:0"] = "JsonObject",
                ["Models:Catalogue:test/unpriced:ContextTokens"] = "131072",
                ["Models:Catalogue:test/unpriced:MaxCompletionTokens"] = "8192",
                ["Models:Catalogue:test/unpriced:CompletionTokens"] = "4096",
                ["Ladder:Rungs:0:Model"] = "test/unpriced",
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var (run, figures) = await RunAsync(installation, 3);

        Assert.Equal(("CompletedWithFailures", 3), (figures.State, figures.FinalByCode["not_sent"]));
        Assert.Empty(installation.ReadSimulator().Batches);
        await AssertSaysAsync(installation, run, "A cost cap is set and the price of this model is unknown.");
    }

    [Fact]
    public async Task What_was_not_sent_is_pending_and_the_next_run_takes_it()
    {
        await using var installation = await StartAsync(("Pipeline:MaxRequestsPerDay", "4"), ("Pipeline:MaxRequestsPerBatch", "4"));
        var (first, _) = await RunAsync(installation, 6);
        Assert.Equal(2, await CountAsync(installation, "pending"));

        await installation.ExecuteAsync("update groqbatch.batches set intent_at = intent_at - interval '1 day'", Cancelled);
        var retry = await installation.Runs.RetryAsync(new RetryRun { RunId = first }, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(retry.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 2), (figures.State, figures.Succeeded));
        Assert.Equal(6, await CountAsync(installation, "summarised"));
    }

    [Fact]
    public async Task Live_batches_wait_for_their_turn()
    {
        await using var installation = await StartAsync(("Pipeline:MaxRequestsPerBatch", "3"), ("Pipeline:MaxLiveBatches", "1"));
        var (run, figures) = await RunAsync(installation, 12);

        Assert.Equal(("Completed", 12, 4), (figures.State, figures.Succeeded, figures.Batches));
        Assert.Equal(
            0,
            await installation.ScalarAsync<int>(
                $"""
                select count(*)::int from groqbatch.batches one join groqbatch.batches other
                on one.run_id = '{run}' and other.run_id = one.run_id and one.ordinal < other.ordinal and other.intent_at < one.ended_at
                """,
                Cancelled
            )
        );
    }

    [Fact]
    public async Task A_free_place_goes_to_the_team_that_has_fewer()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                // Two are to be there at once: on a busy machine the second is submitted a second after the first.
                simulator.Duration = TimeSpan.FromSeconds(2);
            },
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "2" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var first = await installation.AddTeamAsync("first", 8, Cancelled);
        var second = await installation.AddTeamAsync("second", 8, Cancelled);
        var early = await installation.StartRunAsync(new StartRun { TeamId = first }, Cancelled);
        await installation.DriveUntilAsync(
            early,
            async () => (await installation.BatchesAsync(early, Cancelled)).Count(batch => batch.State == "Submitted") == 2,
            Cancelled
        );

        var late = await installation.StartRunAsync(new StartRun { TeamId = second }, Cancelled);
        await installation.DriveAsync([early, late], Cancelled, RunState.Completed);

        Assert.True(
            await installation.ScalarAsync<bool>(
                $"""
                select (select min(intent_at) from groqbatch.batches where run_id = '{late}')
                     < (select intent_at from groqbatch.batches where run_id = '{early}' and ordinal = 4)
                """,
                Cancelled
            )
        );
        Assert.Equal(
            2,
            await installation.ScalarAsync<int>(
                """
                select max(live)::int from (
                    select (select count(*) from groqbatch.batches other where other.intent_at <= one.intent_at and other.ended_at > one.intent_at) as live
                    from groqbatch.batches one) counted
                """,
                Cancelled
            )
        );
    }

    [Fact]
    public async Task What_is_too_large_even_after_cutting_is_not_sent_and_the_others_are()
    {
        await using var installation = await TestInstallation.StartAsync(
            hosts: 0,
            services: services =>
            {
                var format = services.Last(service => service.ServiceType == typeof(IBatchFileFormat));
                services.Remove(format);
                services.AddSingleton<IBatchFileFormat>(provider => new NarrowFormat(
                    (IBatchFileFormat)ActivatorUtilities.CreateInstance(provider, format.ImplementationType!)
                ));
            },
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-2,times=1"));
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("CompletedWithFailures", 3, 3), (figures.State, figures.Succeeded, figures.FinalByCode["not_sent"]));
        Assert.Equal(1, figures.Recovered);
        var unsent = (await installation.RequestsAsync(run, Cancelled)).Where(request => request.Code == "not_sent").ToList();
        Assert.Equal([1L, 3L, 5L], unsent.Select(request => request.PullRequestId));
        Assert.All(
            unsent,
            request =>
                Assert.Equal(
                    ("Too large for openai/gpt-oss-20b even after cutting.", 0, 0, true),
                    (request.Message, request.Attempts, request.Sendings, request.IsFinal)
                )
        );
    }

    [Fact]
    public async Task What_an_attempt_of_unknown_cost_was_estimated_at_stays_committed_and_counts_for_the_caps()
    {
        // Both files of the first batch are empty: each of its attempts may have to be paid all the same.
        await using var installation = await StartAsync(("Pipeline:MaxRequestsPerBatch", "4"), ("Pipeline:MaxLiveBatches", "1"));
        var batch = await CostOfABatchAsync(installation);
        installation.Simulator.AddFault(Fault.Parse("missing_lines,count=4,times=1"));
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);

        // Enough for one batch and a half: the first is not known to have cost anything, and still there is no room for the second.
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, MaxCost = batch * 1.5m }, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("CompletedWithFailures", 0), (figures.State, figures.Succeeded));
        Assert.All(await installation.RequestsAsync(run, Cancelled), request => Assert.Equal("not_sent", request.Code));
        await AssertSaysAsync(installation, run, $"This run may cost ${batch * 1.5m}");
        var sent = await installation.ListAsync<decimal?>(
            $"select committed_cost from groqbatch.batches where run_id = '{run}' and state = 'Ingested'",
            Cancelled
        );
        Assert.Equal(batch, Assert.Single(sent)!.Value, 6);
    }

    [Fact]
    public async Task A_day_on_which_a_model_without_a_price_was_sent_to_has_no_room_below_a_cap()
    {
        await using var installation = await StartAsync(("Pipeline:MaxCostPerDay", "1000"));
        await CostOfABatchAsync(installation);
        await installation.ExecuteAsync("update groqbatch.batches set rung = rung || '{\"promptPrice\": null}'", Cancelled);

        var (run, figures) = await RunAsync(installation, 3);

        Assert.Equal(("CompletedWithFailures", 0), (figures.State, figures.Succeeded));
        await AssertSaysAsync(
            installation,
            run,
            "Pipeline:MaxCostPerDay is set, and what was sent today includes 1 batch for a model without a price."
        );
    }

    private static Task<TestInstallation> StartAsync(params (string Key, string Value)[] settings) =>
        TestInstallation.StartAsync(
            settings: settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal),
            hosts: 0,
            cancellationToken: Cancelled
        );

    private static async Task<(Guid Run, RunFigures Figures)> RunAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        return (run, await installation.DriveToEndAsync(run, Cancelled));
    }

    /// <summary>What a batch of four is estimated at, by sending one of another team.</summary>
    private static async Task<decimal> CostOfABatchAsync(TestInstallation installation)
    {
        var team = await installation.AddTeamAsync("other", 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }],
            Cancelled
        );
        var cost = await installation.ScalarAsync<decimal>("select committed_cost from groqbatch.batches", Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);
        return cost;
    }

    private static Task<int> CountAsync(TestInstallation installation, string state) =>
        installation.ScalarAsync<int>($"select count(*)::int from groqbatch.pull_request_states where state = '{state}'", Cancelled);

    private static async Task AssertSaysAsync(TestInstallation installation, Guid run, string words)
    {
        Assert.All(
            (await installation.RequestsAsync(run, Cancelled)).Where(request => request.Code == "not_sent"),
            request => Assert.StartsWith(words, request.Message, StringComparison.Ordinal)
        );
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason.Contains($"end as not_sent: {words}", StringComparison.Ordinal)
        );
    }

    /// <summary>A format that finds every other pull request too large, and otherwise is the real one.</summary>
    private sealed class NarrowFormat(IBatchFileFormat real) : IBatchFileFormat
    {
        public IRequestEncoder CreateEncoder(Rung rung) => new Encoder(real.CreateEncoder(rung));

        public IAsyncEnumerable<Answer> ReadAnswersAsync(Stream file, CancellationToken cancellationToken) =>
            real.ReadAnswersAsync(file, cancellationToken);

        private sealed class Encoder(IRequestEncoder real) : IRequestEncoder
        {
            public bool TryEncode(long pullRequestId, PullRequest pullRequest, IBufferWriter<byte> output) =>
                pullRequest.Number % 2 == 0 && real.TryEncode(pullRequestId, pullRequest, output);
        }
    }
}
