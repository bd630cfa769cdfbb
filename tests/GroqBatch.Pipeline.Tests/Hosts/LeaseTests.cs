using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Hosts;

/// <summary>Whoever was paused and overtaken can't write any more, whatever it was about to write.</summary>
public sealed class LeaseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_late_write_of_an_overtaken_holder_is_refused_and_changes_nothing()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var (runs, batches) = (installation.RunStore, installation.Services.GetRequiredService<IBatchStore>());
        var runId = await StartAsync(installation, 4);
        var paused = await OvertakenAsync(installation, runId);
        await installation.DriveUntilAsync(
            runId,
            async () => await installation.BatchesAsync(runId, Cancelled) is [{ State: "Submitted" or "Ended" }, ..],
            Cancelled
        );
        var run = (await runs.FindAsync(runId, Cancelled))!;
        var open = await batches.ListOpenAsync(runId, Cancelled);
        var batch = open[0];
        var found = new ProviderBatch
        {
            Id = "batch_other",
            Status = ProviderBatchStatus.InProgress,
            StatusText = "in_progress",
            InputFileId = "file_other",
            RawJson = "{}",
        };
        var writes = new (string Name, Func<Task> Write)[]
        {
            ("plan", () => runs.PlanAsync(runId, paused, Cancelled)),
            ("move", () => runs.TryMoveAsync(runId, [RunState.Running], RunState.Held, Actor.Pipeline, "Late.", paused, Cancelled)),
            ("canary", () => runs.DecideCanaryAsync(runId, "Late.", paused, Cancelled)),
            ("waiting", () => runs.ResolveWaitingAsync(run, FailureCode.NotSent, "Late.", paused, Cancelled)),
            ("all", () => runs.ResolveAllAsCancelledAsync(run, "Late.", paused, Cancelled)),
            ("finish", () => runs.TryFinishAsync(run, paused, Cancelled)),
            ("not sent", () => batches.ResolveNotSentAsync(run, 1, [1, 2, 3, 4], "Late.", paused, Cancelled)),
            ("uploaded", () => batches.MarkUploadedAsync(batch.Id, "file_other", paused, Cancelled)),
            ("intent", () => batches.RecordIntentAsync(batch, run, new SendingCaps(null, null, null), paused, Cancelled)),
            ("no intent", () => batches.ClearIntentAsync(batch.Id, "Late.", retryIn: null, paused, Cancelled)),
            ("submitted", () => batches.MarkSubmittedAsync(batch.Id, found, adopted: false, TimeSpan.Zero, paused, Cancelled)),
            ("abandoned", () => batches.AbandonAsync(batch.Id, "Late.", paused, Cancelled)),
            ("trouble", () => batches.RecordTroubleAsync(batch.Id, "Late.", TimeSpan.Zero, paused, Cancelled)),
            ("cancel", () => batches.RecordCancelRequestedAsync(batch.Id, paused, Cancelled)),
            (
                "ingest",
                () =>
                    batches.IngestAsync(
                        new Ingest
                        {
                            Run = run,
                            Batch = batch,
                            Answers = AsyncEnumerable.Empty<Answer>(),
                            MissingCode = FailureCode.Unanswered,
                            MissingMessage = "Late.",
                            Rules = [],
                        },
                        paused,
                        Cancelled
                    )
            ),
        };

        var before = await DumpAsync(installation);
        foreach (var (name, write) in writes)
        {
            var refusal = await Record.ExceptionAsync(write);
            Assert.True(refusal is LeaseLostException, $"{name}: {refusal?.GetType().Name ?? "went through"}");
        }

        Assert.Equal(before, await DumpAsync(installation));
    }

    [Fact]
    public async Task A_run_whose_holder_died_is_anybodys_once_its_lease_has_run_out()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var run = await StartAsync(installation, 3);
        var leases = installation.Services.GetRequiredService<ILeases>();
        var dead = await leases.TryAcquireAsync(Lease.ForRun(run), "dead", TimeSpan.FromSeconds(1), Cancelled);

        var wake = await installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);

        Assert.NotNull(dead);
        Assert.InRange(wake!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(RunState.Queued, (await installation.RunStore.FindAsync(run, Cancelled))!.State);
        Assert.Equal("Completed", (await installation.DriveToEndAsync(run, Cancelled)).State);
        Assert.False(await leases.RenewAsync(dead, TimeSpan.FromMinutes(1), Cancelled));
    }

    [Fact]
    public async Task A_holder_that_takes_longer_than_its_lease_keeps_it()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:LeaseDuration"] = "00:00:00.500" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("slow,method=POST,path=/files,seconds=2,times=1"));
        var run = await StartAsync(installation, 3);
        var advancer = installation.Services.GetRequiredService<RunAdvancer>();

        var holding = advancer.AdvanceAsync(run, Cancelled);
        while ((await installation.BatchesAsync(run, Cancelled)).Count == 0)
        {
            await Task.Delay(10, Cancelled);
        }

        while (!holding.IsCompleted)
        {
            await advancer.AdvanceAsync(run, Cancelled);
            await Task.WhenAny(holding, Task.Delay(100, Cancelled));
        }

        await holding;
        Assert.Equal(("Completed", 3, 3), await ToldAsync(installation, run));
        Assert.Single(installation.ReadSimulator().Batches);
        Assert.Single(await installation.BatchesAsync(run, Cancelled));
    }

    private static async Task<(string State, int Succeeded, int Attempts)> ToldAsync(TestInstallation installation, Guid run)
    {
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        return (figures.State, figures.Succeeded, figures.Attempts);
    }

    private static async Task<Guid> StartAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        return await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
    }

    /// <summary>A lease whose holder was paused for longer than it lasts, and that somebody else has taken since.</summary>
    private static async Task<Lease> OvertakenAsync(TestInstallation installation, Guid run)
    {
        var leases = installation.Services.GetRequiredService<ILeases>();
        var paused = (await leases.TryAcquireAsync(Lease.ForRun(run), "paused", TimeSpan.FromMilliseconds(1), Cancelled))!;
        await Task.Delay(20, Cancelled);
        return paused;
    }

    /// <summary>Everything that a run has in the ledger.</summary>
    private static Task<IReadOnlyList<string>> DumpAsync(TestInstallation installation) =>
        installation.ListAsync<string>(
            """
            select row_to_json(one)::text from groqbatch.runs one union all
            select row_to_json(one)::text from groqbatch.passes one union all
            select row_to_json(one)::text from groqbatch.batches one union all
            select row_to_json(one)::text from groqbatch.requests one union all
            select row_to_json(one)::text from groqbatch.attempts one union all
            select row_to_json(one)::text from groqbatch.summaries one union all
            select row_to_json(one)::text from groqbatch.claims one union all
            select row_to_json(one)::text from groqbatch.run_events one union all
            select row_to_json(one)::text from groqbatch.pull_request_states one
            order by 1
            """,
            Cancelled
        );
}
