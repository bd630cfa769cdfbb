using System.Diagnostics;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Pipeline.Tests.Calls;

/// <summary>Calls that fail, are lost or are cut short: nothing is sent twice, nothing is lost, and nobody has to do anything.</summary>
public sealed class CallFaultTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_whose_creation_was_not_confirmed_is_found_and_adopted()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("reply_lost,method=POST,path=/batches,times=1"));
        var run = await StartAsync(installation);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
        var sent = Assert.Single(installation.ReadSimulator().Batches);
        Assert.Equal(sent.Id, Assert.Single(await installation.BatchesAsync(run, Cancelled)).ProviderBatchId);
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Reason == $"Batch 1 of pass 1 was found at the provider as {sent.Id} and adopted."
        );
    }

    [Fact]
    public async Task A_batch_that_was_not_created_is_sent_again_once_the_list_proves_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("connection_dropped,method=POST,path=/batches,times=1"));
        var run = await StartAsync(installation);

        await installation.DriveUntilAsync(
            run,
            async () =>
                await installation.BatchesAsync(run, Cancelled) is [{ Trouble: { } trouble }]
                && trouble.Contains("does not list it yet", StringComparison.Ordinal),
            Cancelled
        );
        Assert.Empty(installation.ReadSimulator().Batches);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.Single(installation.ReadSimulator().Batches);
    }

    [Fact]
    public async Task A_doubt_that_can_not_be_settled_needs_a_person_and_is_settled_once_the_list_can_be_read()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:LostGrace"] = "00:00:00.300", ["Groq:MaxRetries"] = "0" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("reply_lost,method=POST,path=/batches,times=1"));
        installation.Simulator.AddFault(Fault.Parse("server_error,method=GET,path=/batches"));
        var run = await StartAsync(installation);

        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        Assert.StartsWith("Whether batch 1 of pass 1 was created is not known", waiting.Reason, StringComparison.Ordinal);
        Assert.Single(installation.ReadSimulator().Batches);

        installation.Simulator.ClearFaults();
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.Single(installation.ReadSimulator().Batches);
    }

    [Theory]
    [InlineData("reply_lost,method=POST,path=/files,times=1")]
    [InlineData("connection_dropped,method=POST,path=/files,times=1")]
    [InlineData("server_error,method=POST,path=/files,status=502,times=2")]
    [InlineData("server_error,method=POST,path=/batches,status=503,times=1")]
    [InlineData("truncated_download,times=6")]
    [InlineData("connection_dropped,method=GET,path=/files/*,times=6")]
    [InlineData("server_error,method=GET,path=/files/*,times=6")]
    [InlineData("server_error,status=503,method=GET,path=/batches,times=9")]
    [InlineData("not_found_grace,seconds=0.4,value=list")]
    public async Task Passes_without_a_second_batch_and_without_a_person(string fault)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse(fault));
        var run = await StartAsync(installation);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4, 4), (figures.State, figures.Succeeded, figures.Summaries, figures.Attempts));
        Assert.Single(installation.ReadSimulator().Batches);
        Assert.DoesNotContain(await installation.EventsAsync(run, Cancelled), told => told.To == "NeedsAttention");
    }

    [Theory]
    [InlineData("POST", "/files")]
    [InlineData("POST", "/batches")]
    [InlineData("GET", "/batches*")]
    public async Task A_rate_limit_is_waited_for_as_long_as_the_provider_asks(string method, string path)
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Groq:MaxRetries"] = "0" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse($"rate_limited,method={method},path={path},seconds=1,times=1"));
        var run = await StartAsync(installation);
        var taken = Stopwatch.StartNew();

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.InRange(taken.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50));
        Assert.Single(installation.ReadSimulator().Batches);
    }

    [Fact]
    public async Task A_poll_that_fails_is_never_a_failed_run_and_says_why()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Groq:MaxRetries"] = "0" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("unauthorized,method=GET,path=/batches*"));
        var run = await StartAsync(installation);

        await installation.DriveUntilAsync(
            run,
            async () =>
                await installation.ScalarAsync<bool>(
                    $"select exists(select 1 from groqbatch.batches where run_id = '{run}' and poll_error like '%does not accept the API key%')",
                    Cancelled
                ),
            Cancelled
        );
        Assert.Equal(RunState.Running, (await installation.RunStore.FindAsync(run, Cancelled))!.State);

        installation.Simulator.ClearFaults();
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4), (figures.State, figures.Succeeded));
    }

    [Fact]
    public async Task Both_result_files_are_kept_as_they_came()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-2,times=1"));
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=token_limit,custom_ids=pr-1,times=1"));
        var run = await StartAsync(installation);
        await installation.DriveToEndAsync(run, Cancelled);

        var kept = Directory.GetFiles(Path.Combine(installation.RawFolder, run.ToString())).Select(Path.GetFileName).ToList();
        var first = (await installation.BatchesAsync(run, Cancelled))[0].Id;
        Assert.Contains($"{first}.request.jsonl.gz", kept);
        Assert.Contains($"{first}.output.jsonl.gz", kept);
        Assert.Contains($"{first}.error.jsonl.gz", kept);
        Assert.All(kept, file => Assert.EndsWith(".jsonl.gz", file, StringComparison.Ordinal));
    }

    private static async Task<Guid> StartAsync(TestInstallation installation)
    {
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        return await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
    }
}
