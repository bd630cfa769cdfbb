using GroqBatch.Core.Access;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Reingest;

/// <summary>What was ingested can be rebuilt from the raw files, and is not touched where nothing was lost.</summary>
public sealed class ReingestTests
{
    private static readonly Dictionary<string, string?> SmallBatches = new() { ["Pipeline:MaxRequestsPerBatch"] = "20" };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gives_back_every_outcome_and_summary_of_two_passes_as_they_were(bool countersToo)
    {
        await using var installation = await TestInstallation.StartAsync(EverythingFails, SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 70);
        var before = await RowsOfRun.ReadAsync(installation, runId, Cancelled);
        var figures = await RunFigures.ReadAsync(installation.Database.DataSource, runId, Cancelled);
        Assert.InRange(figures.FirstPassFailures, 1, 60);
        Assert.InRange(figures.FinalFailures, 1, 60);
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled);
        if (countersToo)
        {
            await RowsOfRun.LoseCountersAsync(installation, runId, Cancelled);
        }

        var report = await ReingestAsync(installation, runId);

        Assert.Equal(before, await RowsOfRun.ReadAsync(installation, runId, Cancelled));
        Assert.True(report.IsWhole, string.Join('\n', report.Differences.Concat(report.Missing)));
        Assert.Equal(figures.Summaries, report.Changes.Summaries);
        Assert.Equal(figures.Attempts, report.Changes.Attempts);
        Assert.Equal(0, report.Changes.Contradicted);
        Assert.Equal(figures.Batches, report.Batches);
    }

    [Fact]
    public async Task Writes_nothing_where_nothing_was_lost()
    {
        await using var installation = await TestInstallation.StartAsync(EverythingFails, SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 50);
        var before = await RowsOfRun.VersionsAsync(installation, runId, Cancelled);

        var first = await ReingestAsync(installation, runId);
        var second = await ReingestAsync(installation, runId);

        Assert.False(first.Changes.Any);
        Assert.False(second.Changes.Any);
        Assert.True(first.IsWhole);
        Assert.Equal(before, await RowsOfRun.VersionsAsync(installation, runId, Cancelled));
    }

    [Fact]
    public async Task Gives_back_a_part_and_leaves_the_rest_untouched()
    {
        await using var installation = await TestInstallation.StartAsync(EverythingFails, SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 50);
        var before = await RowsOfRun.ReadAsync(installation, runId, Cancelled);
        await installation.ExecuteAsync(
            $"""
            delete from groqbatch.summaries where run_id = '{runId}' and id % 3 = 0;
            update groqbatch.requests set outcome = null, failure_code = null, is_final = false where run_id = '{runId}' and id % 4 = 0;
            update groqbatch.attempts set outcome = null, failure_code = null where id % 5 = 0;
            """,
            Cancelled
        );

        var report = await ReingestAsync(installation, runId);

        Assert.True(report.IsWhole, string.Join('\n', report.Differences));
        Assert.Equal(before, await RowsOfRun.ReadAsync(installation, runId, Cancelled));
    }

    [Fact]
    public async Task Gives_back_what_a_cancelled_run_had_answered_and_what_it_had_not_sent()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
                simulator.Faults.Add(
                    new Fault
                    {
                        Kind = FaultKind.CancelledElsewhere,
                        BatchNumber = 2,
                        Share = 0.5,
                    }
                ),
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "20", ["Pipeline:MaxLiveBatches"] = "1" },
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 60, Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.WaitForAsync(runId, Cancelled, RunState.Held);
        await installation.Runs.CancelAsync(runId, reason: null, TestInstallation.Ada, Cancelled);
        var figures = await installation.EndAsync(runId, Cancelled);
        Assert.Equal("Cancelled", figures.State);
        Assert.True(figures.Succeeded > 0 && figures.FinalByCode["cancelled"] > 0);
        var before = await RowsOfRun.ReadAsync(installation, runId, Cancelled);
        // The timeline tells when these had their outcome, to some milliseconds.
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled, timesToo: false);

        var report = await ReingestAsync(installation, runId);

        Assert.True(report.IsWhole, string.Join('\n', report.Differences));
        Assert.Equal(before, await RowsOfRun.ReadAsync(installation, runId, Cancelled));
    }

    [Fact]
    public async Task Gives_back_what_a_cap_kept_from_being_sent()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "20", ["Pipeline:MaxRequestsPerDay"] = "40" },
            cancellationToken: Cancelled
        );
        var runId = await RunAsync(installation, 55);
        var before = await RowsOfRun.ReadAsync(installation, runId, Cancelled);
        Assert.Contains(before, row => row.Contains("not_sent", StringComparison.Ordinal));
        // The timeline tells when these had their outcome, to some milliseconds.
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled, timesToo: false);

        var report = await ReingestAsync(installation, runId);

        Assert.True(report.IsWhole, string.Join('\n', report.Differences));
        Assert.Equal(before, await RowsOfRun.ReadAsync(installation, runId, Cancelled));
    }

    [Fact]
    public async Task Downloads_a_missing_file_again_and_says_which_can_not_be_had()
    {
        await using var installation = await TestInstallation.StartAsync(settings: SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 40);
        var outputs = Directory.GetFiles(Path.Combine(installation.RawFolder, $"{runId}"), "*.output.jsonl.gz");
        Assert.Equal(2, outputs.Length);
        Array.ForEach(outputs, File.Delete);
        var gone = await installation.ScalarAsync<string>(
            $"select output_file_id from groqbatch.batches where run_id = '{runId}' and ordinal = 2",
            Cancelled
        );
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.FileExpired, Path = $"/files/{gone}/content" });
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled);

        var report = await ReingestAsync(installation, runId);

        Assert.Equal(20, report.Changes.Summaries);
        Assert.False(report.IsWhole);
        Assert.Equal(
            "Pass 1, batch 2, output file: It is gone from the disk, and the provider does not have it any more.",
            Assert.Single(report.Missing)
        );
        Assert.Equal(
            20,
            await installation.ScalarAsync<int>(
                $"select count(*)::int from groqbatch.requests where run_id = '{runId}' and outcome is null",
                Cancelled
            )
        );
    }

    [Fact]
    public async Task Never_takes_half_a_file_for_a_whole_one()
    {
        await using var installation = await TestInstallation.StartAsync(settings: SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 20);
        var output = Assert.Single(Directory.GetFiles(Path.Combine(installation.RawFolder, $"{runId}"), "*.output.jsonl.gz"));
        var whole = await File.ReadAllBytesAsync(output, Cancelled);
        await File.WriteAllBytesAsync(output, whole[..(whole.Length / 2)], Cancelled);
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled);

        var damaged = await ReingestAsync(installation, runId);
        File.Delete(output);
        var mended = await ReingestAsync(installation, runId);

        Assert.Contains("It is damaged", Assert.Single(damaged.Missing), StringComparison.Ordinal);
        Assert.Equal((0, 0), (damaged.Changes.Attempts, damaged.Changes.Requests));
        Assert.True(mended.IsWhole);
        Assert.Equal(20, mended.Changes.Summaries);
    }

    [Fact]
    public async Task Refuses_where_rows_are_gone_and_where_somebody_moves_the_run()
    {
        await using var installation = await TestInstallation.StartAsync(settings: SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 25);
        var leases = installation.Services.GetRequiredService<ILeases>();
        var lease = await TakeAsync(leases, runId);

        var moved = await ReingestAsync(installation, runId);
        await leases.ReleaseAsync(lease, Cancelled);
        await installation.ExecuteAsync(
            $"delete from groqbatch.requests where id = (select min(id) from groqbatch.requests where run_id = '{runId}')",
            Cancelled
        );
        var lost = await ReingestAsync(installation, runId);

        Assert.Contains("being moved at this moment", moved.Refusal, StringComparison.Ordinal);
        Assert.Contains("Pass 1 had 25 requests, and the ledger has rows of 24.", lost.Refusal, StringComparison.Ordinal);
        Assert.Contains("Batch 1 of pass 1 had 20 requests, and the ledger has attempts of 19.", lost.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_the_right_to_operate_and_leaves_a_name_in_the_audit_log()
    {
        await using var installation = await TestInstallation.StartAsync(settings: SmallBatches, cancellationToken: Cancelled);
        var runId = await RunAsync(installation, 5);
        await RowsOfRun.LoseOutcomesAsync(installation, runId, Cancelled);
        var reingest = installation.Services.GetRequiredService<IReingest>();

        await Assert.ThrowsAsync<AccessDeniedException>(() => reingest.ReingestAsync(runId, new Actor("eve", Right.View), Cancelled));
        await ReingestAsync(installation, runId);

        Assert.Equal(
            """ada {"failed": 0, "succeeded": 0, "summaries": 0} {"failed": 0, "succeeded": 5, "summaries": 5}""",
            await installation.ScalarAsync<string>(
                "select actor || ' ' || before::text || ' ' || after::text from groqbatch.audit_events where action = 'run.reingest'",
                Cancelled
            )
        );
        Assert.Null(await reingest.ReingestAsync(Guid.NewGuid(), TestInstallation.Ada, Cancelled));
    }

    /// <summary>Failures of several kinds on both rungs, and a first batch that expires half way.</summary>
    private static void EverythingFails(SimulatorOptions simulator)
    {
        simulator.Models.Clear();
        simulator.Models.Add(
            new SimulatedModel
            {
                Id = "openai/gpt-oss-20b",
                Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.2, [SimulatedAnswer.TokenLimit] = 0.1 },
            }
        );
        simulator.Models.Add(
            new SimulatedModel
            {
                Id = "openai/gpt-oss-120b",
                Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.4 },
            }
        );
        simulator.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Expired,
                BatchNumber = 1,
                Share = 0.5,
            }
        );
        simulator.Faults.Add(
            new Fault
            {
                Kind = FaultKind.MissingLines,
                BatchNumber = 2,
                Count = 2,
            }
        );
        simulator.Faults.Add(new Fault { Kind = FaultKind.UnknownCustomIds, BatchNumber = 3 });
    }

    private static async Task<Guid> RunAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.EndAsync(runId, Cancelled);
        return runId;
    }

    /// <summary>Whoever ended the run holds it for a moment longer.</summary>
    private static async Task<Lease> TakeAsync(ILeases leases, Guid runId)
    {
        while (true)
        {
            if (await leases.TryAcquireAsync(Lease.ForRun(runId), "somebody", TimeSpan.FromMinutes(1), Cancelled) is { } lease)
            {
                return lease;
            }

            await Task.Delay(20, Cancelled);
        }
    }

    private static async Task<ReingestReport> ReingestAsync(TestInstallation installation, Guid runId)
    {
        var report = await installation.Services.GetRequiredService<IReingest>().ReingestAsync(runId, TestInstallation.Ada, Cancelled);
        return report!;
    }
}
