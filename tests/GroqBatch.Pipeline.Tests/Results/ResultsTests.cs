using System.Buffers;
using System.Text;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Results;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Results;

/// <summary>Finished batches that this process did not send: nothing of them is lost, nothing is saved silently, twice is once.</summary>
public sealed class ResultsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_that_another_process_sent_is_saved_to_its_run_and_nothing_is_sent_by_that()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }, ..],
            Cancelled
        );
        var id = installation.ReadSimulator().Batches[0].Id;

        var saved = await SaveAsync(installation, id);
        var again = await SaveAsync(installation, id);

        Assert.Equal((ResultsVerdict.Saved, (Guid?)run), (saved.Verdict, saved.RunId));
        Assert.Equal("Saved to its run: 2 succeeded, 0 failed.", saved.Explanation);
        Assert.Equal((ResultsVerdict.InLedger, (Guid?)run), (again.Verdict, again.RunId));
        Assert.Equal("Ingested", (await installation.BatchesAsync(run, Cancelled))[0].State);
        Assert.Single(installation.ReadSimulator().Batches);
        Assert.Single(await installation.AuditAsync(run.ToString(), Cancelled), row => row.Action == "run.results");
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
    }

    [Fact]
    public async Task A_batch_of_this_installation_that_the_ledger_has_lost_becomes_a_run_of_its_own()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-2,times=1"));
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        var lost = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.DriveToEndAsync(lost, Cancelled);
        var id = Assert.Single(installation.ReadSimulator().Batches).Id;
        var documents = await DocumentsAsync(installation);

        // As after a restore of an older backup.
        await installation.ExecuteAsync(
            "update groqbatch.pull_request_states set summary_id = null, summary_hash = null, has_failed = false; delete from groqbatch.summaries; delete from groqbatch.runs",
            Cancelled
        );
        var saved = await SaveAsync(installation, id);
        var again = await SaveAsync(installation, id);

        Assert.Equal(ResultsVerdict.Saved, saved.Verdict);
        Assert.Equal((4, 3, 0, 0), (saved.Content!.Lines, saved.Content.New, saved.Content.Refreshed, saved.Content.Fresh));
        Assert.Equal((ResultsVerdict.InLedger, saved.RunId), (again.Verdict, again.RunId));
        var run = await installation.OverviewAsync(saved.RunId!.Value, Cancelled);
        Assert.Equal((RunState.CompletedWithFailures, RunProvenance.Results), (run.State, run.Provenance));
        Assert.Equal((4, 3, 1), (run.Selected, run.Succeeded, run.FailuresByCode[FailureCode.InvalidJson]));
        Assert.Equal(documents, await DocumentsAsync(installation));
        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
        Assert.Equal("failed", await installation.StateOfAsync(2, Cancelled));
        await AssertSoundAsync(installation, run.Id);
    }

    [Fact]
    public async Task A_foreign_batch_is_refused_without_a_map_previewed_with_one_and_saved_when_asked_to()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await installation.AddTeamAsync("acme", 6, Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=job-2"));
        var id = await SendElsewhereAsync(installation, [1, 2, 3, 4]);
        var before = await LedgerAsync(installation);

        var refused = await SaveAsync(installation, id);
        Assert.Equal(ResultsVerdict.Refused, refused.Verdict);
        Assert.Contains("was not sent by this installation", refused.Explanation, StringComparison.Ordinal);
        Assert.Contains("--map FILE", refused.Explanation, StringComparison.Ordinal);

        // It leaves out job-4, names one that was not in the batch, and one that is not here.
        var map = Map((1, 1), (2, 2), (3, 3), (5, 5), (9, 99));
        var previewed = await SaveAsync(installation, id, map);
        var content = previewed.Content!;
        Assert.Equal(ResultsVerdict.Previewed, previewed.Verdict);
        Assert.Equal(("acme", 4, 2, 0, 0), (content.Team, content.Lines, content.New, content.Refreshed, content.Fresh));
        Assert.Equal(1, Assert.Single(content.Failures).Value);
        Assert.Equal(["job-4"], content.Unknown);
        Assert.Equal(["acme: acme/app#99"], content.NotHere);
        Assert.Equal(["job-5", "job-9"], content.Unanswered);
        Assert.Equal(before, await LedgerAsync(installation));
        Assert.False(Directory.Exists(installation.RawFolder) && Directory.EnumerateFileSystemEntries(installation.RawFolder).Any());

        var saved = await SaveAsync(installation, id, map, apply: true);
        var again = await SaveAsync(installation, id, map, apply: true);
        Assert.Equal(ResultsVerdict.Saved, saved.Verdict);
        Assert.Equal((ResultsVerdict.InLedger, saved.RunId), (again.Verdict, again.RunId));
        var run = await installation.OverviewAsync(saved.RunId!.Value, Cancelled);
        Assert.Equal((3, 2, 1), (run.Selected, run.Succeeded, run.FinalFailures));
        Assert.Equal((id, "openai/gpt-oss-20b"), (run.Passes[0].Batches[0].ProviderBatchId, run.Passes[0].Model));
        Assert.True(run.Booked > 0);
        Assert.Contains("job-4", run.Passes[0].Batches[0].Difference, StringComparison.Ordinal);

        // Asked with somebody else's prompt: covered, and drawn apart.
        Assert.Equal(
            ["stale", "failed", "stale", "pending"],
            [
                await installation.StateOfAsync(1, Cancelled),
                await installation.StateOfAsync(2, Cancelled),
                await installation.StateOfAsync(3, Cancelled),
                await installation.StateOfAsync(4, Cancelled),
            ]
        );
        Assert.Equal(
            [("ada", "run.results", "CompletedWithFailures")],
            (await installation.AuditAsync(run.Id.ToString(), Cancelled)).Select(row => (row.Actor, row.Action, row.After))
        );
        Assert.Contains(
            await installation.EventsAsync(run.Id, Cancelled),
            told => told.Actor == "ada" && told.Reason == $"Made of batch {id}, which another process had sent."
        );
        await AssertSoundAsync(installation, run.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fresh_summary_is_replaced_only_when_asked_to_and_stays_in_the_history(bool overwrite)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        var id = await SendElsewhereAsync(installation, [1, 2]);
        var own = await installation.StartRunAsync(new StartRun { TeamId = team, Limit = 1 }, Cancelled);
        await installation.DriveToEndAsync(own, Cancelled);

        var previewed = await SaveAsync(installation, id, Map((1, 1), (2, 2)));
        var saved = await SaveAsync(installation, id, Map((1, 1), (2, 2)), apply: true, overwrite);

        Assert.Equal((1, 1), (previewed.Content!.New, previewed.Content.Fresh));
        Assert.Equal(overwrite ? "stale" : "summarised", await installation.StateOfAsync(2, Cancelled));
        Assert.Equal(
            overwrite ? saved.RunId : own,
            await installation.ScalarAsync<Guid>(
                "select run_id from groqbatch.summaries join groqbatch.pull_request_states state on state.summary_id = summaries.id where state.pull_request_id = 2",
                Cancelled
            )
        );
        Assert.Equal(
            2,
            await installation.ScalarAsync<long>("select count(*) from groqbatch.summaries where pull_request_id = 2", Cancelled)
        );
    }

    [Fact]
    public async Task A_pull_request_that_a_live_run_has_is_left_to_that_run_too()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "1", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 3, Cancelled);
        var id = await SendElsewhereAsync(installation, [1, 2]);
        var live = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.DriveUntilAsync(live, async () => (await installation.BatchesAsync(live, Cancelled)).Count > 0, Cancelled);
        await installation.Runs.HoldAsync(live, reason: null, TestInstallation.Ada, Cancelled);

        var saved = await SaveAsync(installation, id, Map((1, 1), (2, 2)), apply: true);
        Assert.Equal(ResultsVerdict.Saved, saved.Verdict);
        await installation.Runs.ResumeAsync(live, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(live, Cancelled);

        Assert.Equal(("Completed", 3, 0), (figures.State, figures.Succeeded, figures.Claims));
        await AssertSoundAsync(installation, saved.RunId!.Value);
        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
    }

    [Fact]
    public async Task What_can_not_be_saved_is_refused_with_a_sentence()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Fast = false;
                simulator.Duration = TimeSpan.FromHours(1);
            },
            hosts: 0,
            cancellationToken: Cancelled
        );
        await installation.AddTeamAsync("acme", 2, Cancelled);
        var id = await SendElsewhereAsync(installation, [1, 2], waits: false);

        var running = await SaveAsync(installation, id, Map((1, 1)), apply: true);
        var unknown = await SaveAsync(installation, "batch_nobody_knows");

        Assert.All([running, unknown], report => Assert.Equal(ResultsVerdict.Refused, report.Verdict));
        Assert.StartsWith("It has not ended: ", running.Explanation, StringComparison.Ordinal);
        Assert.Contains("does not know a batch batch_nobody_knows", unknown.Explanation, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            installation
                .Services.GetRequiredService<IBatchResults>()
                .SaveAsync(new SaveResults { BatchId = id }, new Actor("eve", Right.View), Cancelled)
        );
        Assert.Equal(0L, await installation.ScalarAsync<long>("select count(*) from groqbatch.runs", Cancelled));
    }

    [Fact]
    public async Task Two_that_save_one_batch_at_once_make_one_run()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await installation.AddTeamAsync("acme", 3, Cancelled);
        var id = await SendElsewhereAsync(installation, [1, 2, 3]);

        var both = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => SaveAsync(installation, id, Map((1, 1), (2, 2), (3, 3)), apply: true))
        );

        Assert.Single(both, report => report.Verdict == ResultsVerdict.Saved);
        Assert.Single(both.Select(report => report.RunId).Distinct());
        Assert.Equal(1L, await installation.ScalarAsync<long>("select count(*) from groqbatch.runs", Cancelled));
        Assert.Equal(3L, await installation.ScalarAsync<long>("select count(*) from groqbatch.summaries", Cancelled));
        Assert.Single(Directory.EnumerateDirectories(installation.RawFolder));
    }

    private static Task<ResultsReport> SaveAsync(
        TestInstallation installation,
        string batch,
        IReadOnlyList<ResultMapLine>? map = null,
        bool apply = false,
        bool overwrite = false
    ) =>
        installation
            .Services.GetRequiredService<IBatchResults>()
            .SaveAsync(
                new SaveResults
                {
                    BatchId = batch,
                    Map = map,
                    Apply = apply,
                    Overwrite = overwrite,
                },
                TestInstallation.Ada,
                Cancelled
            );

    private static List<ResultMapLine> Map(params IReadOnlyList<(int Job, int Number)> lines) =>
        [.. lines.Select(line => new ResultMapLine($"job-{line.Job}", "acme", "acme/app", line.Number))];

    /// <summary>As a script without a ledger would: its own custom ids, and nothing of ours in the metadata.</summary>
    private static async Task<string> SendElsewhereAsync(TestInstallation installation, int[] numbers, bool waits = true)
    {
        var provider = installation.Services.GetRequiredService<IBatchProvider>();
        var ladder = await installation.Services.GetRequiredService<ILadderResolver>().ResolveAsync(null, Cancelled);
        var encoder = installation.Services.GetRequiredService<IBatchFileFormat>().CreateEncoder(ladder.Rungs[0]);
        var lines = new ArrayBufferWriter<byte>();
        foreach (var number in numbers)
        {
            Assert.True(encoder.TryEncode(number, PullRequests.Numbered(number), lines));
        }

        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                path,
                Encoding.UTF8.GetString(lines.WrittenSpan).Replace("\"pr-", "\"job-", StringComparison.Ordinal),
                Cancelled
            );
            var file = await provider.UploadAsync(path, "elsewhere.jsonl", Cancelled);
            var batch = await provider.CreateBatchAsync(
                new NewBatch(file, "24h", new Dictionary<string, string> { ["job"] = "nightly" }),
                Cancelled
            );
            for (var waited = 0; waits && waited < 400 && !batch.HasEnded; waited++)
            {
                await Task.Delay(20, Cancelled);
                batch = Assert.Single(await provider.GetBatchesAsync([batch.Id], Cancelled));
            }

            Assert.True(batch.HasEnded || !waits);
            return batch.Id;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Counters are rows, reading the raw files again changes nothing, and nothing of it is looked at or sent again.</summary>
    private static async Task AssertSoundAsync(TestInstallation installation, Guid run)
    {
        Assert.Empty(await installation.RunStore.ReconcileAsync(run, Cancelled));
        Assert.DoesNotContain(run, await installation.RunStore.ListLiveAsync("simulator", Cancelled));
        var reingested = await installation.Services.GetRequiredService<IReingest>().ReingestAsync(run, TestInstallation.Ada, Cancelled);
        Assert.Null(reingested!.Refusal);
        Assert.False(reingested.Changes.Any, reingested.Changes.ToString());
        Assert.Equal(0L, await installation.ScalarAsync<long>($"select count(*) from groqbatch.claims where run_id = '{run}'", Cancelled));
    }

    private static async Task<string> DocumentsAsync(TestInstallation installation) =>
        string.Join(
            '\n',
            await installation.ListAsync<string>("select document::text from groqbatch.summaries order by pull_request_id", Cancelled)
        );

    private static Task<string> LedgerAsync(TestInstallation installation) =>
        installation.ScalarAsync<string>(
            """
            select concat_ws(' ', (select count(*) from groqbatch.runs), (select count(*) from groqbatch.summaries),
                             (select count(*) from groqbatch.audit_events), (select string_agg(state, ',' order by pull_request_id)
                                                                             from groqbatch.pull_request_states))
            """,
            Cancelled
        );
}
