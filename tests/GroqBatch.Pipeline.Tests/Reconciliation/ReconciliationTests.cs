using GroqBatch.Core.Batches;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Reconciliation;

/// <summary>Promise 5, made visible: what was planned, what became of it, and what the provider says.</summary>
public sealed class ReconciliationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Adds_up_batch_by_batch_beside_the_providers_counts()
    {
        await using var installation = await StartAsync(Failing(5));
        var runId = await RunAsync(installation, 30);

        var run = await ReadAsync(installation, runId);

        Assert.True(run.AddsUp, string.Join('\n', run.Differences));
        Assert.Equal((30, 30, 0, 0), (run.Planned, run.Succeeded, run.Failed, run.Open));
        Assert.Equal([(1, 20, 15, 5), (1, 10, 10, 0), (2, 5, 5, 0)], run.Batches.Select(Sums));
        Assert.Equal([5], run.Batches[0].FailuresByCode.Values);
        Assert.Equal(FailureCode.JsonValidateFailed, run.Batches[0].FailuresByCode.Keys.Single());
        Assert.Equal(new RequestCounts(20, 15, 5), run.Batches[0].Theirs);

        static (int, int, int, int) Sums(BatchReconciliation batch) => (batch.Pass, batch.Planned, batch.Succeeded, batch.Failed);
    }

    [Fact]
    public async Task Names_the_ids_behind_a_difference()
    {
        await using var installation = await StartAsync(
            new Fault
            {
                Kind = FaultKind.MissingLines,
                BatchNumber = 1,
                Count = 2,
            },
            new Fault { Kind = FaultKind.UnknownCustomIds, BatchNumber = 2 }
        );
        var runId = await RunAsync(installation, 20);

        var run = await ReadAsync(installation, runId);

        Assert.False(run.AddsUp);
        Assert.Empty(run.Differences);
        var batch = run.Batches[0];
        Assert.Contains("2 requests are in neither file.", batch.Difference, StringComparison.Ordinal);
        var unanswered = await installation.ListAsync<string>(
            $"""
            select 'pr-' || request.pull_request_id from groqbatch.attempts attempt
            join groqbatch.requests request on request.id = attempt.request_id
            where attempt.failure_code = 'unanswered' and attempt.batch_id = '{batch.BatchId}'
            """,
            Cancelled
        );
        Assert.Equal(2, unanswered.Count);
        Assert.Equal(unanswered.Order(StringComparer.Ordinal), batch.OffendingIds.Order(StringComparer.Ordinal));
        Assert.Equal((20, 18, 2), (batch.Planned, batch.Succeeded, batch.FailuresByCode[FailureCode.Unanswered]));
        Assert.StartsWith("1 line names no request of this batch: stranger", run.Batches[1].Difference, StringComparison.Ordinal);
        Assert.StartsWith("stranger", Assert.Single(run.Batches[1].OffendingIds), StringComparison.Ordinal);
        Assert.Equal((20, 0), (run.Succeeded, run.Failed));
    }

    [Fact]
    public async Task Finds_counters_that_are_not_what_the_rows_say()
    {
        await using var installation = await StartAsync(Failing(5));
        var runId = await RunAsync(installation, 20);
        await installation.ExecuteAsync(
            $"""
            update groqbatch.runs set succeeded = succeeded + 1 where id = '{runId}';
            update groqbatch.passes set failed = failed + 2 where run_id = '{runId}' and ordinal = 1;
            update groqbatch.batches set succeeded = succeeded - 1 where run_id = '{runId}' and pass_ordinal = 2;
            update groqbatch.requests set outcome = null where id = (
                select min(id) from groqbatch.requests where run_id = '{runId}' and outcome = 'succeeded');
            """,
            Cancelled
        );

        var run = await ReadAsync(installation, runId);

        Assert.Equal(
            [
                "Pass 1, succeeded: the counter says 15, the rows say 14.",
                "Pass 1, failed: the counter says 7, the rows say 5.",
                "The run's counter says 21 succeeded, the rows say 19.",
                "The run has ended, and 1 requests have no outcome.",
            ],
            run.Differences
        );
        Assert.Equal("The counter says 4 succeeded, the rows say 5.", run.Batches[1].Difference);
        Assert.Null(run.Batches[0].Difference);
    }

    [Fact]
    public async Task A_request_that_is_gone_from_the_ledger_is_told_by_the_next_ingest()
    {
        await using var installation = await StartAsync(Failing(5));
        var team = await installation.AddTeamAsync("acme", 20, Cancelled);
        var run = await installation.StartRunAsync(
            new StartRun
            {
                TeamId = team,
                WithFallback = true,
                HoldAfterPass = 1,
            },
            Cancelled
        );
        await installation.DriveToAsync(run, RunState.Held, Cancelled);
        await installation.ExecuteAsync(
            $"""
            delete from groqbatch.requests where id = (select max(id) from groqbatch.requests where run_id = '{run}' and pass_ordinal = 2);
            update groqbatch.passes set requests = requests - 1 where run_id = '{run}' and ordinal = 2;
            """,
            Cancelled
        );

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        await installation.DriveAsync([run], Cancelled, RunState.Completed, RunState.CompletedWithFailures);

        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason == "The figures don't add up. 20 were selected, and 19 succeeded + 0 failed + 0 open are 19."
        );
    }

    [Fact]
    public async Task A_run_that_has_lost_every_pass_does_not_add_up()
    {
        await using var installation = await StartAsync();
        var runId = await RunAsync(installation, 20);
        await installation.ExecuteAsync(
            $"""
            delete from groqbatch.requests where run_id = '{runId}';
            delete from groqbatch.passes where run_id = '{runId}';
            """,
            Cancelled
        );

        string[] expected =
        [
            "The run's counter says 20 succeeded, the rows say 0.",
            "20 were selected, and 0 succeeded + 0 failed + 0 open are 0.",
        ];
        Assert.Equal(expected, (await ReadAsync(installation, runId)).Differences);
        Assert.Equal(expected, await installation.RunStore.ReconcileAsync(runId, Cancelled));
    }

    [Fact]
    public async Task Knows_nothing_of_a_run_that_is_not_there()
    {
        await using var installation = await StartAsync();

        Assert.Null(await installation.Services.GetRequiredService<IReconciliationReader>().FindAsync(Guid.NewGuid(), Cancelled));
    }

    private static Fault Failing(int count) =>
        new()
        {
            Kind = FaultKind.AnswerAs,
            Model = "openai/gpt-oss-20b",
            Answer = SimulatedAnswer.JsonValidateFailed,
            BatchNumber = 1,
            Count = count,
        };

    private static Task<TestInstallation> StartAsync(params Fault[] faults) =>
        TestInstallation.StartAsync(
            simulator => simulator.Faults.AddRange(faults),
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "20" },
            cancellationToken: Cancelled
        );

    private static async Task<Guid> RunAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.EndAsync(runId, Cancelled);
        return runId;
    }

    private static async Task<RunReconciliation> ReadAsync(TestInstallation installation, Guid runId) =>
        (await installation.Services.GetRequiredService<IReconciliationReader>().FindAsync(runId, Cancelled))!;
}
