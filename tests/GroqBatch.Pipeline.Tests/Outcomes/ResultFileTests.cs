using System.IO.Compression;
using System.Security.Cryptography;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Storage;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Outcomes;

/// <summary>What a provider may do to its result files: nothing of it changes an outcome, and what differs is told.</summary>
public sealed class ResultFileTests
{
    private const string FirstModel = "openai/gpt-oss-20b";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_without_an_output_file_climbs_whole()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = FirstModel });
        var (run, figures) = await RunAsync(installation, 7);

        Assert.Equal("Completed", figures.State);
        Assert.Equal((7, 7, 0), (figures.FirstPassFailures, figures.Recovered, figures.FinalFailures));
        Assert.Equal(7, figures.FirstPassByCode["json_validate_failed"]);
        var first = Assert.Single(await installation.BatchesAsync(run, Cancelled), batch => batch.Pass == 1);
        Assert.Equal(("Ingested", 0, 7, null), (first.State, first.Succeeded, first.Failed, first.Difference));
        Assert.Equal(
            1,
            await installation.ScalarAsync<int>(
                $"select count(*)::int from groqbatch.batches where id = '{first.Id}' and output_file_id is null and error_file_id is not null",
                Cancelled
            )
        );
    }

    [Theory]
    [InlineData("crlf")]
    [InlineData("blank_lines,count=5")]
    [InlineData("unshuffled")]
    [InlineData("swapped_files")]
    [InlineData("file_ids,shape=null")]
    [InlineData("file_ids,shape=absent")]
    [InlineData("file_ids,shape=empty")]
    [InlineData("file_ids,shape=object")]
    [InlineData("unknown_fields")]
    [InlineData("skipped_states")]
    [InlineData("counts_absent")]
    public async Task Changes_no_outcome_and_is_no_difference(string fault)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse(fault));
        installation.Simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Model = FirstModel,
                CustomIds = ["pr-3"],
                Answer = SimulatedAnswer.JsonValidateFailed,
            }
        );
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("Completed", 6, 1, 1), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Recovered));
        var failed = Assert.Single(await installation.RequestsAsync(run, Cancelled), request => request.Outcome == "failed");
        Assert.Equal((1, 3L, "json_validate_failed", 1), (failed.Pass, failed.PullRequestId, failed.Code, failed.Attempts));
        Assert.All(await installation.BatchesAsync(run, Cancelled), batch => Assert.Null(batch.Difference));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(400)]
    public async Task A_file_that_was_damaged_on_the_disk_is_downloaded_again(int bytesLeft)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 12, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }],
            Cancelled
        );

        // As a loss of power leaves it: in its place, and not whole.
        var batch = Assert.Single(await installation.BatchesAsync(run, Cancelled));
        var place = installation.Services.GetRequiredService<RawFiles>().PathOf(run, batch.Id, RawFileKind.Output);
        using (var whole = new MemoryStream())
        {
            await using (var zip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true))
            {
                zip.Write(RandomNumberGenerator.GetBytes(2_000));
            }

            await File.WriteAllBytesAsync(place, whole.ToArray()[..bytesLeft], Cancelled);
        }

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 12, 12, 1), (figures.State, figures.Succeeded, figures.Attempts, figures.Batches));
        Assert.NotNull(await Digests.TryOfContentAsync(place, Cancelled));
    }

    [Fact]
    public async Task An_empty_file_is_not_nothing_once_it_is_compressed()
    {
        using var folder = new TestFolder();
        var (plain, compressed) = (folder.Combine("plain"), folder.Combine("plain.gz"));
        await File.WriteAllBytesAsync(plain, [], Cancelled);

        await RawFiles.CompressAsync(plain, compressed, Cancelled);

        Assert.True(RawFiles.IsThere(compressed));
        Assert.False(File.Exists(plain));
        await using var content = RawFiles.OpenRead(compressed);
        Assert.Equal(-1, content.ReadByte());
    }

    [Fact]
    public async Task Failures_that_the_provider_does_not_count_are_told()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = FirstModel });
        var team = await installation.AddTeamAsync("acme", 5, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () =>
            {
                await installation.ExecuteAsync("update groqbatch.batches set provider_failed = 3 where state = 'Ended'", Cancelled);
                return await installation.BatchesAsync(run, Cancelled) is [{ State: "Ingested" }, ..];
            },
            Cancelled
        );

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 5), (figures.State, figures.Succeeded));
        Assert.Equal("The provider counts 3 failed, its files have 5.", (await installation.BatchesAsync(run, Cancelled))[0].Difference);
    }

    [Fact]
    public async Task A_repeated_line_is_applied_once_and_told()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("duplicated_lines,count=3"));
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("Completed", 6, 6, 6), (figures.State, figures.Succeeded, figures.Summaries, figures.Attempts));
        var batch = Assert.Single(await installation.BatchesAsync(run, Cancelled));
        Assert.Equal("3 lines came more than once.", batch.Difference);
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason.Contains("3 lines came more than once.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_line_that_names_nothing_of_the_batch_is_told_and_nothing_else()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("unknown_custom_ids,count=2"));
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("Completed", 6, 6, 6), (figures.State, figures.Succeeded, figures.Summaries, figures.Attempts));
        var batch = Assert.Single(await installation.BatchesAsync(run, Cancelled));
        Assert.StartsWith("2 lines name no request of this batch: ", batch.Difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invalid_json_lines,count=2", "api_error")]
    [InlineData("null_response_lines,count=2", "api_error")]
    [InlineData("missing_lines,count=2", "unanswered")]
    public async Task What_has_no_answer_is_sent_again_on_its_rung(string fault, string code)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"{fault},times=1"));
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("Completed", 6, 0, 8), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Attempts));
        var batches = await installation.BatchesAsync(run, Cancelled);
        Assert.Equal([(1, 6), (1, 2)], batches.Select(batch => (batch.Pass, batch.Requests)));
        Assert.Equal(
            2,
            await installation.ScalarAsync<int>(
                $"select count(*)::int from groqbatch.attempts where batch_id = '{batches[0].Id}' and outcome = 'failed' and failure_code = '{code}' and cost is null",
                Cancelled
            )
        );
    }

    [Theory]
    [InlineData("invalid_json_lines,count=2", "api_error")]
    [InlineData("missing_lines,count=2", "unanswered")]
    public async Task What_has_no_answer_twice_climbs(string fault, string code)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"{fault},model={FirstModel}"));
        var (run, figures) = await RunAsync(installation, 6);

        Assert.Equal(("Completed", 6, 2, 2), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Recovered));
        Assert.Equal(2, figures.FirstPassByCode[code]);
        Assert.Equal(
            [(1, 6), (1, 2), (2, 2)],
            (await installation.BatchesAsync(run, Cancelled)).Select(batch => (batch.Pass, batch.Requests))
        );
    }

    [Fact]
    public async Task What_is_in_neither_file_is_told_as_a_difference()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("missing_lines,count=2,times=1"));
        var (run, _) = await RunAsync(installation, 6);

        var batch = (await installation.BatchesAsync(run, Cancelled))[0];
        Assert.Equal(2, batch.Unanswered);
        Assert.Contains("2 requests are in neither file.", batch.Difference, StringComparison.Ordinal);
        Assert.Contains("The provider counts 6 completed, its files have 4.", batch.Difference, StringComparison.Ordinal);
    }

    private static async Task<(Guid Run, RunFigures Figures)> RunAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        return (run, await installation.DriveToEndAsync(run, Cancelled));
    }
}
